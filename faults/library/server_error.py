"""Something breaks inside the provider, or in front of it."""

from http import HTTPStatus
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.phrases import whole_answer
from faults.steps import Script
from providers.dialect import Dialect, HttpAnswer


class ServerError(Fault, frozen=True, kw_only=True):
    """The client gets a 5xx, in the provider's JSON or as the HTML page of a gateway before it."""

    name: ClassVar[str] = "server_error"
    aliases: ClassVar[tuple[str, ...]] = ("internal_error", "bad_gateway")
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "OpenAI's and Azure's `The server had an error while processing your request`; HTML "
        "pages of gateways, which clients that expect JSON trip over"
    )

    status: Annotated[int, Meta(ge=500, le=599, description="HTTP status")] = 500
    html_body: Annotated[
        bool, Meta(description="true: a page in HTML, as a load balancer in front would send it")
    ] = False

    def script(self, dialect: Dialect) -> Script:
        """Answer instead of the provider."""
        if not self.html_body:
            return whole_answer(dialect.refusal(self.status))
        return whole_answer(_page(self.status))


def _page(status: int) -> HttpAnswer:
    known = {one.value: one.phrase for one in HTTPStatus}
    title = f"{status} {known.get(status, 'Error')}"
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>gateway</center>\r\n"
        "</body>\r\n</html>\r\n"
    )
    return HttpAnswer(status=status, headers=(("Content-Type", "text/html"),), body=page.encode())
