"""A whole run made up from a seed: 60 s at 12 exchanges/s, the first endpoint out for 20 s."""

import math
import random

import msgspec

from experiments.judging.judge import evidence_of, judge
from experiments.judging.verdict import Judgement
from experiments.model import Endpoint, Expectation, Experiment, Fault, Phases
from loadgen.config import Load, Route
from telemetry.clock import NS_PER_S, ClockPair
from telemetry.exchange import Attempt, Evidence, Exchange, Hop, Touch
from telemetry.identity import CANARY_FIRST_NUMBER, attempt_span_id, trace_id
from telemetry.outcome import Outcome
from telemetry.record import EventFact, FaultFact, Record, Scalar, SpoolFact

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
        facts: dict[str, Scalar] = {"replica": self.replica, "state": state}
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
        common |= {
            "first_token_ns": ns(begin_s + wait_s),
            "status": 200,
            "tokens": 40,
            "finish_reason": "stop",
        }
    hop = Hop(proxy="injector-0", hop=number * 4 + ordinal, endpoint=endpoint, begin_ns=ns(begin_s))
    return msgspec.convert(common | more | {"hop": hop}, Attempt, from_attributes=True)


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
        gates=(
            "failover_time <= 5 s",
            "failover_delay max <= 2 s",
            "time_to_first_token p95 (fault) <= 1.5 s",
            "user_errors (fault) <= 2 %",
            "failback_time <= 10 s",
        ),
        expect=Expectation(),
        file="experiments/catalog/azure-outage.yaml",
    )


def run(scene: Scene = Scene()) -> Run:  # noqa: B008 - frozen
    """Return a whole run with its judgement."""
    played, breakers = exchanges(scene)
    touches = [(e, a, t) for e in played for a in e.attempts for t in a.touches]
    record = Record(
        run_tag=TAG,
        clock=ClockPair(host="a-host", monotonic_ns=START_NS, wall_ns=1_763_800_000 * NS_PER_S),
        exchanges=played,
        events=(
            *_conducted(len(played)),
            *(_canary(name, number) for number, name in enumerate(("azure", "vertex"))),
            *breakers,
        ),
        other_hops=tuple(
            Hop(proxy="injector-0", hop=-1 - n, endpoint=name, begin_ns=ns(-1))
            for n, name in enumerate(("azure", "vertex"))
        ),
        other_traces=tuple(trace_id(TAG, CANARY_FIRST_NUMBER + number) for number in range(2)),
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
    return judged(experiment(), record)


def judged(said: Experiment, record: Record) -> Run:
    """Return a run with the judgement and the evidence that it gets."""
    return Run(
        experiment=said,
        record=record,
        judgement=judge(record, said, run=f"20251122T081320Z-azure-outage-{TAG}"),
        evidence=evidence_of(record, said),
    )


def _canary(endpoint: str, number: int) -> EventFact:
    facts: dict[str, Scalar] = {
        "trace_id": trace_id(TAG, CANARY_FIRST_NUMBER + number),
        "ok": True,
        "status": 200,
    }
    return EventFact(
        spool="conductor-0", name="canary", at_ns=ns(-1), subject=endpoint, facts=facts
    )


def _conducted(planned: int) -> tuple[EventFact, ...]:
    """Return what the conductor and the injector record of such a run."""

    def event(spool: str, name: str, at_s: float, subject: str, **facts: Scalar) -> EventFact:
        return EventFact(spool=spool, name=name, at_ns=ns(at_s), subject=subject, facts=facts)

    window: dict[str, Scalar] = {
        "group": "outage",
        "endpoints": "azure",
        "share": 1.0,
        "listener": False,
    }
    phases = (
        event("conductor-0", "phase", 0, name, start_ns=ns(start), end_ns=ns(end))
        for name, start, end in PHASES.spans()
    )
    return (
        event("conductor-0", "plan", 0, "", planned=planned, seed=7),
        *phases,
        event("injector-0", "window_start", OUTAGE[0], "outage", **window),
        event("injector-0", "window_end", OUTAGE[1], "outage", **window),
        event("worker-0", "generator", 30, "", cpu_share=0.18, hub_lag_max_s=0.004),
        event("worker-0", "generator_end", 60, "", planned=planned, sent=planned),
        event("conductor-0", "run_end", 61.4, "", aborted="", faults_left=0, drained_ns=ns(61.4)),
    )
