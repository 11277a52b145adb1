from hypothesis import given
from hypothesis import strategies as st

from faults.config import Rule
from faults.gate import Arrival, AtOnce, FirstPass, PerWindow
from faults.rules import RuleBook
from faults.traits import Traits
from telemetry.identity import Parent


@given(count=st.integers(0, 5), asked=st.integers(0, 12))
def test_exactly_the_first_so_many_pass(count: int, asked: int) -> None:
    gate = FirstPass(count)
    assert sum(gate.passes(Arrival(0, 1, 0)) for _ in range(asked)) == min(count, asked)


@given(st.lists(st.integers(1, 9)))
def test_room_is_asked_of_each_arrival_alone(under_way: list[int]) -> None:
    gate = AtOnce(4)
    assert [gate.passes(Arrival(0, one, 0)) for one in under_way] == [u <= 4 for u in under_way]


@given(gaps_s=st.lists(st.floats(0, 5), max_size=40), quota=st.integers(1, 4))
def test_no_window_however_placed_carries_more_than_the_quota(
    gaps_s: list[float], quota: int
) -> None:
    gate, now_s = PerWindow(quota, None, 10.0), 0.0
    passed = []
    for gap_s in gaps_s:
        now_s += gap_s
        if gate.passes(Arrival(now_s, 1, 0)):
            passed.append(now_s)
    for start_s in passed:
        assert sum(start_s <= at_s < start_s + 10 for at_s in passed) <= quota


def test_each_endpoint_of_a_rule_has_a_gate_of_its_own() -> None:
    rule = Rule(
        id="quota",
        endpoints=("azure", "vertex"),
        inject={"quota_exhausted": {"requests": 1}},
        start_s=0,
        end_s=10,
    )
    book = RuleBook([rule], seed=1, run_tag="0badcafe", bystanders=True)
    parent = Parent("ab" * 16, "")
    touched = [
        bool(book.decide(book.armed(name, 1), parent, 0, "", 1, Traits()))
        for name in ("azure", "azure", "vertex", "vertex")
    ]
    assert touched == [False, True, False, True]
