"""Refusals as both clouds word them, read back as their clients would."""

import pytest

from faults.fault import Fault
from faults.phrases import whole_answer
from faults.steps import Event, Head
from providers.catalog import http_dialects, make_dialect
from providers.dialect import Dialect, ProviderError
from tests.faults.honest import fault

EVERY_DIALECT = pytest.mark.parametrize("name", sorted(http_dialects()))


def refusal(one: Fault, dialect: Dialect) -> tuple[int, ProviderError]:
    """Return the status and the error that a client of this dialect reads."""
    head, event, _ = list(one.script(dialect))
    assert isinstance(head, Head)
    assert isinstance(event, Event)
    headers = {name.lower(): value for name, value in head.headers}
    return head.status, dialect.read_error(head.status, headers, event.data)


@EVERY_DIALECT
@pytest.mark.parametrize("status", [400, 404, 429, 500, 502, 503, 504, 599])
def test_an_error_speaks_the_dialect_with_the_message_that_was_asked_for(
    name: str, status: int
) -> None:
    dialect = make_dialect({name: {}})
    read_status, error = refusal(fault("http_error", status=status, message="so long"), dialect)
    assert read_status == status
    assert error.code
    assert error.message == "so long"


@EVERY_DIALECT
def test_without_a_message_the_provider_has_words_of_its_own(name: str) -> None:
    _, error = refusal(fault("http_error"), make_dialect({name: {}}))
    assert error.message


@EVERY_DIALECT
@pytest.mark.parametrize("kind", ["rate_limited", "http_error"])
def test_the_pause_that_was_asked_for_reaches_the_client(name: str, kind: str) -> None:
    parameters: dict[str, object] = {"status": 429} if kind == "http_error" else {}
    one = fault(kind, retry_after_s=7, **parameters)
    status, error = refusal(one, make_dialect({name: {}}))
    assert status == 429
    assert error.retry_after_s == 7


@EVERY_DIALECT
def test_a_refusal_names_no_framing_header(name: str) -> None:
    head = next(whole_answer(make_dialect({name: {}}).refusal(503)))
    assert isinstance(head, Head)
    framing = {"content-length", "transfer-encoding", "connection"}
    assert not framing & {header.lower() for header, _ in head.headers}
