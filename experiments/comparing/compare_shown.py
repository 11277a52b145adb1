"""A comparison on the terminal and as JSON."""

import math

import msgspec

from experiments import terminal
from experiments.comparing.compare_sides import Answer, Comparison, Row
from experiments.judging.judge import without_infinity
from experiments.report.words import amount

COLOURS = {Answer.NO_WORSE: "green", Answer.WORSE: "red", Answer.CANNOT_TELL: "yellow"}
MEANING = {
    Answer.NO_WORSE: "no metric is shown to be worse; an interval tells how much worse it may be",
    Answer.WORSE: "at least one metric is worse",
    Answer.CANNOT_TELL: "this is no answer",
}
COLUMNS = ("", "metric", "base", "new", "difference", "interval", "p", "why")


def comparison_json(comparison: Comparison) -> bytes:
    """Return the bytes of the file: indented, "inf" for infinity, null for unknown."""
    plain = without_infinity(msgspec.to_builtins(comparison))
    return msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n"


def print_comparison(comparison: Comparison) -> None:
    """Print the metrics, what is worth knowing, why it cannot be told if so, and the answer."""
    if comparison.rows:
        title = f"{len(comparison.pairs)} pairs; medians, and the median of new - base"
        terminal.table(title, COLUMNS, [row_cells(row) for row in comparison.rows])
    terminal.say(comparison.test)
    for line in comparison.notes:
        terminal.say(f"note: {line}")
    for line in comparison.reasons:
        terminal.say(f"cannot tell: {line}")
    answer = comparison.answer
    terminal.console().print(f"[bold {COLOURS[answer]}]{answer.upper()}[/]", end="")
    terminal.say(f" (exit {comparison.exit_code})  {MEANING[answer]}")


def row_cells(row: Row) -> tuple[object, ...]:
    """Return one metric's cells, in the order of `COLUMNS`."""
    base, new = (amount(value, row.unit) for value in (row.base, row.new))
    p = "" if row.p is None else f"{row.p:.3g}"
    return (row.answer.value, row.metric, base, new, _effect(row), _interval(row), p, row.reason)


def _effect(row: Row) -> str:
    return "unknown" if row.effect is None else _signed(row.effect, row.unit)


def _interval(row: Row) -> str:
    if row.low is None or row.high is None or row.confidence is None:
        return ""
    low, high = (_signed(value, row.unit) for value in (row.low, row.high))
    return f"{low} to {high} ({row.confidence:.1%})"


def _signed(value: float, unit: str) -> str:
    if math.isinf(value):
        return "+infinite" if value > 0 else "-infinite"
    return ("+" if value > 0 else "") + amount(value, unit)
