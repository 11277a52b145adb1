import pytest

from telemetry import names
from telemetry.logs import names as log_names
from telemetry.logs.events import of_event
from telemetry.logs.fact import Severity
from tests.telemetry.logs.told import event, said
from tests.telemetry.synthetic import at

SAID = {
    "12 exchanges planned, seed 3": event("plan", planned=12, seed=3),
    "azure answered 200": event("canary", "azure", ok=True, status=200),
    "azure answered 401, which is no answer": event("canary", "azure", ok=False, status=401),
    "pytest started": event("command_start", program="pytest"),
    "the command exited 3": event("command_end", exit_code=3),
    "fault outage was taken away": event("window_end", "outage", endpoints="azure"),
    "fault cut cannot act on this answer of azure: gzip": event(
        "fault_not_applicable", "cut", reason="gzip", endpoint="azure", trace_id="ab" * 16
    ),
    "fault twice sent a request to azure again: answered 200 complete": event(
        "replayed", "twice", endpoint="azure", status=200, ending="complete", trace_id="ab" * 16
    ),
    "fault twice sent a request to azure again: refused": event(
        "replayed", "twice", endpoint="azure", ending="refused", refused_by="max_requests"
    ),
    "the kill switch took every fault away": event("killed"),
    "faults are frozen as they were": event("frozen"),
    "fault mine came from outside": event("injected", "mine"),
    "the listener of azure was closed": event("listener_closed", "azure", fault="closed"),
    "the listener of azure is open again": event("listener_opened", "azure", fault="closed"),
    "the listener of azure could not be opened again: in use": event(
        "listener_blocked", "azure", fault="closed", error="in use"
    ),
    "the breaker of client 2 for azure is half open": event(
        "breaker", "azure", replica=2, state="half_open"
    ),
    "the gateway ended with -9": event("gateway_died", "gateway", exit_code="-9", last_lines=""),
    "worker ended with 1": event("lost", "worker", reason="worker ended with 1"),
    "it did not start": event("collector_lost", "collector", reason="it did not start"),
    "store ended with -9; started again": event("restarted", "store", reason="store ended with -9"),
    "the limit of max_requests was reached after 20 requests": event(
        "limit_reached", "max_requests", requests=20
    ),
    "7 spans of others collected, 1 refused": event(
        "collected", "collector", accepted_spans=7, refused_spans=1
    ),
    "the run ended, all faults are off": event("run_end", aborted="", faults_left=0),
    "2 faults could not be removed": event("run_end", aborted="", faults_left=2),
}


@pytest.mark.parametrize("message", SAID)
def test_an_event_says_what_happened(message: str) -> None:
    (fact,) = of_event(SAID[message])
    assert fact.message == message
    assert fact.at_ns == at(1.0)
    given = {name.name for name in [*names.TABLE, *log_names.TABLE]}
    assert {fact.event, *fact.attributes} <= given


def test_a_fault_says_what_it_injects_and_where() -> None:
    told = event(
        "window_start",
        "outage",
        endpoints="azure,vertex",
        group="both",
        share=0.5,
        inject='{"http_error":{"status":503}}',
    )
    (fact,) = of_event(told)
    assert fact.severity is Severity.WARN
    assert fact.message == (
        'fault outage began at azure,vertex for a share of 0.5: http_error {"status":503}'
    )
    assert fact.attributes == {
        "crosswind.fault.id": "outage",
        "crosswind.fault.kind": "http_error",
        "crosswind.fault.parameters": '{"status":503}',
        "crosswind.window.name": "both",
        "crosswind.window.endpoints": ["azure", "vertex"],
        "crosswind.window.share": 0.5,
    }
    (older,) = of_event(event("window_start", "outage", endpoints="azure"))
    assert "older record" in older.message


def test_a_phase_is_told_at_both_its_ends() -> None:
    planned = event("phase", "baseline", start_ns=at(5.0), end_ns=at(20.0))
    begun, over = of_event(planned)
    assert (begun.at_ns, over.at_ns) == (at(5.0), at(20.0))
    assert said([begun, over]) == [
        ("phase.started", "phase baseline began, to last 15 s"),
        ("phase.ended", "phase baseline was over"),
    ]
    assert not list(of_event(event("phase", "baseline")))


def test_a_stop_condition_is_told_before_the_end() -> None:
    ends = of_event(event("run_end", aborted="user_errors above 50 %", faults_left=0))
    assert said(ends) == [
        ("run.aborted", "the run was ended: user_errors above 50 %"),
        ("run.ended", "the run ended, all faults are off"),
    ]


def test_what_only_counts_is_no_news() -> None:
    assert not [
        fact for name in ("generator", "spend", "self_probe") for fact in of_event(event(name))
    ]


def test_an_open_breaker_and_a_lost_process_are_worse_than_news() -> None:
    worst = {
        "breaker": (event("breaker", "azure", replica=0, state="open"), Severity.WARN),
        "closed": (event("breaker", "azure", replica=0, state="closed"), Severity.INFO),
        "lost": (event("lost", "worker", reason="gone"), Severity.ERROR),
        "left": (event("run_end", faults_left=1), Severity.ERROR),
    }
    for told, severity in worst.values():
        assert [fact.severity for fact in of_event(told)] == [severity]
