import pytest

from faults.gate import Arrival
from providers.catalog import make_dialect
from tests.faults.honest import fault
from tests.faults.library.test_refusals import refusal


def test_what_is_too_much_for_a_window_is_refused_and_uses_nothing_up() -> None:
    gate = fault("quota_exhausted", requests=2, window_s=10).gate()
    assert gate is not None
    at = [0.0, 1.0, 2.0, 9.9, 10.0, 10.5, 11.0]
    assert [gate.passes(Arrival(now_s, 1, 0)) for now_s in at] == [
        True, True, False, False, True, False, True,
    ]  # fmt: skip


def test_tokens_are_counted_too() -> None:
    gate = fault("quota_exhausted", tokens=100).gate()
    assert gate is not None
    asked = [60, 60, 40, 1]
    assert [gate.passes(Arrival(0, 1, tokens)) for tokens in asked] == [True, False, True, False]


def test_each_arming_counts_for_itself() -> None:
    one = fault("quota_exhausted", requests=1)
    gates = [one.gate(), one.gate()]
    assert all(gate is not None and gate.passes(Arrival(0, 1, 0)) for gate in gates)


@pytest.mark.parametrize("name", ["azure-openai", "vertex-gemini", "openai-chat"])
def test_the_refusal_is_that_of_a_quota_with_its_wait(name: str) -> None:
    one = fault("quota_exhausted", requests=1, retry_after_s=7)
    status, error = refusal(one, make_dialect({name: {}}))
    assert (status, error.retry_after_s) == (429, 7)
