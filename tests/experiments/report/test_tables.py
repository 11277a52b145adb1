import msgspec

from experiments.judging.verdict import Ruling
from experiments.report import tables
from experiments.report.windows import stories
from telemetry.chains import COMMAND_START
from telemetry.outcome import Outcome
from tests.experiments.report.synthetic import Scene, run

RUN = run()
LOSSY = run(Scene(vertex_fails=0.3))


def test_every_finding_is_a_row_and_links_only_to_what_is_shown() -> None:
    shown = {LOSSY.judgement.findings[0].worst[0]}
    rows = tables.finding_rows(LOSSY.judgement.findings, shown)
    assert sorted(row.gate for row in rows) == sorted(f.gate for f in LOSSY.judgement.findings)
    assert rows[0].ruling == Ruling.FAIL.value
    assert {trace for row in rows for trace in row.shown} == shown
    assert not shown & {trace for row in rows for trace in row.others}


def test_phases_add_up_to_the_run() -> None:
    rows = tables.phase_rows(RUN.evidence)
    assert [row[0] for row in rows] == ["Warm up", "Baseline", "Fault", "Recovery"]
    assert sum(int(row[2]) for row in rows) == len(RUN.evidence.exchanges)
    assert rows[2][1] == "20 s to 40 s"


def test_errors_that_no_fault_caused_are_named_per_endpoint() -> None:
    azure, vertex = tables.endpoint_rows(LOSSY.evidence, ("azure", "vertex"))
    lost = sum(e.outcome is Outcome.RATE_LIMITED for e in LOSSY.evidence.exchanges)
    assert azure[4] == "none"
    assert vertex[4] == f"{lost} rate limited"
    assert int(azure[3]) == LOSSY.evidence.windows[0].touched_attempts


def test_attestation_says_what_each_fault_did_and_a_silent_fault_is_not_left_out() -> None:
    quiet = msgspec.structs.replace(RUN.experiment.faults[0], id="quiet")
    experiment = msgspec.structs.replace(RUN.experiment, faults=(*RUN.experiment.faults, quiet))
    rows = {row[0]: row for row in tables.attestation_rows(experiment, RUN.record, RUN.judgement)}
    touched = RUN.evidence.windows[0].touched_attempts
    assert rows["outage"][1:3] == ("http_error (status 503)", "azure")
    assert rows["outage"][4] == str(touched)
    assert rows["outage"][6] == f"{touched} answered"
    assert rows["quiet"][6] == "none"


def test_strangers_are_counted_apart() -> None:
    facts = tuple(msgspec.structs.replace(fact, exchange=None) for fact in RUN.record.faults)
    record = msgspec.structs.replace(RUN.record, faults=facts)
    (row,) = tables.attestation_rows(RUN.experiment, record, RUN.judgement)
    assert row[6].endswith(f"{len(facts)} of them not this run's")


def test_facts_carry_the_unit_of_their_name() -> None:
    facts = {"planned": 1200, "lateness_p99_s": 0.002, "sent_share": 1.0, "unended": [], "x": None}
    assert tables.fact_rows(facts) == (
        ("Planned", "1,200"),
        ("Lateness p99", "2 ms"),
        ("Sent of planned", "100 %"),
        ("Spools without an end", "none"),
        ("X", "unknown"),
    )


def test_every_figure_of_the_verdict_is_listed_with_its_meaning() -> None:
    groups = {group.name: group for group in tables.metric_groups(RUN.judgement)}
    assert set(groups) == {name for name, scopes in RUN.judgement.metrics.items() if scopes}
    assert "first content token" in groups["time_to_first_token"].doc.lower()
    scopes = [row[0] for row in groups["failover_time"].rows]
    assert scopes == list(RUN.judgement.metrics["failover_time"])


def test_a_window_s_times_are_rows_with_their_limit() -> None:
    (story,) = stories(RUN.experiment, RUN.judgement, RUN.evidence)
    rows = {row[0]: row for row in tables.window_rows(story)}
    assert rows["Failover"][2] == "5 s"
    assert "first hit to traffic has left" in rows["Failover"][3]


def test_spools_say_whether_they_ended() -> None:
    (cut, *_) = (msgspec.structs.replace(s, ended=False, lost=3) for s in RUN.record.spools)
    record = msgspec.structs.replace(RUN.record, spools=(cut,))
    assert tables.spool_rows(record) == (("worker-0", "2,900", "3", "not ended"),)


def test_an_exchange_that_the_client_believed_says_so() -> None:
    believed = msgspec.structs.replace(
        RUN.evidence.exchanges[0], outcome=Outcome.TRUNCATED, believed_ok=True
    )
    assert "took it for a success" in tables.exchange_words(believed, RUN.evidence)


def test_behind_a_gateway_the_attempts_are_not_the_client_s() -> None:
    plain = RUN.evidence.exchanges[0]
    fronted = msgspec.structs.replace(plain, front=plain.attempts[0])
    assert "client 0 asked the gateway, 1 attempt behind it" in tables.exchange_words(
        fronted, RUN.evidence
    )
    assert "client 0, 1 attempt," in tables.exchange_words(plain, RUN.evidence)


def test_what_a_command_did_was_not_planned_by_anybody() -> None:
    words = tables.exchange_words(RUN.evidence.exchanges[0], RUN.evidence, by_command=True)
    assert words.startswith("begun ")
    assert "client" not in words
    assert "planned" not in words


def test_nobody_s_request_is_a_stranger_under_a_command() -> None:
    faults = [msgspec.structs.replace(fact, exchange=None) for fact in RUN.record.faults]
    begun = msgspec.structs.replace(RUN.record.events[0], name=COMMAND_START)
    strange = msgspec.structs.replace(RUN.record, faults=tuple(faults))
    own = msgspec.structs.replace(strange, events=(*strange.events, begun))
    told = [
        tables.attestation_rows(RUN.experiment, record, RUN.judgement)[0][-1]
        for record in (strange, own)
    ]
    assert ["not this run's" in words for words in told] == [True, False]
