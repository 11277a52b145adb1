import pytest

from experiments.gate import GateError, gate_kinds, needs, parse_gate
from experiments.gates.threshold import Threshold


def test_a_gate_is_read_into_its_parts() -> None:
    gate = parse_gate("time_to_first_token p95 (fault) <= 1.5 s")
    claim = gate.claim
    assert (claim.metric, claim.statistic, claim.phase, claim.comparison) == (
        "time_to_first_token",
        "p95",
        "fault",
        "<=",
    )
    assert isinstance(gate, Threshold)
    assert gate.limit == 1.5
    assert gate.text == "time_to_first_token p95 (fault) <= 1.5 s"


def test_spaces_do_not_matter() -> None:
    for text in ("user_errors(fault)<=1%", "  user_errors  ( fault )  <=  1 %  "):
        gate = parse_gate(text)
        assert isinstance(gate, Threshold)
        assert (gate.claim.metric, gate.claim.phase, gate.limit) == ("user_errors", "fault", 1.0)


@pytest.mark.parametrize(
    "scope", ["window:outage, endpoint:vertex", "window outage,endpoint vertex"]
)
def test_a_scope_names_a_window_and_an_endpoint(scope: str) -> None:
    claim = parse_gate(f"native_errors ({scope}) <= 5 %").claim
    assert (claim.group, claim.endpoint, claim.by_window) == ("outage", "vertex", True)


@pytest.mark.parametrize(
    ("text", "by_window"),
    [
        ("failover_time <= 5 s", True),
        ("user_errors <= 5 %", True),
        ("amplification <= 1.3", True),
        ("failover_delay <= 2 s", True),
        ("abandon_time <= 2 s", True),
        ("user_errors (fault) <= 5 %", False),
        ("failover_delay (fault) <= 2 s", False),
        ("time_to_first_token p95 <= 2 s", False),
        ("time_to_first_token p95 (window:outage) <= 2 s", True),
    ],
)
def test_without_a_phase_what_belongs_to_windows_is_claimed_of_each(
    text: str,
    by_window: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    assert parse_gate(text).claim.by_window is by_window


def test_a_metric_with_a_value_per_exchange_has_a_statistic_of_its_own() -> None:
    assert parse_gate("failover_delay <= 2 s").claim.statistic == "max"
    assert parse_gate("latency_penalty (fault) <= 2 s").claim.statistic == "p95"
    assert parse_gate("failover_time <= 5 s").claim.statistic == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rubbish", "cannot read 'rubbish'; a gate looks like"),
        ("", "cannot read ''"),
        ("failovr_time <= 5 s", "unknown metric 'failovr_time'; did you mean failover_time?"),
        ("xyzzy <= 5 s", "unknown metric 'xyzzy'; known: abandon_time, "),
        ("time_to_first_token mxa <= 5 s", "unknown statistic 'mxa'; did you mean max?"),
        ("failover_time max <= 5 s", "failover_time is one value, it has no max; leave 'max' out"),
        ("tokens >= 1 tokens", "say which values of tokens: tokens min >= ..."),
        ("user_errors (falt) <= 1 %", "unknown scope 'falt'; did you mean fault?"),
        ("user_errors (window) <= 1 %", "unknown scope 'window'; did you mean window:<group>?"),
        ("user_errors (fault, window:a) <= 1 %", "a phase or a window, not both"),
        ("failover_time (fault) <= 5 s", "measured per fault window, not per phase; leave (fault)"),
        ("latency_penalty (baseline) <= 0.1 s", "a difference to the baseline, which has none to"),
        ("user_errors (endpoint:azure) <= 1 %", "user_errors is not measured per endpoint; "),
        ("user_errors = 1 %", "cannot compare with '='; write one of <= < >= > =="),
        ("user_errors != 1 %", "cannot compare with '!='"),
        ("user_errors <= one", "cannot read the limit 'one'; write a number with its unit"),
        ("user_errors <= ", "cannot read the limit ''"),
        (f"failover_delay <= {'9' * 400} s", "the limit is infinite"),
        (f"amplification <= {'9' * 400} x baseline", "the limit is infinite"),
        ("user_errors <= 1 % or so", "cannot read the limit '1 % or so'"),
    ],
)
def test_what_cannot_be_read_says_what_was_probably_meant(text: str, message: str) -> None:
    with pytest.raises(GateError) as error:
        parse_gate(text)
    assert message in str(error.value)


def test_names_of_the_experiment_are_checked_where_they_are_known() -> None:
    text = "native_errors (window:outge, endpoint:vertx) <= 5 %"
    parse_gate(text)
    with pytest.raises(GateError, match=r"unknown window 'outge'; did you mean outage\?"):
        parse_gate(text, groups=["outage"])
    with pytest.raises(GateError, match=r"unknown endpoint 'vertx'; did you mean vertex\?"):
        parse_gate(text, groups=["outge"], endpoints=["azure", "vertex"])


def test_a_gate_says_what_it_needs_and_where_from() -> None:
    need = needs(parse_gate("time_to_first_token p95 (fault) <= 1 s"))
    assert (need.samples, need.phase, need.by_window, need.touched_only) == (
        59,
        "fault",
        False,
        False,
    )
    need = needs(parse_gate("failover_delay p99 (window:outage) <= 1 s"))
    assert (need.samples, need.group, need.by_window, need.touched_only) == (
        299,
        "outage",
        True,
        True,
    )


def test_a_file_in_the_folder_is_a_kind_of_gate() -> None:
    kinds = {name: kind.__name__ for name, kind in gate_kinds().items()}
    assert kinds == {"threshold": "Threshold", "relative": "Relative"}
