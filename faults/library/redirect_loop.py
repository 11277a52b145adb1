"""The provider sends its clients round in a circle."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from faults.circumstances import Circumstances, usual
from faults.fault import NOT_GRPC, Fault, Protocol
from faults.phrases import whole_answer
from faults.steps import Script
from providers.dialect import Dialect, HttpAnswer


class RedirectLoop(Fault, frozen=True, kw_only=True):
    """The client is redirected to the address that it asked, and meets the same there again."""

    name: ClassVar[str] = "redirect_loop"
    aliases: ClassVar[tuple[str, ...]] = ("too_many_redirects",)
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    seen: ClassVar[str] = (
        "servers that send to https what a proxy in front of them sends on in clear, or to a path "
        "with a slash what that proxy takes it from; an SDK that takes a 307 for an error "
        "(openai/openai-python #785), clients that lose their key on the way (letta-ai/letta "
        "#3189). Clients follow by their own count, if at all: Go and aiohttp 10 times, httpx "
        "(if told to, as the SDKs tell it) and Node 20, requests 30, curl with `-L` 50. Each "
        "time is an attempt, and decided anew"
    )

    status: Annotated[
        Literal[301, 302, 303, 307, 308],
        Meta(
            description="307 and 308 have the request sent again as it was; 303, and to most "
            "clients 301 and 302, make a GET without a body of it"
        ),
    ] = 307
    location: Annotated[
        Literal["relative", "absolute"],
        Meta(description="absolute: with the client's own name for the place, its Host"),
    ] = "relative"

    def script(self, dialect: Dialect) -> Script:
        """Redirect who asked nowhere in particular."""
        return self.script_in(usual(), dialect)

    def script_in(self, circumstances: Circumstances, dialect: Dialect) -> Script:  # noqa: ARG002 - a redirection has no words
        """Answer instead of the provider; nobody is to keep it for longer than it holds."""
        url = circumstances.url
        absolute = self.location == "absolute" and not url.startswith("/")
        headers = (
            ("Location", url if absolute else _path_of(url)),
            ("Cache-Control", "no-store"),
        )
        return whole_answer(HttpAnswer(status=self.status, headers=headers))


def _path_of(url: str) -> str:
    path = url if url.startswith("/") else f"/{url.partition('://')[2].partition('/')[2]}"
    # Two slashes would begin the name of a host (RFC 3986, 4.2).
    return f"/.{path}" if path.startswith("//") else path
