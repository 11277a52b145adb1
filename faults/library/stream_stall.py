"""The stream falls silent."""

import math
from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

from msgspec import Meta

from faults.parameters import Interval, Seconds
from faults.phrases import takes_comments
from faults.positions import Positioned
from faults.steps import Event, Script, Wait
from providers.dialect import Dialect

_COMMENT: Final = Event(data=b": keep-alive\n\n")
_MOST_KEPT_ALIVE_S: Final = 600.0
_INTERVAL_S: Final = 1.0


class StreamStall(Positioned, frozen=True, kw_only=True):
    """The client's stream falls silent with the connection open, and goes on if it ever does."""

    name: ClassVar[str] = "stream_stall"
    aliases: ClassVar[tuple[str, ...]] = ("stall",)
    action: ClassVar[str] = "withheld"
    also_attested: ClassVar[tuple[str, ...]] = ("delayed",)
    seen: ClassVar[str] = (
        "Azure OpenAI streams that freeze without an exception "
        "(Azure/azure-sdk-for-js #26561, openai/openai-python #2319)"
    )

    seconds: Annotated[Seconds, Meta(description="how long the silence lasts")] = math.inf
    keepalive: Annotated[
        bool,
        Meta(
            description="true: comments come meanwhile, so that read timeouts never fire; then "
            "silence lasts 600 s at the most, whatever the window. Only event streams have comments"
        ),
    ] = False
    keepalive_interval_s: Annotated[Interval, Meta(description="keepalive: between comments")] = (
        _INTERVAL_S
    )

    def __post_init__(self) -> None:
        """Refuse what cannot be; ValueError."""
        Positioned.__post_init__(self)
        if self.keepalive and _MOST_KEPT_ALIVE_S < self.seconds < math.inf:
            raise ValueError(f"with `keepalive`, `seconds` is at most {_MOST_KEPT_ALIVE_S:g}")
        if not self.keepalive and self.keepalive_interval_s != _INTERVAL_S:
            raise ValueError("`keepalive_interval_s` is for `keepalive: true`")

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - silence is the same in each
        """Fall silent before what comes next."""
        found = yield from self.found()
        if found is None:
            return
        if self.keepalive and takes_comments(found.head):
            yield from self._hum()
        else:
            yield Wait(seconds=self.seconds)
        yield found.held

    def _hum(self) -> Iterator[Wait | Event]:
        left_s = min(self.seconds, _MOST_KEPT_ALIVE_S)
        while left_s > self.keepalive_interval_s:
            yield Wait(seconds=self.keepalive_interval_s)
            yield _COMMENT
            left_s -= self.keepalive_interval_s
        yield Wait(seconds=left_s)
