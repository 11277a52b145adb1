from telemetry.figure import Scope
from telemetry.foreign.evidence import evidence_of, is_analysis, record_of
from telemetry.foreign.exchanges import Reading, exchanges_of
from telemetry.foreign.windowing import Told
from telemetry.measure import figure_of, metrics
from tests.telemetry.foreign.made import call, ns

EXCHANGES = exchanges_of([call(1, i, i + 0.5, trace=i + 1) for i in range(30)], Reading())
WINDOW = Told(id="outage", endpoints=("azure.ai.openai",), start_ns=ns(10), end_ns=ns(20))


def test_the_windows_part_the_evidence_into_phases() -> None:
    evidence = evidence_of(EXCHANGES, [WINDOW])
    sizes = {p.name: len(evidence.in_phase(p.name)) for p in evidence.phases}
    assert sizes == {"baseline": 10, "fault": 10, "recovery": 10}
    assert evidence.inferred
    assert [p.name for p in evidence_of(EXCHANGES, []).phases] == ["baseline"]


def test_what_spans_do_not_tell_is_unknown_and_says_why() -> None:
    evidence = evidence_of(EXCHANGES, [WINDOW])
    figure = figure_of(metrics()["time_to_first_token"], evidence, Scope(phase="fault"))
    assert (figure.value, figure.samples) == (None, 0)
    assert "do not tell when their first token came" in figure.reason


def test_a_record_says_that_it_was_made_of_spans() -> None:
    assert is_analysis(record_of(evidence_of(EXCHANGES, [WINDOW]), [WINDOW], "here"))
