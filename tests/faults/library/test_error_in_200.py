import pytest

from faults.steps import Event, Head
from providers.catalog import http_dialects, make_dialect
from tests.faults.honest import attested, fault, played, stream


@pytest.mark.parametrize("name", sorted(http_dialects()))
def test_the_status_says_success_and_the_body_does_not(name: str) -> None:
    dialect = make_dialect({name: {}})
    head, event, _ = list(fault("error_in_200", status=503, message="no").script(dialect))
    assert isinstance(head, Head)
    assert isinstance(event, Event)
    assert head.status == 200
    error = dialect.read_body(event.data).error
    assert error is not None
    assert error.message == "no"


def test_the_provider_is_not_asked() -> None:
    assert not played(fault("error_in_200"), stream(1)).asked
    assert attested(fault("error_in_200"), stream(1)) == ["answered"]
