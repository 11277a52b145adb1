from telemetry.exchange import Exchange
from telemetry.foreign.exchanges import Reading, exchanges_of
from telemetry.foreign.inferring import inferred, told
from telemetry.foreign.span import Span
from tests.telemetry.foreign.made import call, ns


def asked(start: float, end: float, every: float, trace: int, **more: object) -> list[Span]:
    """Return calls of 0.05 s at equal distances, each in a trace of its own."""
    count = round((end - start) / every)
    return [
        call(1, start + i * every, start + i * every + 0.05, trace=trace + i, **more)  # type: ignore[arg-type]
        for i in range(count)
    ]


def exchanges(*groups: list[Span]) -> tuple[Exchange, ...]:
    return exchanges_of([span for group in groups for span in group], Reading())


GOOD = asked(0, 10, 0.1, 1000)
BAD = asked(10, 12, 0.1, 2000, error="503")
PROBES = asked(14, 20, 2.0, 3000, error="503")
AGAIN = asked(20.5, 30, 0.1, 4000)


def test_a_window_is_from_the_first_failure_until_it_answers_again() -> None:
    (window,) = inferred(exchanges(GOOD, BAD, PROBES, AGAIN)).windows
    assert (window.start_ns, window.end_ns) == (ns(10), ns(20.5))
    assert (window.id, window.endpoints) == ("outage", ("azure.ai.openai",))
    assert window.end_within == (ns(18) + 1, ns(20.5))
    assert "end known to 2.5 s" in told(window, ns(0))


def test_one_that_was_never_seen_to_answer_again_reaches_to_the_end() -> None:
    fallback = asked(10, 40, 0.1, 5000, provider="gcp.vertex_ai")
    (window,) = inferred(exchanges(GOOD, BAD, fallback)).windows
    assert window.open
    assert window.end_ns == ns(39.95)
    assert "not seen to answer again" in told(window, ns(0))


def test_too_little_is_not_guessed_from() -> None:
    found = inferred(exchanges(GOOD, BAD[:3], AGAIN))
    assert not found.windows
    assert found.why_none.startswith("attempts that failed: 3 of 198 at azure.ai.openai")


def test_what_the_question_brought_about_is_no_outage() -> None:
    refused = asked(10, 12, 0.1, 2000, error="400")
    assert not inferred(exchanges(GOOD, refused, AGAIN)).windows


def test_a_fallback_that_fails_while_it_takes_over_is_overloaded_not_at_fault() -> None:
    limited = asked(10.5, 12.5, 0.1, 6000, error="429", provider="gcp.vertex_ai")
    found = inferred(exchanges(GOOD, BAD, limited, AGAIN))
    assert [window.endpoints for window in found.windows] == [("azure.ai.openai",)]
    assert "overloaded fallback" in found.notes[0]


def test_a_part_that_fails_is_told_as_a_share() -> None:
    every_third = [s for i, s in enumerate(asked(10, 16, 0.1, 2000, error="503")) if i % 3 == 0]
    others = [s for i, s in enumerate(asked(10, 16, 0.1, 7000)) if i % 3]
    (window,) = inferred(exchanges(GOOD, every_third, others, AGAIN)).windows
    assert 0.3 < window.share < 0.4
