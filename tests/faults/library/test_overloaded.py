import pytest

from providers.catalog import make_dialect
from tests.faults.honest import attested, fault, played, stream
from tests.faults.library.test_refusals import refusal


def test_the_client_is_refused_at_once_and_the_provider_is_not_asked() -> None:
    play = played(fault("overloaded"), stream(3))
    assert (play.asked, play.end_s) == (False, 0)
    assert attested(fault("overloaded"), stream(3)) == ["answered"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("azure-openai", "high demand"), ("vertex-gemini", "The model is overloaded."),
     ("openai-chat", "engine is currently overloaded")],
)  # fmt: skip
def test_it_is_in_the_providers_own_words(name: str, words: str) -> None:
    status, error = refusal(fault("overloaded"), make_dialect({name: {}}))
    assert status == 503
    assert words in error.message


def test_another_status_and_other_words_may_be_asked_for() -> None:
    one = fault("overloaded", status=529, message="so long")
    status, error = refusal(one, make_dialect({"openai-chat": {}}))
    assert (status, error.message) == (529, "so long")
