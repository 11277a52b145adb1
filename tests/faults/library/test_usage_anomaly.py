from tests.faults.honest import fault
from tests.faults.library.whole import ANSWERED, CASES, Case


@CASES
def test_without_usage_the_text_is_whole_and_nothing_is_counted(case: Case) -> None:
    deltas = case.deltas(fault("usage_anomaly"))
    assert [delta.usage for delta in deltas if delta.usage] == []
    assert "".join(delta.text for delta in deltas) == ANSWERED
    assert [delta.finish_reason for delta in deltas if delta.finish_reason]


@CASES
def test_inflated_it_counts_so_many_times_as_much(case: Case) -> None:
    (honest,) = [delta.usage for delta in case.deltas() if delta.usage]
    (told,) = [
        delta.usage
        for delta in case.deltas(fault("usage_anomaly", kind="inflated", factor=3))
        if delta.usage
    ]
    assert told.prompt_tokens == 3 * honest.prompt_tokens
    assert told.output_tokens == 3 * honest.output_tokens


def test_the_chunk_that_brings_nothing_else_is_left_out() -> None:
    case = Case("azure-openai", stream=True)
    assert len(case.deltas(fault("usage_anomaly"))) == len(case.deltas()) - 1


def test_another_tools_name_for_it_is_taken() -> None:
    assert fault("missing_usage") == fault("usage_anomaly")
