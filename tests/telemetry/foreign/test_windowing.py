from telemetry.foreign.exchanges import Reading, exchanges_of
from telemetry.foreign.windowing import Told, events_of, touched
from tests.telemetry.foreign.made import call, ns

OUTAGE = Told(id="outage", endpoints=("azure.ai.openai",), start_ns=ns(10), end_ns=ns(20))


def test_touched_is_what_failed_at_the_endpoint_while_the_window_was_open() -> None:
    spans = [
        call(1, 11, 12, trace=1, error="503"),
        call(1, 9, 12, trace=2, error="503"),
        call(1, 11, 12, trace=3),
        call(1, 11, 12, trace=4, error="400"),
        call(1, 5, 9, trace=5, error="503"),
        call(1, 20, 21, trace=6, error="503"),
        call(1, 11, 12, trace=7, error="503", provider="gcp.vertex_ai"),
    ]
    found = touched(exchanges_of(spans, Reading()), [OUTAGE])
    assert {int(e.trace_id, 16) for e in found if e.touched} == {1, 2}
    assert all(t.inferred for e in found for a in e.attempts for t in a.touches)


def test_events_say_of_a_window_what_an_injector_would() -> None:
    begun, ended = events_of([OUTAGE])
    assert (begun.name, begun.subject, begun.at_ns) == ("window_start", "outage", ns(10))
    assert (ended.name, ended.at_ns) == ("window_end", ns(20))


def test_an_inferred_window_has_edges_as_early_and_as_late_as_they_can_be() -> None:
    window = Told(
        id="outage", endpoints=("a",), start_ns=3, end_ns=8, inferred=True,
        start_within=(2, 4), end_within=(7, 9),
    )  # fmt: skip
    assert (window.earliest().start_ns, window.earliest().end_ns) == (2, 7)
    assert (window.latest().start_ns, window.latest().end_ns) == (4, 9)
    assert OUTAGE.latest() == OUTAGE
