import pytest

from tests.faults.honest import fault
from tests.faults.library.whole import ANSWERED, CASES, Case


@CASES
def test_every_chunk_names_the_other_model_and_the_text_is_whole(case: Case) -> None:
    deltas = case.deltas(fault("wrong_model", model="smaller"))
    assert {delta.model for delta in deltas} <= {"smaller", None}
    assert "smaller" in {delta.model for delta in deltas}
    assert "".join(delta.text for delta in deltas) == ANSWERED


@pytest.mark.parametrize("stream", [True, False])
def test_what_names_no_model_passes(*, stream: bool) -> None:
    case = Case("azure-openai", stream=stream)
    assert case.passes(fault("wrong_model"), b"not json at all")
