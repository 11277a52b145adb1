"""Law: columns say of a run what its exchanges say, figure for figure and word for word."""

import math
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from experiments.judging.columns import columns_of
from experiments.judging.conclude import log, look_at, look_by_one
from experiments.judging.evidence import evidence_of
from experiments.judging.judge import judgement_json
from experiments.judging.ruling import warm
from experiments.judging.tabulate import metric_tables
from experiments.model import Endpoint, Experiment, Fault
from experiments.report.markdown import markdown
from experiments.report.page import html
from loadgen.config import Load, Route
from providers.config import StandIn
from telemetry.clock import ClockPair
from telemetry.columnar.opened import exchanges_in, open_columns
from telemetry.exchange import Attempt, Evidence, Exchange, Hop
from telemetry.figure import Figure, Scope
from telemetry.identity import CANARY_FIRST_NUMBER, trace_id
from telemetry.join import join
from telemetry.measure import figure_of, figures_of, metrics
from telemetry.outcome import Outcome
from telemetry.parquet import write_tables
from telemetry.record import EventFact, FaultFact, Scalar
from telemetry.run_folder import RunFolder
from telemetry.stats import STATISTICS
from telemetry.tables import Tables

TAG = "0badcafe"
MEAN = re.compile(r'"mean": [^,\n]*')
"""How a mean was added up may show in its last digits."""

S = 1_000_000_000
ENDPOINTS = ("azure", "vertex", "it's third")
FAULTS = ("outage", "slow", "shut")
GATES = (
    "failover_time <= 5 s",
    "failover_delay max <= 2 s",
    "time_to_first_token p50 (fault) <= 1.5 s",
    "time_to_first_token p50 (recovery) <= 1.5 x baseline",
    "user_errors <= 30 %",
    "tokens p50 >= 2",
    "amplification (fault) <= 1.3",
    "failback_time <= 12 s",
    "recovery_time <= 30 s",
)
PHASES = (("warm_up", 0, 4), ("baseline", 4, 24), ("fault", 24, 48), ("recovery", 48, 70))


def experiment() -> Experiment:
    """Return what the runs are one of: quotas of both kinds, and a fault that may miss."""
    stand_ins = (
        StandIn(),
        StandIn(requests_per_minute=30),
        StandIn(requests_per_minute=50, tokens_per_minute=900),
    )
    return Experiment(
        name="made",
        title="Made up",
        endpoints=tuple(
            Endpoint(name=name, dialect={"azure-openai": {}}, stand_in=stand_in)
            for name, stand_in in zip(ENDPOINTS, stand_ins, strict=True)
        ),
        route=Route(order=ENDPOINTS),
        gates=GATES,
        load=Load(arrivals={"constant": {"rate_per_s": 10.0}}),
        faults=tuple(map(_fault, FAULTS)),
    )


def _fault(name: str) -> Fault:
    may_miss = name == "slow"
    return Fault(
        id=name, at=("azure",), inject={"blackhole": {}}, duration_s=10.0, may_miss=may_miss
    )


class Made:
    """A run made by dice: calm in some, wild in others, with every ending that there is."""

    def __init__(self, seed: int, size: int) -> None:
        self.dice = random.Random(seed)
        self.calm = self.dice.choice((0.3, 0.8, 0.97))
        self.coarse = self.dice.choice((1, 1000, S // 4, S))
        self.canonical = self.dice.random() < 0.7
        self.numbers = [*range(size), *([CANARY_FIRST_NUMBER] if seed % 3 else [])]

    def tables(self) -> Tables:
        exchanges = [self._exchange(number) for number in self.numbers]
        if self.canonical:
            exchanges.sort(key=lambda one: (one.planned_ns, one.number))
        attempts = [a for exchange in exchanges for a in self._attempts(exchange)]
        if attempts and self.dice.random() < 0.3:
            attempts.append(replace(attempts[0], exchange=10**6))  # of an exchange that is lost
        faults = [fault for attempt in attempts for fault in self._faults(attempt)]
        return Tables(
            run_tag=TAG,
            clock=ClockPair(host="made", monotonic_ns=0, wall_ns=0),
            exchanges=tuple(exchanges),
            attempts=tuple(attempts),
            faults=tuple(sorted(faults, key=lambda fault: fault.at_ns)),
            events=tuple(sorted(self._events(attempts), key=lambda event: event.at_ns)),
            spools=(),
        )

    def _ns(self, low_s: float, high_s: float) -> int:
        ns = self.dice.randint(int(low_s * S), int(high_s * S))
        return max(1, ns // self.coarse * self.coarse)

    def _maybe(self, value: Any, often: float = 0.8) -> Any:
        return value if self.dice.random() < often else None

    def _outcome(self) -> Outcome:
        return Outcome.OK if self.dice.random() < self.calm else self.dice.choice(list(Outcome))

    def _exchange(self, number: int) -> Exchange:
        planned_ns = self._ns(0, 72)
        sent_ns = planned_ns + self._ns(0, 0.3)
        return Exchange(
            number=number,
            trace_id=trace_id(TAG, number),
            replica=number % 4,
            planned_ns=planned_ns,
            dispatched_ns=sent_ns,
            prompt_tokens=self.dice.randint(0, 40),
            output_tokens=self.dice.choice((0, 5, 30)),
            end_ns=self._maybe(sent_ns + self._ns(0, 12), 0.97),
            outcome=self._outcome(),
            believed_ok=self.dice.random() < 0.8,
            served_by=self.dice.choice(("", "azure", *ENDPOINTS)),
        )

    def _attempts(self, exchange: Exchange) -> Iterator[Attempt]:
        begin_ns = exchange.dispatched_ns
        count = self.dice.choice((0, 1, 1, 1, 1, 1, 2, 2, 3))
        for ordinal in range(self.dice.random() < 0.03, count):
            begin_ns += self._ns(0, 1.5)
            yield self._attempt(exchange, ordinal, begin_ns)

    def _attempt(self, exchange: Exchange, ordinal: int, begin_ns: int) -> Attempt:
        endpoint = self.dice.choice(ENDPOINTS[: 1 + (self.dice.random() > self.calm) * 2])
        moments = sorted(begin_ns + self._ns(0, 3) for _ in range(5))
        some = self.dice.choice((0.2, 0.95, 1))
        return Attempt(
            exchange=exchange.number,
            ordinal=ordinal,
            endpoint=endpoint,
            key=0,
            span_id=f"{exchange.number}/{self.dice.choice((ordinal, ordinal, 0))}",
            begin_ns=begin_ns,
            end_ns=self._maybe(moments[4], 0.95),
            outcome=self._outcome(),
            head_ns=self._maybe(moments[0], some),
            first_byte_ns=self._maybe(moments[1], some),
            first_token_ns=self._maybe(moments[2], some),
            last_token_ns=self._maybe(moments[3], some),
            largest_gap_ns=self._maybe(self._ns(0, 14)),
            status=self._maybe(self.dice.choice((200, 200, 429, 500, 503))),
            tokens=self.dice.choice((0, 3, 8)),
            missing_tokens=self.dice.random() > 0.97,
            repeated_tokens=self.dice.random() > 0.97,
            usage_output_tokens=self._maybe(self.dice.choice((0, 7))),
            finish_reason=self._maybe(self.dice.choice(("stop", "stop", "stop", "")), 0.97),
            hop=self._maybe(self._hop(endpoint, begin_ns, moments[4]), 0.9),
        )

    def _hop(self, endpoint: str, begin_ns: int, end_ns: int) -> Hop:
        return Hop(
            proxy="injector-0",
            hop=self.dice.randint(0, 10**6),
            endpoint=self.dice.choice((endpoint, endpoint, endpoint, "vertex")),
            begin_ns=begin_ns,
            end_ns=self._maybe(end_ns, 0.9),
            ending=self.dice.choice(("complete", "complete", "reset", "client_gone")),
            error=self._maybe(self.dice.choice(("", "reset by peer")), 0.5),
            tokens_up=self._maybe(self.dice.choice((0, 12))),
            joined_by=self.dice.choice(("traceparent", "traceparent", "mark", "")),
        )

    def _faults(self, attempt: Attempt) -> Iterator[FaultFact]:
        inside = 24 * S <= attempt.begin_ns < 48 * S
        while self.dice.random() < (0.4 if inside and attempt.endpoint == "azure" else 0.02):
            yield FaultFact(
                spool="injector-0",
                fault=self.dice.choice((*FAULTS, "unknown")),
                hop=0,
                endpoint=attempt.endpoint,
                action="answered",
                at_ns=attempt.begin_ns + self._ns(0, 1),
                parent_span_id=attempt.span_id,
                exchange=self._maybe(attempt.exchange, 0.97),
            )

    def _events(self, attempts: Sequence[Attempt]) -> Iterator[EventFact]:
        for name, start, end in PHASES[: self.dice.choice((0, 2, 4, 4, 4, 4))]:
            yield _event("phase", 1, name, start_ns=start * S, end_ns=end * S)
        for fault in FAULTS:
            yield from self._windows(fault)
        for _ in range(self.dice.choice((0, 0, 2, 6))):
            name = self.dice.choice(("listener_closed", "listener_opened"))
            subject, fault = self.dice.choice(ENDPOINTS), self.dice.choice(FAULTS)
            yield _event(name, self._ns(20, 50), subject, fault=fault)
        cut = [
            a for a in attempts if a.hop is not None and a.hop.ending == "reset" and a.hop.end_ns
        ]
        for one in cut[: self.dice.choice((0, 0, 6))]:
            # Listeners that close just before connections are reset, and some that do just after.
            closed_ns = (one.hop.end_ns or 0) - self._ns(0, 0.12) if one.hop else 0
            fault = self.dice.choice(FAULTS)
            yield _event("listener_closed", closed_ns, one.endpoint, fault=fault)
            opened_ns = closed_ns + self._ns(0, 0.3)
            yield _event("listener_opened", opened_ns, one.endpoint, fault=fault)
        if self.dice.random() < 0.8:
            yield _event("run_end", 90 * S, drained_ns=self._maybe(self._ns(60, 80)))

    def _windows(self, fault: str) -> Iterator[EventFact]:
        group = self.dice.choice((fault, "both"))
        told = {"group": group, "endpoints": self.dice.choice(("azure", "azure,vertex", ""))}
        share = self.dice.choice((1.0, 1.0, 1.0, 0.6))
        for _ in range(self.dice.choice((0, 1, 1, 2))):
            start_ns = self._ns(22, 40)
            yield _event("window_start", start_ns, fault, share=share, **told)
            if self.dice.random() < 0.9:
                yield _event("window_end", start_ns + self._ns(0, 20), fault, **told)


def _event(name: str, at_ns: int, subject: str = "", **facts: Scalar) -> EventFact:
    return EventFact(spool="injector-0", name=name, at_ns=at_ns, subject=subject, facts=facts)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 400))
def test_columns_say_what_exchanges_say(seed: int, size: int) -> None:
    compare(seed, size)


def compare(seed: int, size: int) -> None:
    """Compare all that is told of a run with the sizes and dice given."""
    run = Made(seed, size)
    made = run.tables()
    with TemporaryDirectory() as folder:
        sealed = RunFolder(Path(folder) / "run")
        sealed.spans.mkdir(parents=True)
        write_tables(sealed.spans, made)
        columns = columns_of(sealed.path, experiment())
        assert columns is not None
        objects = evidence_of(join(made), experiment())
        assert columns.windows == objects.windows
        assert (columns.start_ns, columns.end_ns) == (objects.start_ns, objects.end_ns)
        assert not list(differing(metric_tables(objects), metric_tables(columns)))
        for told, said in seen_otherwise(objects, columns):
            assert not list(differing(figures(told), figures(said)))
        if not run.canonical:
            return  # figures know no order, but the first of many is another
        assert reports(sealed.path, columns_from=0) == reports(sealed.path, columns_from=10**9)


def reports(path: Path, *, columns_from: int) -> tuple[str, str, str, list[str]]:
    """Return all that is written of a run: its verdict, page, Markdown and log."""
    large = open_columns(path) if exchanges_in(RunFolder(path)) >= columns_from else None
    seen = look_at(large, experiment()) if large is not None else look_by_one(path, experiment())
    judgement = seen.judge("made")
    page = html(seen.experiment, seen.record, judgement, seen.evidence)
    plain_words = markdown(seen.experiment, judgement, seen.evidence)
    verdict = MEAN.sub("", judgement_json(judgement).decode())
    return verdict, page, plain_words, [repr(fact) for fact in log(seen, judgement)]


def seen_otherwise(objects: Evidence, columns: Evidence) -> Iterator[tuple[Evidence, Evidence]]:
    """Yield what a gate looks at: without lateness, and without the warm-up."""
    yield objects.without_lateness(), columns.without_lateness()
    yield objects.without_baseline_lateness(), columns.without_baseline_lateness()
    yield warm(objects), warm(columns)
    yield warm(objects.without_lateness()), warm(columns.without_lateness())


def figures(of: Evidence) -> dict[str, Any]:
    """Return figures of the whole, of a phase and of each window."""
    scopes = [Scope(), Scope(phase="baseline"), Scope(phase="none")]
    scopes += [Scope(window=window) for window in of.windows]
    found: dict[str, Any] = {}
    for name, metric in metrics().items():
        for index, scope in enumerate(scopes):
            found[f"{name} {index}"] = plain(figure_of(metric, of, scope, small_is_bad=True))
    return found


def plain(figure: Figure) -> dict[str, Any]:
    return {name: getattr(figure, name) for name in figure.__struct_fields__}


def differing(here: Any, there: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield where two values differ; a mean may in its last digits, for how it was added up."""
    if isinstance(here, dict) and isinstance(there, dict):
        for key in {**here, **there}:
            yield from differing(here.get(key), there.get(key), f"{path}.{key}")
    elif path.endswith(".mean") and isinstance(here, float) and isinstance(there, float):
        if not math.isclose(here, there, rel_tol=1e-12):
            yield path, here, there
    elif here != there:
        yield path, here, there


def test_every_statistic_is_told() -> None:
    """A statistic that columns do not know would be a crash in a report."""
    made = Made(7, 300).tables()
    with TemporaryDirectory() as folder:
        sealed = RunFolder(Path(folder) / "run")
        sealed.spans.mkdir(parents=True)
        write_tables(sealed.spans, made)
        columns = columns_of(sealed.path, experiment())
        assert columns is not None
        told = figures_of(metrics()["time_to_first_token"], columns, Scope(), STATISTICS)  # type: ignore[arg-type]  # a distribution
        assert all(figure.value is not None for figure in told.values())
