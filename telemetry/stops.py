"""Whether a run should stop: metrics over what ended lately, looked at while it goes.

Pure: rows and the time are arguments. Only the rows of the last minutes are kept, so a look costs
no more after hours than after seconds.
"""

from collections import deque
from collections.abc import Iterable, Sequence

import msgspec

from telemetry.assembly import Assembly
from telemetry.chains import COMMAND_START
from telemetry.clock import nanoseconds
from telemetry.exchange import Evidence, Exchange, Phase
from telemetry.figure import Figure, Measure, Scope
from telemetry.measure import figure_of, metrics
from telemetry.rows import AnyRow, Event

LONGEST_EXCHANGE_S = 120.0
"""How long before its end an exchange may have begun to be seen whole."""


class MetricStop(msgspec.Struct, frozen=True, kw_only=True):
    """A metric that must not be `above`, in its own unit, over the last `over_s` seconds."""

    metric: str
    above: float
    endpoint: str = ""
    over_s: float = 10.0
    min_samples: int = 20


def stoppable() -> tuple[str, ...]:
    """Return the metrics that a condition may hold: those of any stretch, by name."""
    found = (m.name for m in metrics().values() if isinstance(m, Measure) and m.per != "window")
    return tuple(sorted(found))


class StopWatch:
    """Keeps what came lately, and says which condition holds."""

    def __init__(self, stops: Sequence[MetricStop], run_tag: str) -> None:
        self._stops = stops
        self._run_tag = run_tag
        longest_s = max((stop.over_s for stop in stops), default=0.0)
        self._keep_ns = nanoseconds(longest_s + LONGEST_EXCHANGE_S)
        self._rows: deque[tuple[int, str, AnyRow]] = deque()
        self._command: list[tuple[str, AnyRow]] = []

    def take(self, spool: str, row: AnyRow, now_ns: int) -> None:
        """Take a row that came at `now_ns`."""
        if isinstance(row, Event) and row.name == COMMAND_START:
            # That all of it is a command's is known from its start alone, however long ago.
            self._command.append((spool, row))
        elif self._stops:
            self._rows.append((now_ns, spool, row))

    def reason(self, now_ns: int) -> str:
        """Return which condition holds, with its figure; empty while none does."""
        if not self._stops:
            return ""
        while self._rows and self._rows[0][0] < now_ns - self._keep_ns:
            self._rows.popleft()
        assembly = Assembly()
        assembly.take_all(self._command)
        assembly.take_all((spool, row) for _, spool, row in self._rows)
        exchanges = assembly.record(self._run_tag).exchanges
        told = (_told(stop, _figure(stop, exchanges, now_ns)) for stop in self._stops)
        return next((reason for reason in told if reason), "")


def _figure(stop: MetricStop, exchanges: Iterable[Exchange], now_ns: int) -> Figure:
    since_ns = now_ns - nanoseconds(stop.over_s)
    ended = tuple(e for e in exchanges if e.end_ns is not None and e.end_ns > since_ns)
    evidence = Evidence(
        exchanges=ended,
        phases=(Phase(name="lately", start_ns=since_ns, end_ns=now_ns),),
        windows=(),
        endpoints=(stop.endpoint,) if stop.endpoint else (),
        start_ns=since_ns,
        end_ns=now_ns,
    )
    return figure_of(metrics()[stop.metric], evidence, Scope(endpoint=stop.endpoint or None))


def _told(stop: MetricStop, figure: Figure) -> str:
    if figure.value is None or figure.samples < stop.min_samples or figure.value <= stop.above:
        return ""
    unit = metrics()[stop.metric].unit
    where = f" at {stop.endpoint}" if stop.endpoint else ""
    return (
        f"stop condition: {stop.metric}{where} {figure.value:.4g} {unit} over {stop.over_s:g} s, "
        f"above {stop.above:g}: {figure.reason}"
    )
