import pytest

from faults.steps import Event, Head
from providers.catalog import make_dialect
from tests.faults.honest import PlainDialect, fault
from tests.faults.library.test_refusals import refusal


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_the_error_is_the_providers_own(status: int) -> None:
    read, error = refusal(fault("server_error", status=status), make_dialect({"vertex-gemini": {}}))
    assert read == status
    assert error.message


def test_a_gateways_page_is_html_whatever_the_dialect() -> None:
    head, page, _ = list(fault("server_error", status=502, html_body=True).script(PlainDialect()))
    assert head == Head(status=502, headers=(("Content-Type", "text/html"),))
    assert isinstance(page, Event)
    assert b"<title>502 Bad Gateway</title>" in page.data
