"""Compares two sides run by run, paired by seed: what is worse, what is not, what cannot be told.

A figure of infinity (it never happened) against a number is a difference like any other, and the
largest there is; two of them are no difference. A figure that is unknown in any run makes its
metric unknown, and so does an infinity that was looked for no longer than the other run's number.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from experiments.comparing.compare import (
    ALPHA,
    MIN_PAIRS,
    adjusted_p,
    difference,
    effect,
    middle,
    steps,
)
from experiments.comparing.compare_quantity import Quantity
from experiments.comparing.compare_runs import RunFigures
from experiments.judging.verdict import ExitCode


class Answer(StrEnum):
    """What a comparison says of one metric, and of all."""

    WORSE = "worse"
    NO_WORSE = "no worse"
    CANNOT_TELL = "cannot tell"


EXIT_CODES = {
    Answer.NO_WORSE: ExitCode.PASS,
    Answer.WORSE: ExitCode.FAIL,
    Answer.CANNOT_TELL: ExitCode.INCONCLUSIVE,
}


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs of one seed."""

    seed: int
    base: RunFigures
    new: RunFigures


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of one metric; values in `unit`, differences are new - base, pair by pair.

    `p` is adjusted for all metrics compared, None where no test was made.
    """

    metric: str
    unit: str
    answer: Answer
    base: float | None = None
    new: float | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    p: float | None = None
    differences: tuple[float, ...] = ()
    reason: str = ""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Everything in the file of `compare --json`."""

    answer: Answer
    exit_code: int
    alpha: float
    test: str
    pairs: tuple[dict[str, object], ...] = ()
    rows: tuple[Row, ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


TEST = (
    "one-sided exact sign-flip test over pairs of runs, adjusted for all metrics (step-down maxT): "
    f"equal sides are told apart with a chance of at most {ALPHA.numerator} in {ALPHA.denominator}"
)


def refused(reason: str) -> Comparison:
    """Return the comparison of what cannot be compared."""
    return _comparison(Answer.CANNOT_TELL, reasons=(reason,))


def compare(
    base: Sequence[RunFigures], new: Sequence[RunFigures], wanted: Sequence[Quantity]
) -> Comparison:
    """Compare the runs of two sides, measured in the order of `wanted`."""
    pairs, notes = paired(base, new)
    reasons = tuple(_against(pairs))
    rows = _rows(pairs, wanted, tested=not reasons)
    return _comparison(
        _overall(rows, reasons), pairs=pairs, rows=rows, reasons=reasons, notes=notes
    )


def paired(
    base: Sequence[RunFigures], new: Sequence[RunFigures]
) -> tuple[tuple[Pair, ...], tuple[str, ...]]:
    """Pair by seed, the k-th run of a seed with the k-th; the rest is told in notes."""
    here, there = _by_seed(base), _by_seed(new)
    pairs: list[Pair] = []
    alone: list[RunFigures] = []
    for seed in sorted({*here, *there}):
        left, right = here[seed], there[seed]
        both = min(len(left), len(right))
        pairs += [Pair(seed=seed, base=left[i], new=right[i]) for i in range(both)]
        alone += [*left[both:], *right[both:]]
    notes = tuple(f"{run.run} (seed {run.seed}) has no partner and is left out" for run in alone)
    return tuple(pairs), notes


def _by_seed(runs: Iterable[RunFigures]) -> defaultdict[int, list[RunFigures]]:
    found: defaultdict[int, list[RunFigures]] = defaultdict(list)
    for run in runs:
        found[run.seed].append(run)
    return found


def _against(pairs: Sequence[Pair]) -> Iterable[str]:
    if len(pairs) < MIN_PAIRS:
        there = f"{len(pairs)} pair{'' if len(pairs) == 1 else 's'} of runs with the same seed"
        yield f"{there}; at least {MIN_PAIRS} are needed to tell"
    for run in (run for pair in pairs for run in (pair.base, pair.new)):
        if run.why_not:
            yield f"{run.run} is {run.verdict}: {run.why_not}"


def _rows(pairs: Sequence[Pair], wanted: Sequence[Quantity], *, tested: bool) -> tuple[Row, ...]:
    rows = [_measured(pairs, index, one) for index, one in enumerate(wanted)]
    if not tested:
        return tuple(rows)
    known = [index for index, row in enumerate(rows) if not row.reason]
    worse = [_worse(rows[i].differences, wanted[i], _unit(pairs, i, wanted[i])) for i in known]
    for index, p in zip(known, adjusted_p(worse), strict=True):
        answer = Answer.WORSE if p <= ALPHA else Answer.NO_WORSE
        rows[index] = msgspec.structs.replace(rows[index], p=float(p), answer=answer)
    return tuple(rows)


def _measured(pairs: Sequence[Pair], index: int, one: Quantity) -> Row:
    row = Row(metric=one.text, unit=one.unit, answer=Answer.CANNOT_TELL)
    reason = next(filter(None, (_doubt(pair, index) for pair in pairs)), "")
    if reason or not pairs:
        return msgspec.structs.replace(row, reason=reason or "no pair")
    values = [(_value(pair.base, index), _value(pair.new, index)) for pair in pairs]
    differences = tuple(difference(before, after) for before, after in values)
    found = effect(differences)
    return msgspec.structs.replace(
        row,
        base=middle([before for before, _ in values]),
        new=middle([after for _, after in values]),
        effect=found.median,
        low=found.low,
        high=found.high,
        confidence=found.confidence,
        differences=differences,
    )


def _doubt(pair: Pair, index: int) -> str:
    """Say why a pair's figures have no difference that is known; empty where they have."""
    for run in (pair.base, pair.new):
        figure = run.measured[index].figure
        if figure.value is None or math.isnan(figure.value):
            return f"unknown in {run.run}: {figure.reason or 'it could not be measured'}"
    for run, other in ((pair.base, pair.new), (pair.new, pair.base)):
        figure, there = run.measured[index].figure, _value(other, index)
        if math.isinf(_value(run, index)) and figure.observed_s < there < math.inf:
            return (
                f"not seen in {run.run}, where it could be seen for {figure.observed_s:.3g} s; "
                f"in the other run of seed {pair.seed} it took {there:.3g} s"
            )
    return ""


def _value(run: RunFigures, index: int) -> float:
    value = run.measured[index].figure.value
    return math.nan if value is None else value


def _unit(pairs: Sequence[Pair], index: int, one: Quantity) -> float:
    """Return what a difference of 1 is worth: the gate's limit, else one unit of the metric.

    It is of all runs of both sides together, so that swapping a pair does not change it.
    """
    if not one.limited:
        return 1.0
    every = [run.measured[index] for pair in pairs for run in (pair.base, pair.new)]
    limits = [abs(limit) for each in every if math.isfinite(limit := each.limit or 0.0) and limit]
    return (middle(limits) if limits else None) or 1.0


def _worse(differences: Sequence[float], one: Quantity, unit: float) -> list[int]:
    sign = 1 if one.larger_is_worse else -1
    return [sign * step for step in steps(differences, unit)]


def _overall(rows: Sequence[Row], reasons: Sequence[str]) -> Answer:
    answers = {row.answer for row in rows}
    if reasons or not rows:
        return Answer.CANNOT_TELL
    return next(a for a in (Answer.WORSE, Answer.CANNOT_TELL, Answer.NO_WORSE) if a in answers)


def _comparison(
    answer: Answer,
    *,
    pairs: Sequence[Pair] = (),
    rows: Sequence[Row] = (),
    reasons: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Comparison:
    return Comparison(
        answer=answer,
        exit_code=int(EXIT_CODES[answer]),
        alpha=float(ALPHA),
        test=TEST,
        pairs=tuple({"seed": p.seed, "base": p.base.run, "new": p.new.run} for p in pairs),
        rows=tuple(rows),
        reasons=tuple(reasons),
        notes=tuple(notes),
    )
