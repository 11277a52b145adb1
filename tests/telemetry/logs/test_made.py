from msgspec.structs import replace

from telemetry.clock import ClockPair
from telemetry.logs.events import of_event
from telemetry.logs.made import end_of, log_of
from telemetry.outcome import Outcome
from telemetry.record import Record
from tests.telemetry.logs.told import event, said
from tests.telemetry.synthetic import RUN_TAG, at, attempt, exchange

BAD = attempt("azure", 10.0, 10.1, outcome=Outcome.SERVER_ERROR)
RECORD = Record(
    run_tag=RUN_TAG,
    clock=ClockPair(host="here", monotonic_ns=at(0.0), wall_ns=0),
    exchanges=tuple(exchange(number, 10.0 + number, BAD) for number in range(4)),
    events=(
        event("phase", "fault", 0.5, start_ns=at(9.0), end_ns=at(30.0)),
        event("phase", "recovery", 0.5, start_ns=at(30.0), end_ns=at(60.0)),
        event("run_end", "", 20.0, aborted="somebody wanted it", faults_left=0),
    ),
    faults=(),
    spools=(),
)


def test_a_log_is_in_order_and_ends_where_the_run_did() -> None:
    told = list(log_of(RECORD))
    assert [fact.at_ns for fact in told] == sorted(fact.at_ns for fact in told)
    assert [name for name, _ in said(told)] == [
        "run.started",
        "phase.started",
        *["exchange.failed"] * 4,
        "run.aborted",
        "run.ended",
    ]


def test_what_is_left_out_is_counted_and_the_conclusion_comes_last() -> None:
    conclusion = of_event(event("killed"))
    told = said(log_of(RECORD, conclusion=conclusion, most=1))
    assert told[-2:] == [
        ("log.omitted", "3 more of crosswind.exchange.failed are not written here"),
        ("faults.killed", "the kill switch took every fault away"),
    ]


def test_exchanges_that_were_reviewed_stand_for_those_on_record() -> None:
    good = exchange(0, 10.0)
    assert "exchange.failed" not in dict(said(log_of(RECORD, [good])))


def test_without_its_own_end_a_run_ended_with_its_last_event() -> None:
    assert end_of(RECORD) == at(20.0)
    assert end_of(replace(RECORD, events=RECORD.events[:1])) == at(0.5)
    assert end_of(replace(RECORD, events=())) == at(0.0)
