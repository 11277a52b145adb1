import pytest

from providers.catalog import make_dialect
from tests.faults.honest import fault, played, stream
from tests.faults.library.test_refusals import refusal


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [("azure-openai", "DeploymentNotFound", "does not exist"),
     ("vertex-gemini", "NOT_FOUND", "models/gemini-2.5-flash` was not found"),
     ("openai-chat", "model_not_found", "does not exist")],
)  # fmt: skip
def test_the_404_is_the_providers_own(name: str, code: str, words: str) -> None:
    status, error = refusal(fault("model_not_found"), make_dialect({name: {}}))
    assert (status, error.code) == (404, code)
    assert words in error.message


def test_the_provider_is_not_asked() -> None:
    assert not played(fault("model_not_found"), stream(1)).asked
