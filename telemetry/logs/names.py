"""The name of every log event, and of the attributes that only log events carry.

What a log event shares with spans (`crosswind.endpoint`, `crosswind.fault.id`, ...) has its name in
`telemetry.names`.
"""

from telemetry.names import Name

TABLE: list[Name] = []
"""Every name below, in order: of an event, `type` is its severity."""


def _event(name: str, severity: str, doc: str) -> str:
    TABLE.append(Name(name, "event", severity, "log", doc))
    return name


def _attribute(name: str, type_: str, doc: str) -> str:
    TABLE.append(Name(name, "attribute", type_, "log", doc))
    return name


RUN_STARTED = _event("crosswind.run.started", "INFO", "a run's first process is there")
LOAD_PLANNED = _event("crosswind.load.planned", "INFO", "how much will be asked, from which seed")
PREFLIGHT = _event(
    "crosswind.preflight.answered", "INFO, WARN", "how an endpoint answered before the load"
)
COMMAND_STARTED = _event("crosswind.command.started", "INFO", "the command of `exec` began")
COMMAND_ENDED = _event("crosswind.command.ended", "INFO", "it ended, with which exit code")
PHASE_STARTED = _event("crosswind.phase.started", "INFO", "a phase began")
PHASE_ENDED = _event("crosswind.phase.ended", "INFO", "a phase was over")
FAULT_STARTED = _event("crosswind.fault.started", "WARN", "a fault began: what it injects, where")
FAULT_ENDED = _event("crosswind.fault.ended", "INFO", "a fault was taken away")
FAULT_NOT_APPLICABLE = _event(
    "crosswind.fault.not_applicable", "WARN", "a fault met answers that it cannot act on"
)
FAULT_REPLAYED = _event(
    "crosswind.fault.replayed", "INFO", "a provider got a request again, and what became of that"
)
FAULTS_KILLED = _event("crosswind.faults.killed", "WARN", "somebody pulled the kill switch")
FAULTS_FROZEN = _event("crosswind.faults.frozen", "WARN", "somebody froze the faults as they were")
FAULT_INJECTED = _event("crosswind.fault.injected", "WARN", "a fault came from outside")
LISTENER_CLOSED = _event("crosswind.listener.closed", "WARN", "a fault closed a listener")
LISTENER_OPENED = _event("crosswind.listener.opened", "INFO", "it was opened again")
LISTENER_BLOCKED = _event("crosswind.listener.blocked", "ERROR", "it could not be opened again")
BREAKER_CHANGED = _event(
    "crosswind.breaker.changed", "INFO, WARN", "a breaker of one replica changed its state"
)
EXCHANGE_FAILED = _event("crosswind.exchange.failed", "ERROR", "a user did not get the answer")
EXCHANGE_FAILED_OVER = _event(
    "crosswind.exchange.failed_over", "WARN", "another endpoint answered than the first asked"
)
GATEWAY_DIED = _event("crosswind.gateway.died", "ERROR", "the gateway under test ended by itself")
PROCESS_LOST = _event("crosswind.process.lost", "ERROR", "a process of the run ended too soon")
PROCESS_RESTARTED = _event(
    "crosswind.process.restarted", "WARN", "one that a run can do without for a moment, or its end"
)
LIMIT_REACHED = _event("crosswind.limit.reached", "WARN", "a limit of requests or money was met")
COLLECTED = _event("crosswind.collector.ended", "INFO", "what others sent over OTLP, in numbers")
RUN_ABORTED = _event("crosswind.run.aborted", "WARN", "a stop condition or a person ended it")
RUN_ENDED = _event("crosswind.run.ended", "INFO, ERROR", "faults are off, everything is recorded")
OMITTED = _event("crosswind.log.omitted", "WARN", "how many more there were of an event")
RUN_INVALID = _event("crosswind.run.invalid", "WARN", "why a run cannot count")
GATE_DECIDED = _event("crosswind.gate.decided", "INFO, WARN, ERROR", "what one gate says")
RUN_JUDGED = _event("crosswind.run.judged", "INFO, WARN, ERROR", "the verdict")

COUNT = _attribute("crosswind.count", "int", "how many")
OMITTED_EVENT = _attribute("crosswind.log.event", "string", "of which event there were more")
PROCESS = _attribute("crosswind.process", "string", "the process: its role, and its number")
REASON = _attribute("crosswind.reason", "string", "why, in words")
EXIT_CODE = _attribute("crosswind.exit_code", "int", "what a process, or the run, ended with")
SEED = _attribute("crosswind.load.seed", "int", "the seed of the arrivals")
OBSERVED = _attribute("crosswind.gate.observed", "double", "what was measured, where it is finite")
GATE_LIMIT = _attribute("crosswind.gate.limit", "double", "what it was held to")
ENDPOINTS_ASKED = _attribute(
    "crosswind.exchange.endpoints", "string[]", "the endpoints that were asked, in order"
)
OUTCOMES = _attribute("crosswind.exchange.outcomes", "string[]", "how each of those tries ended")
