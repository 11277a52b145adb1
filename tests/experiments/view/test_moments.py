from experiments.view.moments import Moment, marks, moments
from experiments.view.opened import Opened
from telemetry.exchange import Exchange


def failed_over(opened: Opened) -> Exchange:
    return next(e for e in opened.seen.evidence.exchanges if e.touched and e.succeeded)


def told(opened: Opened, exchange: Exchange) -> tuple[Moment, ...]:
    return moments(exchange, opened.seen.evidence, opened.breakers)


def test_moments_are_in_order_and_tell_every_step(opened: Opened) -> None:
    found = told(opened, failed_over(opened))
    assert [m.at_s for m in found] == sorted(m.at_s for m in found)
    words = [m.words for m in found]
    for expected in (
        "planned",
        "attempt 1 sent",
        "fault outage: answered",
        "attempt 1 ended: server error",
        "attempt 2 sent",
        "first token",
        "ended: ok",
    ):
        assert expected in words


def test_a_breaker_nearby_is_told_if_it_is_the_clients_own(opened: Opened) -> None:
    opening = opened.breakers[0]
    replica = opening.facts["replica"]
    around = [
        e
        for e in opened.seen.evidence.exchanges
        if e.end_ns is not None and e.planned_ns <= opening.at_ns <= e.end_ns
    ]
    for exchange in around:
        told_it = any(m.words == "breaker of azure: open" for m in told(opened, exchange))
        assert told_it or exchange.replica != replica
    assert any(e.replica == replica for e in around)


def test_a_window_is_told_only_near_its_edges(opened: Opened) -> None:
    at = {"window": [e for e in opened.seen.evidence.exchanges if _tells_a_window(opened, e)]}
    start_ns = opened.seen.evidence.start_ns
    planned = [(e.planned_ns - start_ns) / 1e9 for e in at["window"]]
    assert planned
    assert all(17 < s < 21.1 or 37 < s < 41.1 for s in planned)


def _tells_a_window(opened: Opened, exchange: Exchange) -> bool:
    return any(m.kind == "window" for m in told(opened, exchange))


def test_only_what_happened_meanwhile_is_marked_on_the_waterfall() -> None:
    found = (
        Moment(at_s=-0.1, kind="window", words="before"),
        Moment(at_s=0.2, kind="step", words="its own"),
        Moment(at_s=0.3, kind="breaker", words="meanwhile"),
        Moment(at_s=1.3, kind="breaker", words="after"),
    )
    assert [mark.words for mark in marks(found, 1.0)] == ["meanwhile"]
