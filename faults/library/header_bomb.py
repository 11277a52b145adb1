"""Something on the way puts more into the head of an answer than its reader bears."""

from typing import Annotated, ClassVar, Final

from msgspec import Meta

from faults.fault import Fault
from faults.phrases import grown_head
from faults.steps import NEXT, Head, Script
from providers.dialect import Dialect

FIELD: Final = "X-Header-Bomb"
"""One name for all: HTTP/2 tells a line once and refers to it then, and readers count them all."""


class HeaderBomb(Fault, frozen=True, kw_only=True):
    """The client gets the whole answer behind a head with more, and longer, lines than it reads."""

    name: ClassVar[str] = "header_bomb"
    aliases: ClassVar[tuple[str, ...]] = ("header_overflow",)
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "firewalls and frameworks that set ever more cookies, policies and metadata: a model's "
        "runner whose clients stop at 8,190 bytes a line (bentoml/BentoML #4346, "
        "Azure/azure-sdk-for-python #27625), gateways that stop at 4 KB (GSA/api.data.gov #461). "
        "Readers' own limits, which the defaults exceed: Node 16 KiB, grpcio 16 KiB, h2 64 KiB, "
        "httpx 100 KiB, curl 300 KB since its version 8.3; requests 100 lines, aiohttp 128. Go "
        "reads 10 MiB"
    )

    headers: Annotated[
        int, Meta(ge=1, le=256, description="how many more", extra={"unit": "lines"})
    ] = 128
    size_bytes: Annotated[
        int, Meta(ge=1, le=8192, description="of each one's value", extra={"unit": "bytes"})
    ] = 4000

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - a head is long in each
        """Add to the provider's head, be it a refusal's, and let the body pass."""
        head = yield NEXT
        more = ((FIELD, "x" * self.size_bytes),) * self.headers
        yield grown_head(head, *more) if isinstance(head, Head) else head
