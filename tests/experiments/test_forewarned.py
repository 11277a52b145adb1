"""What will probably go wrong with an experiment that is nevertheless allowed."""

from pathlib import Path

from experiments.plan import plan_of
from experiments.reading.read import read_experiment
from tests.experiments.files import GOOD, changed, write


def warnings(folder: Path, text: str) -> tuple[str, ...]:
    return plan_of(read_experiment(write(folder, text))).warnings


def test_a_sound_experiment_is_not_warned_about(tmp_path: Path) -> None:
    assert warnings(tmp_path, GOOD) == ()


def test_probes_that_leak_more_than_failover_allows_are_told(tmp_path: Path) -> None:
    text = GOOD.replace("poisson", "constant").replace("cooldown_s: 8", "cooldown_s: 3")
    (warning,) = warnings(tmp_path, text)
    assert warning.startswith(
        "failover_time may never end: 4 clients probe every 3 s, 1.3 per second, and 5 % of the "
        "arrivals are 1 per second"
    )


def test_probes_do_not_matter_without_a_breaker_or_without_the_gate(tmp_path: Path) -> None:
    off = changed("cooldown_s: 8", "cooldown_s: 1, enabled: false")
    ungated = changed("cooldown_s: 8", "cooldown_s: 1").replace(
        "failover_time <= 5 s", "amplification <= 2"
    )
    assert warnings(tmp_path, off) == warnings(tmp_path, ungated) == ()


def test_a_fallback_that_cannot_carry_the_load_is_told(tmp_path: Path) -> None:
    text = GOOD.replace("poisson", "constant").replace(
        "capacity: 50", "capacity: 50, requests_per_minute: 300"
    )
    assert warnings(tmp_path, text) == (
        "vertex allows 300 requests per minute, and up to 1200 would move to it",
    )


def test_a_timeout_below_a_healthy_first_token_is_told(tmp_path: Path) -> None:
    text = changed("breaker: {", "timeouts: {first_token_s: 0.12}, breaker: {")
    assert warnings(tmp_path, text) == (
        "azure usually takes 0.15 s to the first token, and the client gives up after 0.12 s",
    )


def test_answers_longer_than_the_drain_are_told(tmp_path: Path) -> None:
    text = changed("prompt_tokens:", "output_tokens: {median: 500, sigma: 0.5}\n  prompt_tokens:")
    (warning,) = warnings(tmp_path, text)
    assert warning.startswith("long answers take about 32 s, and the drain ends after 10 s")


def test_nothing_to_rehearse_is_told(tmp_path: Path) -> None:
    fault = "  - {id: outage, at: azure, duration_s: 20, inject: {http_error: {status: 503}}}"
    text = changed(fault, "  []").replace("failover_time <= 5 s", "tokens min >= 1")
    assert warnings(tmp_path, text) == ("no faults: nothing will fail, and nothing is rehearsed",)


def test_faults_at_every_endpoint_leave_nowhere_to_go_and_that_is_told(tmp_path: Path) -> None:
    (warning,) = warnings(tmp_path, changed("at: azure", "at: [azure, vertex]"))
    assert warning.startswith("outage is at every endpoint of the route")


def test_a_fault_at_an_endpoint_that_is_asked_second_is_told(tmp_path: Path) -> None:
    (warning,) = warnings(tmp_path, changed("at: azure", "at: vertex"))
    assert warning == (
        "outage is at vertex, which is asked only after azure failed: it may reach nobody"
    )


def test_a_closed_listener_that_leaves_connections_open_is_told(tmp_path: Path) -> None:
    inject = "inject: {http_error: {status: 503}}"
    (warning,) = warnings(tmp_path, changed(inject, "inject: connect_refused"))
    assert warning.startswith("outage refuses new connections only")
    cut = changed(inject, "inject: {connect_refused: {reset_connections: all}}")
    assert warnings(tmp_path, cut) == ()
