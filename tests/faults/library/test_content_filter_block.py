import pytest

from faults.steps import Event, Head
from tests.faults.honest import fault
from tests.faults.library.whole import CASES, EVERY, Case

PROMPT = fault("content_filter_block")
COMPLETION = fault("content_filter_block", where="completion")


@pytest.mark.parametrize("case", [c for c in EVERY if c.name != "vertex-gemini"], ids=str)
def test_a_caught_prompt_is_a_400_of_the_content_filter(case: Case) -> None:
    head, event, _ = case.steps(PROMPT)
    assert isinstance(head, Head)
    assert isinstance(event, Event)
    assert head.status == 400
    error = case.dialect.read_error(400, {}, event.data)
    assert error.code in {"content_filter", "content_policy_violation"}


@pytest.mark.parametrize("case", [c for c in EVERY if c.name == "vertex-gemini"], ids=str)
def test_vertex_says_so_in_a_200_without_candidates(case: Case) -> None:
    (delta,) = case.deltas(PROMPT)
    assert (delta.content_filtered, delta.text, delta.finish_reason) == (True, "", None)


@CASES
def test_a_caught_answer_is_finished_by_the_filter_and_empty(case: Case) -> None:
    deltas = case.deltas(COMPLETION)
    assert "".join(delta.text for delta in deltas) == ""
    assert [delta.content_filtered for delta in deltas if delta.finish_reason] == [True]
