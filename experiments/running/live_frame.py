"""What the live view shows of a run at one moment: a state in, something for rich to draw out.

Colours are the terminal's own sixteen, so that they suit light and dark ones; whatever a colour
says, a word or a number says too. Nothing is wider than it is told to be.
"""

import math
from collections.abc import Iterator

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from experiments.model import Experiment, Fault
from experiments.running.strokes import bar, sparkline
from experiments.running.watcher import Moment
from faults.catalog import listener_fault_classes
from telemetry.progress import Progress

FIRST_TOKEN = "first token p50"
HINT = "Ctrl-C: stop in order (again: at once)"
LABEL_WIDTHS = (len(FIRST_TOKEN), 24)
"""The narrowest and the widest first column; longer names are folded."""

RATE_WIDTH = 8
GAP = 2
SERVING_STYLES = ("cyan", "green", "magenta", "blue")
BREAKER_STYLES = {"open": "red", "half_open": "magenta", "closed": "green"}


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """All that is shown: the last look at the run, and the looks that brought news, oldest first.

    `over`: the run has ended, and this is what stays to be read.
    """

    experiment: Experiment
    now: Moment
    history: tuple[Moment, ...] = ()
    over: bool = False


def drawn(frame: Frame, width: int) -> RenderableType:
    """Return the view, `width` columns wide at most."""
    label = _label_width(frame.experiment)
    parts: list[RenderableType] = [Text(), _heading(frame), _phase_bar(frame, width)]
    if news := _news(frame):
        parts += [Text(), _traffic(frame, label, width), Text(), _facts(frame, news, label)]
    parts.append(Text() if frame.over else Text(HINT, style="bold"))
    return Group(*parts)


def _news(frame: Frame) -> Progress | None:
    return frame.history[-1].progress if frame.history else None


def _label_width(experiment: Experiment) -> int:
    narrowest, widest = LABEL_WIDTHS
    longest = max(len(endpoint.name) for endpoint in experiment.endpoints)
    return max(narrowest, min(widest, longest))


def _heading(frame: Frame) -> Table:
    grid = Table.grid(padding=(0, GAP, 0, 0), expand=True)
    grid.add_column(overflow="fold")
    grid.add_column(justify="right", overflow="fold")
    load_s = frame.experiment.phases.load_s
    elapsed = f"{min(frame.now.elapsed_s, load_s):.0f} of {load_s:g} s"
    grid.add_row(Text.assemble((frame.experiment.name, "bold"), "  ", _phase_told(frame)), elapsed)
    return grid


def _phase_told(frame: Frame) -> Text:
    now, phases = frame.now, frame.experiment.phases
    if frame.over:
        return Text(f"ended after {now.elapsed_s:.0f} s; last seen:")
    spans = phases.spans()
    for (name, _, end_s), (following, *_) in zip(spans, [*spans[1:], ("drain",)], strict=True):
        if name == now.phase:
            left = f", {_seconds(end_s - now.elapsed_s)} left, then {following}"
            return Text.assemble((name, _phase_style(name)), left)
    left = _seconds(phases.load_s + phases.drain_s - now.elapsed_s)
    return Text(f"{now.phase}, at most {left} left")


def _phase_style(name: str) -> str:
    return "bold red" if name == "fault" else "bold cyan"


def _phase_bar(frame: Frame, width: int) -> Text:
    phases, drawing, names = frame.experiment.phases, Text(), ""
    scale = width / phases.load_s
    done = round(min(frame.now.elapsed_s, phases.load_s) * scale)
    for name, start_s, end_s in phases.spans():
        start, end = round(start_s * scale), round(end_s * scale)
        passed = max(0, min(done, end) - start)
        drawing.append("━" * passed, style=_phase_style(name))
        drawing.append("─" * (end - start - passed), style="dim")
        names += (name if len(name) < end - start else "").ljust(end - start)
    return Text.assemble(drawing, "\n", (names.rstrip(), "dim"))


def _traffic(frame: Frame, label: int, width: int) -> Table:
    room = width - label - RATE_WIDTH - 3 * GAP
    bar_width = max(4, min(32, room // 3))
    marks = max(1, min(room - bar_width, math.ceil(frame.experiment.phases.load_s)))
    looks = frame.history[-marks:]
    grid = Table.grid(padding=(0, GAP, 0, 0))
    grid.add_column(width=label, overflow="fold")
    grid.add_column(width=RATE_WIDTH, justify="right", no_wrap=True)
    grid.add_column(width=bar_width, no_wrap=True)
    grid.add_column(width=marks, no_wrap=True)
    since = looks[-1].elapsed_s - looks[0].elapsed_s
    grid.add_row(
        "served by",
        "last" if frame.over else "now",
        "",
        f"last {since:.0f} s".rjust(marks),
        style="dim",
    )
    for row in _traffic_rows(frame.experiment, looks, bar_width, marks):
        grid.add_row(*row)
    return grid


def _traffic_rows(
    experiment: Experiment, looks: tuple[Moment, ...], bar_width: int, marks: int
) -> Iterator[tuple[Text, ...]]:
    news = [look.progress for look in looks if look.progress is not None]
    series = {
        e.name: [_served(progress, e.name) for progress in news] for e in experiment.endpoints
    }
    failed = [progress.failed_lately / progress.span_s for progress in news]
    top = max(1e-9, *failed, *(rate for rates in series.values() for rate in rates))
    for index, (name, rates) in enumerate(series.items()):
        style = SERVING_STYLES[index % len(SERVING_STYLES)]
        yield _rate_row(name, rates, top, (bar_width, marks), style)
    yield _rate_row("failed", failed, top, (bar_width, marks), "red" if failed[-1] else "")
    waits = [progress.time_to_first_token_p50_s for progress in news]
    told = "-" if waits[-1] is None else f"{waits[-1]:.2f} s"
    longest = max((wait for wait in waits if wait is not None), default=0.0)
    most = f"max {longest:.2f} s"
    line = sparkline(waits, longest, marks)
    yield Text(FIRST_TOKEN), Text(told), Text(most if len(most) <= bar_width else ""), Text(line)


def _rate_row(
    name: str, rates: list[float], top: float, widths: tuple[int, int], style: str
) -> tuple[Text, ...]:
    now, (bar_width, marks) = rates[-1], widths
    return (
        Text(name, style=style),
        Text(f"{now:.1f}/s", style=style),
        Text(bar(now / top, bar_width), style=style),
        Text(sparkline(rates, top, marks), style=style),
    )


def _served(progress: Progress, endpoint: str) -> float:
    return progress.served.get(endpoint, 0) / progress.span_s


def _facts(frame: Frame, news: Progress, label: int) -> Table:
    grid = Table.grid(padding=(0, GAP, 0, 0))
    grid.add_column(width=label)
    grid.add_column(overflow="fold")
    grid.add_row(*_who_chooses(frame.experiment, news))
    for index, fault in enumerate(frame.experiment.faults):
        grid.add_row("" if index else "faults", _fault(fault, frame, news))
    counts = f"{news.in_flight} of {news.exchanges} exchanges; {news.failed} failed so far"
    grid.add_row("in flight", counts)
    return grid


def _who_chooses(experiment: Experiment, news: Progress) -> tuple[str, Text]:
    """Return the breakers of our own clients; those of a gateway nobody sees."""
    if experiment.gateway is None:
        return "breakers", _breakers(experiment, news)
    return "gateway", Text(f"asks {', '.join(experiment.route.order)}; seen at their proxies")


def _breakers(experiment: Experiment, news: Progress) -> Text:
    route = experiment.route
    if not route.breaker.enabled:
        return Text("off")
    told = [
        Text.assemble(f"{endpoint} ", _states(news.breakers.get(endpoint, {}), route.clients))
        for endpoint in route.order
    ]
    return Text("; ").join(told)


def _states(changed: dict[str, int], clients: int) -> Text:
    away = {state: changed.get(state, 0) for state in ("open", "half_open")}
    counts = {**away, "closed": clients - sum(away.values())}
    told = [
        Text(f"{count} {state.replace('_', '-')}", style=BREAKER_STYLES[state])
        for state, count in counts.items()
        if count
    ]
    return Text(", ").join(told)


def _fault(fault: Fault, frame: Frame, news: Progress) -> Text:
    kind = next(iter(fault.inject))
    start_s = frame.experiment.phases.fault_start_s + fault.start_s
    left_s = start_s + fault.duration_s - frame.now.elapsed_s
    told = f"{kind} at {', '.join(fault.at)}"
    if fault.share < 1:
        told += f", share {fault.share:g}"
    if fault.selective:
        told += ", some requests"
    if frame.now.elapsed_s < start_s:
        when, style = (
            ("not begun" if frame.over else f"in {_seconds(start_s - frame.now.elapsed_s)}"),
            "",
        )
    elif left_s > 0 and not frame.over:
        when, style = f"on, {_seconds(left_s)} left", "bold red"
    else:
        when, style = "over", ""
    return Text.assemble(
        (fault.id, "bold"), f": {told}; ", (when, style), _touches(fault, kind, news)
    )


def _touches(fault: Fault, kind: str, news: Progress) -> str:
    if kind in listener_fault_classes():
        return "; whom it touched is known at the end"
    return f"; {news.touched_by.get(fault.id, 0)} touched"


def _seconds(left_s: float) -> str:
    return f"{max(0, math.ceil(left_s))} s"
