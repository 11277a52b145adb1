"""From the events on record to log events; pure.

What only counts (`generator`, `spend`, `self_probe`) is no log event: metrics tell of it.
"""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import msgspec

from telemetry import names
from telemetry.clock import seconds
from telemetry.logs import names as log_names
from telemetry.logs.fact import LogFact, Severity
from telemetry.record import Scalar
from telemetry.span_fact import present


class Happening(Protocol):
    """An event as a spool has it, or as the record does."""

    @property
    def name(self) -> str:
        """What kind of event."""

    @property
    def at_ns(self) -> int:
        """When: CLOCK_MONOTONIC ns."""

    @property
    def subject(self) -> str:
        """What it is about."""

    @property
    def facts(self) -> dict[str, Scalar]:
        """The rest, by name."""


def of_event(event: Happening) -> Iterator[LogFact]:
    """Yield what an event says; nothing of an event that is no news."""
    if make := _MAKERS.get(event.name):
        yield from make(event)


def _fact(
    event: Happening,
    name: str,
    message: str,
    severity: Severity = Severity.INFO,
    **about: str | float | bool | list[str] | None,
) -> LogFact:
    """Return a log event; `about` names attributes by the constants of both names files."""
    attributes = {_constant(name): value for name, value in about.items()}
    return LogFact(
        at_ns=event.at_ns,
        severity=severity,
        event=name,
        message=message,
        attributes=present(attributes),
    )


def _constant(name: str) -> str:
    found: str = getattr(log_names, name, "") or getattr(names, name)
    return found


def _plan(event: Happening) -> Iterator[LogFact]:
    planned, seed = _int(event, "planned"), _int(event, "seed")
    message = f"{planned} exchanges planned, seed {seed}"
    yield _fact(event, log_names.LOAD_PLANNED, message, COUNT=planned, SEED=seed)


def _canary(event: Happening) -> Iterator[LogFact]:
    status, fine = event.facts.get("status"), bool(event.facts.get("ok"))
    yield _fact(
        event,
        log_names.PREFLIGHT,
        f"{event.subject} answered {status if fine else f'{status}, which is no answer'}",
        Severity.INFO if fine else Severity.WARN,
        ENDPOINT=event.subject,
        HTTP_STATUS=_int(event, "status"),
    )


def _command_start(event: Happening) -> Iterator[LogFact]:
    program = _text(event, "program")
    yield _fact(event, log_names.COMMAND_STARTED, f"{program} started", PROCESS=program)


def _command_end(event: Happening) -> Iterator[LogFact]:
    code = _int(event, "exit_code")
    yield _fact(event, log_names.COMMAND_ENDED, f"the command exited {code}", EXIT_CODE=code)


def _phase(event: Happening) -> Iterator[LogFact]:
    start_ns, end_ns = _int(event, "start_ns"), _int(event, "end_ns")
    phase = event.subject
    if start_ns is None or end_ns is None:
        return
    lasting = f"{seconds(end_ns - start_ns):g} s"
    for name, at_ns, message in (
        (log_names.PHASE_STARTED, start_ns, f"phase {phase} began, to last {lasting}"),
        (log_names.PHASE_ENDED, end_ns, f"phase {phase} was over"),
    ):
        yield LogFact(
            at_ns=at_ns,
            severity=Severity.INFO,
            event=name,
            message=message,
            attributes={names.PHASE: phase},
        )


def _window_start(event: Happening) -> Iterator[LogFact]:
    where, share = _text(event, "endpoints"), event.facts.get("share")
    kind, parameters = _injected(event)
    chosen = _text(event, "selection")
    part = f" for a share of {share:g}" if isinstance(share, float) and share < 1 else ""
    yield _fact(
        event,
        log_names.FAULT_STARTED,
        " ".join(
            filter(
                None, (f"fault {event.subject} began at {where}{part}:", kind, parameters, chosen)
            )
        ),
        Severity.WARN,
        FAULT_ID=event.subject,
        FAULT_KIND=kind,
        FAULT_PARAMETERS=parameters or None,
        WINDOW=_text(event, "group") or None,
        WINDOW_ENDPOINTS=where.split(","),
        WINDOW_SHARE=share if isinstance(share, float) else None,
    )


def _injected(event: Happening) -> tuple[str, str]:
    """Return what a fault injects: its kind, and its parameters as JSON, empty for none."""
    try:
        told = msgspec.json.decode(_text(event, "inject"), type=dict[str, dict[str, Any]])
    except msgspec.DecodeError:
        return "an older record does not tell what", ""
    ((kind, parameters),) = told.items() or [("nothing", {})]
    return kind, msgspec.json.encode(parameters).decode() if parameters else ""


def _window_end(event: Happening) -> Iterator[LogFact]:
    yield _fact(
        event,
        log_names.FAULT_ENDED,
        f"fault {event.subject} was taken away",
        FAULT_ID=event.subject,
        WINDOW=_text(event, "group") or None,
        WINDOW_ENDPOINTS=_text(event, "endpoints").split(","),
    )


def _not_applicable(event: Happening) -> Iterator[LogFact]:
    reason, where = _text(event, "reason"), _text(event, "endpoint")
    made = _fact(
        event,
        log_names.FAULT_NOT_APPLICABLE,
        f"fault {event.subject} cannot act on this answer of {where}: {reason}",
        Severity.WARN,
        FAULT_ID=event.subject,
        ENDPOINT=where,
        REASON=reason,
    )
    yield msgspec.structs.replace(made, trace_id=_text(event, "trace_id"))


def _replayed(event: Happening) -> Iterator[LogFact]:
    where, status = _text(event, "endpoint"), _int(event, "status")
    brought = f" answered {status}" if status else ""
    made = _fact(
        event,
        log_names.FAULT_REPLAYED,
        f"fault {event.subject} sent a request to {where} again:{brought} {_text(event, 'ending')}",
        FAULT_ID=event.subject,
        ENDPOINT=where,
    )
    yield msgspec.structs.replace(made, trace_id=_text(event, "trace_id"))


def _switched(name: str, message: str) -> "Maker":
    def make(event: Happening) -> Iterator[LogFact]:
        about = {"FAULT_ID": event.subject} if event.subject else {}
        yield _fact(event, name, message.format(event.subject), Severity.WARN, **about)

    return make


def _listener(name: str, severity: Severity, what: str) -> "Maker":
    def make(event: Happening) -> Iterator[LogFact]:
        reason = _text(event, "error")
        yield _fact(
            event,
            name,
            f"the listener of {event.subject} {what}" + (f": {reason}" if reason else ""),
            severity,
            ENDPOINT=event.subject,
            FAULT_ID=_text(event, "fault") or None,
            REASON=reason or None,
        )

    return make


def _breaker(event: Happening) -> Iterator[LogFact]:
    state, replica = _text(event, "state"), _int(event, "replica")
    yield _fact(
        event,
        log_names.BREAKER_CHANGED,
        f"the breaker of client {replica} for {event.subject} is {state.replace('_', ' ')}",
        Severity.WARN if state == "open" else Severity.INFO,
        ENDPOINT=event.subject,
        EXCHANGE_REPLICA=replica,
        BREAKER_STATE=state,
    )


def _gateway_died(event: Happening) -> Iterator[LogFact]:
    code, last = _text(event, "exit_code"), _text(event, "last_lines")
    yield _fact(
        event,
        log_names.GATEWAY_DIED,
        f"the gateway ended with {code}",
        Severity.ERROR,
        PROCESS=event.subject,
        REASON=last or None,
    )


def _lost(event: Happening) -> Iterator[LogFact]:
    reason = _text(event, "reason")
    name, severity = log_names.PROCESS_LOST, Severity.ERROR
    yield _fact(event, name, reason, severity, PROCESS=event.subject, REASON=reason)


def _restarted(event: Happening) -> Iterator[LogFact]:
    reason = _text(event, "reason")
    yield _fact(
        event,
        log_names.PROCESS_RESTARTED,
        f"{reason}; started again",
        Severity.WARN,
        PROCESS=event.subject,
        REASON=reason,
    )


def _limit(event: Happening) -> Iterator[LogFact]:
    name, reached = log_names.LIMIT_REACHED, event.subject
    message = f"the limit of {reached} was reached after {_int(event, 'requests')} requests"
    yield _fact(event, name, message, Severity.WARN, REASON=reached)


def _collected(event: Happening) -> Iterator[LogFact]:
    accepted = _int(event, "accepted_spans")
    refused = _int(event, "refused_spans")
    message = f"{accepted} spans of others collected, {refused} refused"
    yield _fact(event, log_names.COLLECTED, message, PROCESS=event.subject, COUNT=accepted)


def _run_end(event: Happening) -> Iterator[LogFact]:
    if aborted := _text(event, "aborted"):
        yield _fact(
            event,
            log_names.RUN_ABORTED,
            f"the run was ended: {aborted}",
            Severity.WARN,
            REASON=aborted,
        )
    left = _int(event, "faults_left") or 0
    message = f"{left} faults could not be removed" if left else "the run ended, all faults are off"
    severity = Severity.ERROR if left else Severity.INFO
    yield _fact(event, log_names.RUN_ENDED, message, severity, COUNT=left or None)


def _text(event: Happening, name: str) -> str:
    value = event.facts.get(name)
    return "" if value is None else str(value)


def _int(event: Happening, name: str) -> int | None:
    value = event.facts.get(name)
    return value if isinstance(value, int) else None


Maker = Callable[[Happening], Iterator[LogFact]]

_MAKERS: dict[str, Maker] = {
    "plan": _plan,
    "canary": _canary,
    "command_start": _command_start,
    "command_end": _command_end,
    "phase": _phase,
    "window_start": _window_start,
    "window_end": _window_end,
    "fault_not_applicable": _not_applicable,
    "replayed": _replayed,
    "killed": _switched(log_names.FAULTS_KILLED, "the kill switch took every fault away"),
    "frozen": _switched(log_names.FAULTS_FROZEN, "faults are frozen as they were"),
    "injected": _switched(log_names.FAULT_INJECTED, "fault {} came from outside"),
    "listener_closed": _listener(log_names.LISTENER_CLOSED, Severity.WARN, "was closed"),
    "listener_opened": _listener(log_names.LISTENER_OPENED, Severity.INFO, "is open again"),
    "listener_blocked": _listener(
        log_names.LISTENER_BLOCKED, Severity.ERROR, "could not be opened again"
    ),
    "breaker": _breaker,
    "gateway_died": _gateway_died,
    "lost": _lost,
    "collector_lost": _lost,
    "restarted": _restarted,
    "limit_reached": _limit,
    "collected": _collected,
    "run_end": _run_end,
}
