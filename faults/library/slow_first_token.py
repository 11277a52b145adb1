"""The provider takes its time before it speaks."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.parameters import Seconds
from faults.positions import Passage, Place, until_place, until_token
from faults.steps import Script, Wait
from providers.dialect import Dialect


class SlowFirstToken(Fault, frozen=True, kw_only=True):
    """The client waits longer for the first token, and then gets the whole answer."""

    name: ClassVar[str] = "slow_first_token"
    aliases: ClassVar[tuple[str, ...]] = ("ttft",)
    action: ClassVar[str] = "delayed"
    seen: ClassVar[str] = (
        "OpenAI, 2026-06-02: slow first tokens for two hours; "
        "2024-12-04: success, after a stall of 30 s"
    )

    delay_s: Annotated[Seconds, Meta(description="added to the time to the first token")]
    headers_first: Annotated[
        bool,
        Meta(
            description="true: headers and the events before the first token come at once; "
            "false: the request is held back, so that nothing comes at all"
        ),
    ] = True
    at: Annotated[
        Place | None,
        Meta(
            description="where the first token is waited for, if not right before it: "
            "after_headers, after_prompt_filter or after_role"
        ),
    ] = None

    def __post_init__(self) -> None:
        """Refuse what cannot be; ValueError."""
        if self.at == "after_finish":
            raise ValueError("`at: after_finish` is behind every token, the first one too")
        if self.at is not None and not self.headers_first:
            raise ValueError(f"`headers_first: false` leaves nothing to be {self.at}")

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - slow is the same in each
        """Hold the first token, or the request, and let the rest through."""
        if not self.headers_first:
            yield Wait(seconds=self.delay_s)
            return
        held = yield from self._held()
        if held is not None:
            yield Wait(seconds=self.delay_s)
            yield held

    def _held(self) -> Passage:
        if self.at is None:
            return (yield from until_token(0))
        found = yield from until_place(self.at)
        return None if found is None else found.held
