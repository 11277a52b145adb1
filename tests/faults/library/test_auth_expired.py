import pytest

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
