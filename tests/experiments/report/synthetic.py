"""A whole run made up from a seed: 60 s at 12 exchanges/s, the first endpoint out for 20 s."""

import math
import random

import msgspec

from experiments.model import Endpoint, Expectation, Experiment, Fault, Phases
from experiments.verdict import ExitCode, Finding, Judgement, Ruling, Verdict
from loadgen.config import Load, Route
from telemetry.clock import NS_PER_S, ClockPair
from telemetry.exchange import Attempt, Evidence, Exchange, Phase, Touch, Window
from telemetry.identity import attempt_span_id, trace_id
from telemetry.outcome import Outcome
from telemetry.record import EventFact, FaultFact, Record, SpoolFact

TAG = "3f9a21bc"
START_NS = 5_000 * NS_PER_S
PHASES = Phases()
OUTAGE = (20.0, 40.0)


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of run; `vertex_fails`: the share of exchanges that the fallback loses too."""

    breaker: bool = True
    vertex_fails: float = 0.0
    rate_per_s: float = 12.0
    seed: int = 7
    cooldown_s: float = 5.0


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """The four things that a report is made from."""

    experiment: Experiment
    record: Record
    judgement: Judgement
    evidence: Evidence


def ns(at_s: float) -> int:
    """Return the monotonic ns of a moment of the run."""
    return START_NS + round(at_s * NS_PER_S)


class Client:
    """One replica: when its breaker lets the first endpoint be asked."""

    def __init__(self, scene: Scene, replica: int) -> None:
        self.scene, self.replica = scene, replica
        self.failures, self.closed_until = 0, -1.0
        self.events: list[EventFact] = []

    def may_ask(self, at_s: float) -> bool:
        return not self.scene.breaker or at_s >= self.closed_until

    def learns(self, at_s: float, *, ok: bool) -> None:
        was_open = self.failures >= 3
        self.failures = 0 if ok else self.failures + 1
        if self.failures >= 3:
            self.closed_until = at_s + self.scene.cooldown_s
        if self.scene.breaker and ((was_open and ok) or (not ok and self.failures >= 3)):
            self.events.append(self._event(at_s, "closed" if ok else "open"))

    def _event(self, at_s: float, state: str) -> EventFact:
        facts = {"replica": self.replica, "state": state}
        return EventFact(
            spool="worker-0", name="breaker", at_ns=ns(at_s), subject="azure", facts=facts
        )


def attempt(
    number: int,
    ordinal: int,
    endpoint: str,
    begin_s: float,
    took: tuple[float, float],
    **more: object,
) -> Attempt:
    """Return an attempt: `took` is (time to first token or to the end of a failure, streaming)."""
    wait_s, stream_s = took
    outcome = more.pop("outcome", Outcome.OK)
    common = {
        "exchange": number,
        "ordinal": ordinal,
        "endpoint": endpoint,
        "key": 0,
        "span_id": attempt_span_id(trace_id(TAG, number), ordinal),
        "begin_ns": ns(begin_s),
        "connected_ns": ns(begin_s + min(0.004, wait_s / 4)),
        "head_ns": ns(begin_s + wait_s * 0.8),
        "outcome": outcome,
        "end_ns": ns(begin_s + wait_s + stream_s),
    }
    if outcome is Outcome.OK:
        common |= {"first_token_ns": ns(begin_s + wait_s), "status": 200, "tokens": 40}
    return msgspec.convert(common | more, Attempt, from_attributes=True)


def exchange(number: int, planned_s: float, dice: random.Random, client: Client) -> Exchange:
    """Play one exchange against both endpoints."""
    attempts: list[Attempt] = []
    at_s = planned_s + dice.uniform(0.0002, 0.002)
    dispatched_s = at_s
    if client.may_ask(at_s):
        out = OUTAGE[0] <= at_s < OUTAGE[1]
        first = _azure(number, at_s, dice, out=out)
        attempts.append(first)
        at_s = (first.end_ns - START_NS) / NS_PER_S if first.end_ns else at_s
        client.learns(at_s, ok=not out)
    if not attempts or not attempts[-1].outcome.succeeded:
        attempts.append(_vertex(number, len(attempts), at_s, dice, client.scene))
    last = attempts[-1]
    return Exchange(
        number=number,
        trace_id=trace_id(TAG, number),
        replica=client.replica,
        planned_ns=ns(planned_s),
        dispatched_ns=ns(dispatched_s),
        prompt_tokens=300,
        output_tokens=40,
        end_ns=last.end_ns,
        outcome=last.outcome,
        served_by=last.endpoint if last.outcome.succeeded else "",
        attempts=tuple(attempts),
    )


def _azure(number: int, at_s: float, dice: random.Random, *, out: bool) -> Attempt:
    if not out:
        took = (dice.lognormvariate(math.log(0.24), 0.25), dice.uniform(0.6, 1.2))
        return attempt(number, 0, "azure", at_s, took)
    touch = Touch(fault="outage", action="answered", at_ns=ns(at_s + 0.006))
    took = (0.009, 0.001)
    return attempt(
        number,
        0,
        "azure",
        at_s,
        took,
        outcome=Outcome.SERVER_ERROR,
        status=503,
        touches=(touch,),
        error="The service is temporarily unable to process your request.",
    )


def _vertex(number: int, ordinal: int, at_s: float, dice: random.Random, scene: Scene) -> Attempt:
    wait_s = dice.lognormvariate(math.log(0.33), 0.3)
    if dice.random() < scene.vertex_fails:
        return attempt(
            number, ordinal, "vertex", at_s, (0.02, 0.0), outcome=Outcome.RATE_LIMITED, status=429
        )
    return attempt(number, ordinal, "vertex", at_s, (wait_s, dice.uniform(0.7, 1.4)))


def exchanges(scene: Scene) -> tuple[tuple[Exchange, ...], tuple[EventFact, ...]]:
    """Play the whole load: Poisson arrivals, four replicas."""
    dice = random.Random(scene.seed)
    clients = [Client(scene, replica) for replica in range(4)]
    played: list[Exchange] = []
    at_s = dice.expovariate(scene.rate_per_s)
    while at_s < PHASES.load_s:
        number = len(played)
        played.append(exchange(number, at_s, dice, clients[number % 4]))
        at_s += dice.expovariate(scene.rate_per_s)
    events = sorted((e for c in clients for e in c.events), key=lambda event: event.at_ns)
    return tuple(played), tuple(events)


def experiment() -> Experiment:
    """Return the experiment that the made-up run is one of."""
    return Experiment(
        name="azure-outage",
        title="Azure OpenAI goes down; traffic must move to Vertex AI and come back",
        endpoints=(
            Endpoint(name="azure", dialect={"azure-openai": {}}),
            Endpoint(name="vertex", dialect={"vertex-gemini": {}}),
        ),
        route=Route(order=("azure", "vertex")),
        load=Load(arrivals={"poisson": {"rate_per_s": 12}}),
        faults=(
            Fault(
                id="outage", at=("azure",), inject={"http_error": {"status": 503}}, duration_s=20
            ),
        ),
        gates=("failover_time <= 5 s",),
        expect=Expectation(),
        file="experiments/catalog/azure-outage.yaml",
    )


def run(scene: Scene = Scene()) -> Run:  # noqa: B008 - frozen
    """Return a whole run with its judgement."""
    played, breakers = exchanges(scene)
    touches = [(e, a, t) for e in played for a in e.attempts for t in a.touches]
    window = Window(
        group="outage",
        faults=("outage",),
        endpoints=("azure",),
        start_ns=ns(OUTAGE[0]),
        end_ns=ns(OUTAGE[1]),
        first_hit_ns=touches[0][1].begin_ns if touches else None,
        touched_attempts=len(touches),
        touched_exchanges=len({e.number for e, _, _ in touches}),
    )
    evidence = Evidence(
        exchanges=played,
        phases=tuple(Phase(name=n, start_ns=ns(a), end_ns=ns(b)) for n, a, b in PHASES.spans()),
        windows=(window,),
        endpoints=("azure", "vertex"),
        start_ns=START_NS,
        end_ns=ns(61.4),
        order=("azure", "vertex"),
        cooldown_s=5.0,
    )
    record = Record(
        run_tag=TAG,
        clock=ClockPair(host="a-host", monotonic_ns=START_NS, wall_ns=1_763_800_000 * NS_PER_S),
        exchanges=played,
        events=(
            EventFact(
                spool="conductor-0",
                name="plan",
                at_ns=ns(0),
                facts={"planned": len(played), "seed": 7},
            ),
            *breakers,
        ),
        faults=tuple(
            FaultFact(
                spool="injector-0",
                fault=t.fault,
                hop=i,
                endpoint=a.endpoint,
                action=t.action,
                at_ns=t.at_ns,
                trace_id=e.trace_id,
                parent_span_id=a.span_id,
                exchange=e.number,
            )
            for i, (e, a, t) in enumerate(touches)
        ),
        spools=(
            SpoolFact(name="worker-0", role="worker", rows=2900, lost=0, ended=True),
            SpoolFact(name="injector-0", role="injector", rows=1800, lost=0, ended=True),
            SpoolFact(name="conductor-0", role="conductor", rows=20, lost=0, ended=True),
        ),
    )
    return Run(
        experiment=experiment(),
        record=record,
        judgement=judgement(scene, evidence),
        evidence=evidence,
    )


def judgement(scene: Scene, evidence: Evidence) -> Judgement:
    """Return a judgement like the one that such a run gets; figures of the right size, made up."""
    findings = _findings(scene, evidence)
    failed = any(finding.verdict is Ruling.FAIL for finding in findings)
    return Judgement(
        verdict=Verdict.FAIL if failed else Verdict.PASS,
        exit_code=ExitCode.FAIL if failed else ExitCode.PASS,
        title="Azure OpenAI goes down; traffic must move to Vertex AI and come back",
        run=f"20251122T081320Z-azure-outage-{TAG}",
        findings=findings,
        metrics=_metrics(scene),
        attestation={
            "outage": {
                "attempts": evidence.windows[0].touched_attempts,
                "exchanges": evidence.windows[0].touched_exchanges,
            }
        },
        generator={
            "planned": len(evidence.exchanges),
            "sent": len(evidence.exchanges),
            "lateness_p99_s": 0.0019,
        },
        spans={"rows": 4720, "lost": 0},
    )


def _metrics(scene: Scene) -> dict[str, dict[str, dict[str, object]]]:
    def one(
        value: float | None, samples: int, unit: str = "s", **more: object
    ) -> dict[str, object]:
        return {"value": value, "samples": samples, "unit": unit, **more}

    failover = 0.41 if scene.breaker else math.inf
    return {
        "detection_time": {"outage": one(0.011, 31)},
        "first_rerouted_success": {"outage": one(0.37, 31)},
        "failover_time": {"outage": one(failover, 238)},
        "recovery_time": {"outage": one(0.0, 480)},
        "failback_time": {
            "outage": one(4.6, 230) if scene.breaker else one(None, 3, reason="too few exchanges")
        },
        "leakage": {"outage": one(2.1 if scene.breaker else 100.0, 238, "%")},
        "user_errors": {"fault": one(100 * scene.vertex_fails, 240, "%")},
        "amplification": {"outage": one(1.06 if scene.breaker else 2.0, 240, "x")},
    }


def _findings(scene: Scene, evidence: Evidence) -> tuple[Finding, ...]:
    touched = [e for e in evidence.exchanges if e.touched]
    slowest = sorted(touched, key=lambda e: -min(e.time_to_first_token_s, 99))[:3]
    failed = [e.trace_id for e in evidence.exchanges if not e.succeeded][:3]
    worst = tuple(e.trace_id for e in slowest)
    share = 100 * scene.vertex_fails
    return (
        Finding(
            gate="failover_time <= 5 s",
            verdict=Ruling.PASS if scene.breaker else Ruling.FAIL,
            observed=0.41 if scene.breaker else math.inf,
            limit=5.0,
            samples=238,
            unit="s",
            worst=() if scene.breaker else worst,
            reason="traffic left azure 0.41 s after the first hit"
            if scene.breaker
            else "azure was still asked by 100 % of exchanges when the window ended",
        ),
        Finding(
            gate="failover_delay max <= 2 s",
            verdict=Ruling.PASS,
            observed=0.71,
            limit=2.0,
            samples=len(touched),
            unit="s",
            worst=worst,
            reason="slowest of the touched exchanges",
        ),
        Finding(
            gate="time_to_first_token p95 (fault) <= 1.5 s",
            verdict=Ruling.PASS,
            observed=0.62,
            limit=1.5,
            samples=240,
            unit="s",
            worst=worst[:2],
            reason="p95 of 240 exchanges",
        ),
        Finding(
            gate="user_errors (fault) <= 1 %",
            verdict=Ruling.FAIL if share > 1 else Ruling.PASS,
            observed=share,
            limit=1.0,
            samples=240,
            unit="%",
            worst=tuple(failed),
            reason=f"{share:.3g} % of exchanges gave the user no whole answer",
        ),
        Finding(
            gate="failback_time <= 10 s",
            verdict=Ruling.PASS if scene.breaker else Ruling.UNKNOWN,
            observed=4.6 if scene.breaker else None,
            limit=10.0,
            samples=230,
            unit="s",
            reason="azure served its share again"
            if scene.breaker
            else "too few exchanges: 3 of 20",
        ),
    )
