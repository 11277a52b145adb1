from telemetry.identity import span_id
from telemetry.logs.exchanges import ended, of_ended
from telemetry.logs.fact import Severity
from telemetry.outcome import Outcome
from tests.telemetry.synthetic import END_S, at, attempt, exchange


def test_an_exchange_that_failed_over_says_from_where_to_where_in_its_own_span() -> None:
    tried = attempt("azure", 10.0, 10.1, outcome=Outcome.SERVER_ERROR)
    one = exchange(7, 10.0, tried, attempt("vertex", 10.1))
    (fact,) = of_ended(ended(one, at(END_S)))
    assert fact.message == "exchange 7 failed over from azure (server_error) to vertex"
    assert (fact.trace_id, fact.span_id) == (one.trace_id, span_id(one.trace_id, "exchange"))
    assert fact.attributes["crosswind.exchange.endpoints"] == ["azure", "vertex"]
    assert fact.attributes["crosswind.exchange.outcomes"] == ["server_error", "ok"]
    assert fact.severity is Severity.WARN


def test_an_exchange_that_failed_says_how_and_who_was_asked() -> None:
    tried = attempt("azure", 10.0, 10.1, outcome=Outcome.SERVER_ERROR)
    (fact,) = of_ended(ended(exchange(7, 10.0, tried), at(END_S)))
    assert fact.message == "exchange 7 failed: server_error; asked: azure server_error"
    assert fact.attributes["error.type"] == "server_error"
    assert fact.severity is Severity.ERROR


def test_one_that_the_first_endpoint_answered_is_no_news() -> None:
    one = exchange(7, 10.0, attempt("azure", 10.0))
    assert not list(of_ended(ended(one, at(END_S))))


def test_one_without_an_end_failed_at_the_end_of_the_run() -> None:
    tried = attempt("azure", 10.0, 10.1, outcome=Outcome.STALLED)
    one = exchange(7, 10.0, tried, ended=False)
    (fact,) = of_ended(ended(one, at(END_S)))
    assert fact.at_ns == at(END_S)
