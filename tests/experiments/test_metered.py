import math

import pytest

from experiments.judging.judge import judge
from experiments.metered import concluded_of, facts_of
from telemetry.semconv import LATEST, VARIABLE
from tests.experiments.scenario import experiment, record, with_breaker


def test_a_meter_is_told_what_rows_do_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    facts = facts_of(experiment(), "20260101T000000Z-azure-outage-0badcafe", "0badcafe")
    assert (facts.experiment, facts.title) == ("azure-outage", "Azure goes down")
    assert list(facts.endpoints) == ["azure", "vertex"]
    assert (facts.faults["outage"].kind, facts.faults["outage"].endpoints) == (
        "http_error",
        ("azure",),
    )
    assert not facts.latest_names
    monkeypatch.setenv(VARIABLE, LATEST)
    assert facts_of(experiment(), "x", "0badcafe").latest_names


def test_a_verdict_is_told_with_every_figure_that_is_a_number() -> None:
    judgement = judge(record(with_breaker()), experiment(), run="run")
    concluded = concluded_of(judgement)
    assert (concluded.verdict, concluded.exit_code) == ("PASS", 0)
    assert len(concluded.rulings) == len(judgement.findings)
    assert {ruling for _, ruling in concluded.rulings} == {"pass"}
    assert ("failover_time", "run") in {(name, scope) for name, scope, _ in concluded.figures} or (
        "failover_time" in {name for name, _, _ in concluded.figures}
    )
    assert not any(math.isnan(value) for _, _, value in concluded.figures)
