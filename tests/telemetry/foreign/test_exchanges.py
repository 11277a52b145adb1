from typing import Any

from telemetry.exchange import Exchange
from telemetry.foreign.exchanges import Reading, exchanges_of
from telemetry.foreign.span import Span
from telemetry.outcome import Outcome
from tests.telemetry.foreign.made import call, ns


def one(*spans: Span, reading: Reading | None = None) -> Exchange:
    (exchange,) = exchanges_of(spans, reading or Reading())
    return exchange


def test_a_failover_is_one_exchange_with_two_attempts() -> None:
    exchange = one(
        call(1, 0, 3),
        call(2, 0.1, 1, parent=1, error="503"),
        call(3, 1, 3, parent=1, provider="gcp.vertex_ai", gen_ai__usage__output_tokens=7,
             gen_ai__response__time_to_first_chunk=0.5),
    )  # fmt: skip
    assert [(a.endpoint, a.outcome) for a in exchange.attempts] == [
        ("azure.ai.openai", Outcome.SERVER_ERROR),
        ("gcp.vertex_ai", Outcome.OK),
    ]
    assert (exchange.planned_ns, exchange.end_ns) == (ns(0), ns(3))
    assert (exchange.served_by, exchange.succeeded) == ("gcp.vertex_ai", True)
    assert exchange.time_to_first_token_s == 1.5
    assert exchange.attempts[1].usage_output_tokens == 7


def test_without_a_span_for_the_whole_it_ends_as_its_last_attempt() -> None:
    failed = one(call(1, 0, 1, error="503"), call(2, 1, 2, error="429"))
    assert (failed.outcome, failed.believed_ok) == (Outcome.RATE_LIMITED, False)
    assert failed.end_ns == ns(2)


def test_a_whole_that_failed_has_failed_whatever_its_tries_say() -> None:
    exchange = one(call(1, 0, 3, error="timeout"), call(2, 0, 1, parent=1))
    assert exchange.outcome is Outcome.FIRST_TOKEN_TIMEOUT


def test_a_cut_answer_that_its_caller_took_for_whole_is_a_silent_failure() -> None:
    cut = call(2, 0, 1, parent=1, gen_ai__response__finish_reasons=["error"])
    exchange = one(call(1, 0, 3), cut)
    assert (exchange.succeeded, exchange.believed_ok) == (False, True)


def test_a_first_token_that_is_not_told_is_none_unless_the_answer_came_whole() -> None:
    assert one(call(1, 0, 3)).attempts[0].first_token_ns is None
    said = call(1, 0, 3, gen_ai__request__stream=False)
    assert one(said).attempts[0].first_token_ns == ns(3)
    whole = Reading(whole_answers=True)
    assert one(call(1, 0, 3), reading=whole).attempts[0].first_token_ns == ns(3)
    streamed = call(1, 0, 3, gen_ai__request__stream=True)
    assert one(streamed, reading=whole).attempts[0].first_token_ns is None


def test_the_span_of_the_whole_may_tell_first_token_and_finish_reason() -> None:
    told: dict[str, Any] = {
        "gen_ai__response__time_to_first_chunk": 0.5,
        "gen_ai__response__finish_reasons": ["stop"],
    }
    exchange = one(
        call(1, 0, 3, **told), call(2, 0, 3, parent=1), reading=Reading(need_finish=True)
    )
    assert exchange.time_to_first_token_s == 0.5
    assert exchange.attempts[0].finish_reason == "stop"


def test_exchanges_are_numbered_by_their_start_in_whatever_order_spans_came() -> None:
    spans = [call(i, i, i + 1, trace=i) for i in (3, 1, 2)]
    numbered = exchanges_of(spans, Reading())
    assert [(e.number, e.planned_ns) for e in numbered] == [(i, ns(i + 1)) for i in range(3)]
    assert all(a.exchange == e.number for e in numbered for a in e.attempts)
