from itertools import pairwise

import msgspec
import pytest

from experiments.report.charts.waterfall import attempt_words, lanes, segments, waterfall
from experiments.report.frame import Mark, Size
from telemetry.exchange import Touch
from telemetry.outcome import Outcome
from tests.experiments.report.synthetic import ns, run
from tests.experiments.report.test_series import answered, exchange, refused

COLOURS = {"azure": "e0", "vertex": "e1"}


def test_an_attempt_is_cut_where_it_got_on() -> None:
    parts = list(segments(answered(0, 1.0, "azure"), ns(0.0), 9.0))
    assert [part.waiting_for for part in parts] == ["connect", "head", "token", "end"]
    assert [part.end_s for part in parts] == pytest.approx([1.004, 1.24, 1.3, 1.8])
    assert all(a.end_s == b.start_s for a, b in pairwise(parts))


def test_an_attempt_that_never_connected_waited_for_that_all_along() -> None:
    lone = msgspec.structs.replace(refused(0, 1.0), connected_ns=None, head_ns=None)
    (part,) = segments(lone, ns(0.0), 9.0)
    assert part.waiting_for == "connect"
    assert (part.start_s, part.end_s) == pytest.approx((1.0, 1.1))


def test_what_has_no_end_reaches_to_the_end_of_observation() -> None:
    held = msgspec.structs.replace(answered(0, 1.0, "azure"), end_ns=None, first_token_ns=None)
    assert [part.end_s for part in segments(held, ns(0.0), 9.0)][-1] == 9.0


def test_the_fault_s_action_is_marked_and_told() -> None:
    hit = refused(0, 1.0, touched=True)
    drawn = waterfall(exchange(0, 0.9, hit, answered(0, 1.2, "vertex", 1)), COLOURS, ns(9.0))
    assert drawn.count("hit-mark") == 3
    assert "answered by outage" in drawn
    assert "e0 seg-connect" in drawn
    assert "e1 seg-end" in drawn


def test_an_attempt_is_told_in_words() -> None:
    hit = msgspec.structs.replace(refused(0, 1.0, touched=True), status=503)
    assert attempt_words(hit) == "503 server error, answered by outage, 0.1 s"
    touch = Touch(fault="cut", action="reset", at_ns=0, inferred=True)
    guessed = msgspec.structs.replace(
        hit, status=None, outcome=Outcome.STALLED, touches=(touch,), end_ns=None
    )
    assert attempt_words(guessed) == "stalled, reset by cut (inferred)"


def test_every_exchange_of_a_run_can_be_drawn() -> None:
    made = run()
    for one in made.evidence.exchanges[:200]:
        assert waterfall(one, COLOURS, made.evidence.end_ns).count("<svg") == 3


def test_a_gateway_s_answer_stands_above_what_it_asked() -> None:
    front = msgspec.structs.replace(answered(0, 0.95, "gateway"), status=200)
    hops = (refused(0, 1.0, touched=True), answered(0, 1.2, "vertex", 1))
    behind = msgspec.structs.replace(exchange(0, 0.9, *hops), front=front)
    assert [lane.endpoint for lane in lanes(behind)] == ["gateway", "azure", "vertex"]
    drawn = waterfall(behind, COLOURS, ns(9.0))
    assert drawn.index(">gateway ") < drawn.index(">azure ") < drawn.index(">vertex ")
    assert "other seg-end" in drawn


def test_what_else_happened_is_marked_with_its_name() -> None:
    told = exchange(0, 0.9, answered(0, 1.0, "azure"))
    size = Size("wide", 620.0)
    marked = waterfall(told, COLOURS, ns(9.0), marks=(Mark(0.2, "azure opens"),), sizes=(size,))
    assert marked.count("<svg") == 1
    assert ">azure opens</text>" in marked
    assert "mark-name" not in waterfall(told, COLOURS, ns(9.0))
