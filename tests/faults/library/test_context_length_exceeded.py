import pytest

from providers.catalog import make_dialect
from tests.faults.honest import fault, played, stream
from tests.faults.library.test_refusals import refusal


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [("azure-openai", "context_length_exceeded", "maximum context length"),
     ("openai-chat", "context_length_exceeded", "maximum context length"),
     ("vertex-gemini", "INVALID_ARGUMENT", "exceeds the maximum number of tokens")],
)  # fmt: skip
def test_the_400_is_the_providers_own_and_no_content_filters(
    name: str, code: str, words: str
) -> None:
    status, error = refusal(fault("context_length_exceeded"), make_dialect({name: {}}))
    assert (status, error.code, error.content_filtered) == (400, code, False)
    assert words in error.message


def test_the_provider_is_not_asked() -> None:
    assert not played(fault("context_length_exceeded"), stream(1)).asked
