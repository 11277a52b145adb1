import pytest

from faults.gate import Arrival
from faults.steps import End, Event, Head
from providers.catalog import make_dialect
from tests.faults.honest import attested, fault, played, said, stream
from tests.faults.library.test_refusals import refusal


def test_the_client_gets_the_dialects_own_401_and_the_provider_is_not_asked() -> None:
    play = played(fault("auth_expired"), stream(3))
    head = Head(status=401, headers=(("x-plain", "yes"),))
    assert said(play) == [head, Event(data=b"expired"), End()]
    assert (play.asked, play.end_s) == (False, 0)
    assert attested(fault("auth_expired"), stream(3)) == ["answered"]


@pytest.mark.parametrize(
    ("name", "word"), [("azure-openai", "expired"), ("vertex-gemini", "OAuth 2 access token")]
)
def test_it_is_in_the_providers_own_words(name: str, word: str) -> None:
    status, error = refusal(fault("auth_expired"), make_dialect({name: {}}))
    assert status == 401
    assert word in error.message


def test_the_first_so_many_still_get_through() -> None:
    gate = fault("auth_expired", after_n=2).gate()
    assert gate is not None
    assert [gate.passes(Arrival(0, 1, 0)) for _ in range(4)] == [True, True, False, False]
    assert fault("auth_expired").gate() is None


@pytest.mark.parametrize(
    ("name", "kind", "status", "code"),
    [
        ("azure-openai", "key_invalid", 401, "401"),
        ("azure-openai", "permission_denied", 401, "PermissionDenied"),
        ("vertex-gemini", "key_invalid", 401, "UNAUTHENTICATED"),
        ("vertex-gemini", "permission_denied", 403, "PERMISSION_DENIED"),
        ("openai-chat", "key_invalid", 401, "invalid_api_key"),
        ("openai-chat", "permission_denied", 403, "403"),
    ],
)
def test_a_wrong_credential_and_a_missing_permission_are_told_apart(
    name: str, kind: str, status: int, code: str
) -> None:
    read, error = refusal(fault("auth_expired", kind=kind), make_dialect({name: {}}))
    assert (read, error.code) == (status, code)
