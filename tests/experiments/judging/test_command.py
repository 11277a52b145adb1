"""A command is judged by what it took for a success."""

from msgspec.structs import replace

from experiments.judging.command import (
    TOOK_FOR_SUCCESS,
    command_findings,
    ended_words,
    summary_of,
    told,
)
from experiments.judging.verdict import Ruling
from telemetry.outcome import Outcome
from telemetry.record import EventFact
from tests.experiments.scenario import record
from tests.telemetry.synthetic import evidence, exchange

START = EventFact(spool="conductor-0", name="command_start", at_ns=0)
END = EventFact(spool="conductor-0", name="command_end", at_ns=1, facts={"exit_code": 0})
WHOLE = exchange(0, 21.0)
CUT = replace(exchange(1, 22.0), outcome=Outcome.TRUNCATED, believed_ok=True)


def test_an_answer_taken_for_a_success_that_was_none_fails() -> None:
    (finding,) = command_findings(record([], extra=[START, END]), evidence([WHOLE, CUT]))
    assert (finding.gate, finding.verdict, finding.observed) == (TOOK_FOR_SUCCESS, Ruling.FAIL, 1)
    assert finding.worst == (CUT.trace_id,)


def test_without_any_it_passes_and_without_a_command_there_is_nothing_to_find() -> None:
    (finding,) = command_findings(record([], extra=[START, END]), evidence([WHOLE]))
    assert finding.verdict is Ruling.PASS
    assert command_findings(record([]), evidence([CUT])) == ()
    assert command_findings(record([], extra=[START]), evidence([])) == ()


def test_what_it_did_is_told_in_a_line() -> None:
    seen = evidence([WHOLE, CUT])
    line = told(summary_of(record([], extra=[START, END]), seen))
    assert line.startswith("the command exited 0; 2 attempts for 2 exchanges, 0 of them retries;")
    assert line.endswith("1 failed, 1 of those taken for a success")
    assert told(summary_of(record([], extra=[START]), seen)).startswith("the command was ended;")


def test_an_end_by_a_signal_is_told_by_its_name() -> None:
    assert ended_words(3) == "exited 3"
    assert ended_words(-2) == "was ended by SIGINT"
    assert ended_words(-99) == "was ended by signal 99"
