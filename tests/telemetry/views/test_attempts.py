from telemetry.outcome import Outcome
from tests.telemetry.asked import column, lines, outage, seen
from tests.telemetry.synthetic import attempt, evidence, exchange

RUN = seen(outage())


def test_there_are_as_many_as_the_exchanges_made() -> None:
    made = [(e.number, a.ordinal) for e in RUN.evidence.exchanges for a in e.attempts]
    told = zip(column("attempts", "exchange", RUN), column("attempts", "attempt", RUN), strict=True)
    assert list(told) == made
    assert len(made) == 4


def test_an_attempt_has_its_own_times_and_its_exchanges_trace() -> None:
    second = lines("attempts", RUN)[2]
    assert (second["begin_s"], second["end_s"], second["duration_s"]) == (21.5, 22.5, 1.0)
    assert second["ttft_s"] == 0.2
    assert second["phase"] == "fault"
    assert second["trace_id"] == column("exchanges", "trace_id", RUN)[1]


def test_an_error_of_the_endpoint_is_told_from_one_of_ours() -> None:
    own = attempt("vertex", 22.0, outcome=Outcome.RATE_LIMITED)
    run = seen(evidence([*outage().exchanges, exchange(3, 22.0, own)]))
    errors = [line for line in lines("attempts", run) if not line["succeeded"]]
    told = {(line["outcome"], line["touched"], line["native_error"]) for line in errors}
    assert told == {("server_error", True, False), ("rate_limited", False, True)}


def test_without_a_proxy_its_columns_are_empty_and_the_others_are_not() -> None:
    run = seen(evidence([exchange(0, 6.0, attempt("azure", 6.0, joined=False))]))
    (line,) = lines("attempts", run)
    names = list(line)
    assert {line[name] for name in names[names.index("proxy") :]} == {None}
    assert line["tokens"] == 4


def test_a_token_gap_is_in_seconds() -> None:
    run = seen(evidence([exchange(0, 6.0, attempt("azure", 6.0, gap=0.25))]))
    assert column("attempts", "token_gap_s", run) == [0.25]
