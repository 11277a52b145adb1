"""What holds for every fault there is, for every stack of them, and for the dice."""

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults.catalog import fault_classes
from faults.config import Rule
from faults.dice import draw
from faults.fault import Fault
from faults.layers import ENDINGS, Layer, compose
from faults.rehearse import Play, rehearse
from faults.rules import RuleBook
from faults.steps import NEXT, Event, Script, Step, Wait
from telemetry.identity import Parent, attempt_span_id, trace_id
from tests.faults import drawn
from tests.faults.honest import PlainDialect, body, play, played, said

EACH = pytest.mark.parametrize("kind", fault_classes().values(), ids=fault_classes())


def bytes_of(steps: list[Step]) -> bytes:
    return b"".join(step.data for step in steps if isinstance(step, Event))


def check_time_and_ending(faults: list[Fault], honest: list[Step]) -> None:
    result, _ = play(faults, honest)
    times = [at_s for at_s, _ in result.steps]
    assert times == sorted(times)
    ended = [isinstance(step, ENDINGS) for step in said(result)]
    assert sum(ended) <= 1
    assert not any(ended[:-1])
    assert any(ended) == math.isfinite(result.end_s)


@EACH
@given(data=st.data(), honest=drawn.PACED_ANSWERS)
def test_time_never_runs_back_and_nothing_follows_an_ending(
    kind: type[Fault], data: st.DataObject, honest: list[Step]
) -> None:
    check_time_and_ending([data.draw(drawn.faults_of(kind))], honest)


@given(faults=drawn.STACKS, honest=drawn.PACED_ANSWERS)
def test_nor_does_it_in_any_stack(faults: list[Fault], honest: list[Step]) -> None:
    check_time_and_ending(faults, honest)


@given(faults=st.lists(drawn.DELAYS, max_size=4), honest=drawn.PACED_ANSWERS)
def test_delays_never_change_a_step(faults: list[Fault], honest: list[Step]) -> None:
    assert said(play(faults, honest)[0]) == said(play([], honest)[0])


@given(faults=st.lists(drawn.DELAYS, max_size=4), honest=drawn.ANSWERS)
def test_waits_add_up(faults: list[Fault], honest: list[Step]) -> None:
    alone = [play([one], honest)[0].end_s for one in faults]
    assert play(faults, honest)[0].end_s == sum(alone)


@given(honest=drawn.PACED_ANSWERS)
def test_no_faults_are_the_honest_answer_at_its_own_pace(honest: list[Step]) -> None:
    result, attested = play([], honest)
    assert said(result) == [step for step in honest if not isinstance(step, Wait)]
    assert result.end_s == sum(step.seconds for step in honest if isinstance(step, Wait))
    assert attested == []


@given(faults=drawn.STACKS, honest=drawn.PACED_ANSWERS)
def test_the_same_stack_plays_the_same_way_again(faults: list[Fault], honest: list[Step]) -> None:
    assert play(faults, honest) == play(faults, honest)


@given(faults=drawn.STACKS, honest=drawn.PACED_ANSWERS)
def test_a_stack_asks_the_provider_unless_one_of_its_faults_alone_would_not(
    faults: list[Fault], honest: list[Step]
) -> None:
    asked_alone = [play([one], honest)[0].asked for one in faults]
    assert play(faults, honest)[0].asked == all(asked_alone)


@EACH
@given(data=st.data())
def test_the_provider_is_asked_if_and_only_if_the_script_says_next(
    kind: type[Fault], data: st.DataObject
) -> None:
    one = data.draw(drawn.faults_of(kind))
    assert play([one], body(b"{}"))[0].asked == says_next(one.script(PlainDialect()))


def says_next(script: Script) -> bool:
    """Read a script by itself; one that ends without an ending lets the provider speak."""
    for said_ in script:
        if said_ is NEXT:
            return True
        if isinstance(said_, ENDINGS) or (isinstance(said_, Wait) and math.isinf(said_.seconds)):
            return False
    return True


@EACH
@given(data=st.data(), honest=drawn.PACED_ANSWERS)
def test_a_fault_is_attested_if_and_only_if_the_client_gets_another_answer(
    kind: type[Fault], data: st.DataObject, honest: list[Step]
) -> None:
    one = data.draw(drawn.faults_of(kind))
    result, attested = play([one], honest)
    assert len(attested) <= 1
    other = is_other(result, [one], honest)
    assert bool(attested) >= other if kind.holds_back else bool(attested) == other
    for _, action in attested:
        assert action in actions_of(one)


def actions_of(one: Fault) -> set[str]:
    """What a fault may be attested as: its action, or the silence that it begins with."""
    if one.action in {"delayed", "withheld"}:
        # A hole that holds nobody is nothing but a connection closed too early.
        no_hole = getattr(one, "hold_s", 1) == 0 and not played(one, drawn.PROBES[0]).asked
        return {"truncated"} if no_hole else {"delayed", "withheld"}
    return {"delayed"} if getattr(one, "after_s", 0) else {one.action, *one.also_attested}


@given(faults=drawn.STACKS, honest=drawn.PACED_ANSWERS)
def test_a_stack_is_attested_if_and_only_if_the_client_gets_another_answer(
    faults: list[Fault], honest: list[Step]
) -> None:
    result, attested = play(faults, honest)
    rules = [rule for rule, _ in attested]
    assert len(rules) == len(set(rules))
    other = is_other(result, faults, honest)
    assert bool(attested) >= other if any_holds_back(faults) else bool(attested) == other


def is_other(result: Play, faults: list[Fault], honest: list[Step]) -> bool:
    """Another answer; what a fault kept that then had nothing to change in it may come later."""
    plain = play([], honest)[0]
    if any(one.untouched for one in faults):
        return said(result) != said(plain) or result.end_s != plain.end_s
    return result != plain


def any_holds_back(faults: list[Fault]) -> bool:
    return any(one.holds_back for one in faults)


@given(faults=drawn.SILENT_STACKS, honest=drawn.ANSWERS)
def test_who_asks_the_provider_gets_its_bytes_up_to_some_point_if_no_fault_adds_its_own(
    faults: list[Fault], honest: list[Step]
) -> None:
    result, _ = play(faults, honest)
    if result.asked:
        assert bytes_of(honest).startswith(bytes_of(said(result)))


@given(faults=drawn.STACKS, honest=drawn.ANSWERS)
def test_what_comes_of_the_provider_comes_in_its_order_and_never_twice(
    faults: list[Fault], honest: list[Step]
) -> None:
    passed = [id(step) for step in said(play(faults, honest)[0]) if step in honest]
    told = iter([id(step) for step in honest])
    own = {id(step) for step in honest}
    assert all(one in told for one in passed if one in own)


@given(faults=drawn.CUT_BLIND_STACKS, whole=st.binary(min_size=1, max_size=8), data=st.data())
def test_how_a_body_is_cut_into_pieces_decides_nothing(
    faults: list[Fault], whole: bytes, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(whole)))
    pieces = filter(None, (whole[:cut], whole[cut:]))  # nobody reads a piece of nothing
    once, in_pieces = play(faults, body(whole)), play(faults, body(*pieces))
    assert bytes_of(said(once[0])) == bytes_of(said(in_pieces[0]))
    assert once[1] == in_pieces[1]
    assert once[0].end_s == in_pieces[0].end_s


@given(faults=drawn.STACKS, honest=drawn.PACED_ANSWERS, data=st.data())
def test_stacks_may_be_grouped_in_any_way(
    faults: list[Fault], honest: list[Step], data: st.DataObject
) -> None:
    split = data.draw(st.integers(0, len(faults)))
    scripts = [Layer(str(n), one.script(PlainDialect())) for n, one in enumerate(faults)]
    inner = compose(scripts[split:], lambda *_: None)
    grouped = compose([*scripts[:split], Layer("inner", inner)], lambda *_: None)
    assert rehearse(grouped, honest) == play(faults, honest)[0]


def interval(share: float, count: int) -> tuple[float, float]:
    """The 99.9 % interval of a binomial count, by its normal approximation, a half corrected."""
    reach = NormalDist().inv_cdf(0.9995) * math.sqrt(count * share * (1 - share)) + 0.5
    return count * share - reach, count * share + reach


@pytest.mark.parametrize("seed", [1, 2, 2**40])
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
def test_a_share_of_the_dice_is_that_share_of_the_exchanges(seed: int, share: float) -> None:
    hits = sum(draw(seed, "outage", str(number), "azure/0") < share for number in range(20_000))
    low, high = interval(share, 20_000)
    assert low <= hits <= high


@pytest.mark.parametrize(
    "other", [(1, "second", "azure/0"), (1, "outage", "azure/1"), (2, "outage", "azure/0")]
)
def test_the_dice_of_another_fault_attempt_or_seed_are_independent(
    other: tuple[int, str, str],
) -> None:
    seed, fault, attempt = other
    both = sum(
        draw(1, "outage", str(number), "azure/0") < 0.3
        and draw(seed, fault, str(number), attempt) < 0.3
        for number in range(20_000)
    )
    low, high = interval(0.09, 20_000)
    assert low <= both <= high


@given(st.integers(), st.text(), st.text(), st.text())
def test_a_draw_is_at_least_nothing_and_less_than_one(
    seed: int, fault: str, exchange: str, attempt: str
) -> None:
    assert 0 <= draw(seed % 10**60, fault, exchange, attempt) < 1


@given(order=st.permutations(range(30)), seed=st.integers(0, 2**32), share=st.floats(0.2, 0.8))
def test_the_same_seed_decides_the_same_in_any_order(
    order: list[int], seed: int, share: float
) -> None:
    assert decisions(order, seed, share) == decisions(list(range(30)), seed, share)


def decisions(order: list[int], seed: int, share: float) -> dict[int, bool]:
    """Decide about exchanges in the order given, with a rule book of its own."""
    rule = Rule(
        id="outage",
        endpoints=("azure",),
        inject={"http_error": {}},
        start_s=0,
        end_s=10,
        share=share,
    )
    book = RuleBook([rule], seed=seed, run_tag="0badcafe")
    armed = book.armed("azure", 1)
    parents = {n: trace_id("0badcafe", n) for n in order}
    return {
        n: bool(book.decide(armed, Parent(trace, attempt_span_id(trace, 0)), 0, "", 1))
        for n, trace in parents.items()
    }
