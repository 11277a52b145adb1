"""Puts whole exchanges together to batches, and halves a batch that was too large. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from telemetry.exporting.delivery import Answer, Deliver
from telemetry.exporting.ledger import Key

SPANS_PER_BATCH = 512


class Unit(msgspec.Struct, frozen=True):
    """Spans that are taken together or not at all, as far as the ledger knows; None: collected.

    Of a log: one event's record.
    """

    key: Key | None
    spans: Sequence[Any]


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch: the units taken, those left in their order, and the last answer."""

    taken: tuple[Unit, ...]
    left: tuple[Unit, ...]
    answer: Answer
    rejected: int = 0


def batched(units: Iterable[Unit], spans: int = SPANS_PER_BATCH) -> Iterator[list[Unit]]:
    """Yield lists of units with so many spans together at the most, or of one unit alone."""
    batch: list[Unit] = []
    size = 0
    for unit in units:
        if batch and size + len(unit.spans) > spans:
            yield batch
            batch, size = [], 0
        batch.append(unit)
        size += len(unit.spans)
    if batch:
        yield batch


def send(batch: Sequence[Unit], deliver: Deliver) -> Sent:
    """Send a batch, in halves where it is too large: down to single spans."""
    answer = deliver([span for unit in batch for span in unit.spans])
    if answer.kind == "taken":
        return Sent(taken=tuple(batch), left=(), answer=answer, rejected=answer.rejected)
    if answer.kind != "too_large":
        return Sent(taken=(), left=tuple(batch), answer=answer)
    if len(batch) > 1:
        return _in_halves(batch, deliver)
    return _span_by_span(batch[0], deliver, answer)


def _in_halves(batch: Sequence[Unit], deliver: Deliver) -> Sent:
    middle = len(batch) // 2
    first = send(batch[:middle], deliver)
    if first.answer.kind in ("later", "refused"):
        left = (*first.left, *batch[middle:])
        return Sent(taken=first.taken, left=left, answer=first.answer, rejected=first.rejected)
    second = send(batch[middle:], deliver)
    worse = second if second.left else first
    return Sent(
        taken=first.taken + second.taken,
        left=first.left + second.left,
        answer=worse.answer,
        rejected=first.rejected + second.rejected,
    )


def _span_by_span(unit: Unit, deliver: Deliver, too_large: Answer) -> Sent:
    answers = [deliver([span]) for span in unit.spans] if len(unit.spans) > 1 else [too_large]
    failed = next((answer for answer in answers if answer.kind != "taken"), None)
    rejected = sum(answer.rejected for answer in answers)
    if failed is not None:
        return Sent(taken=(), left=(unit,), answer=failed, rejected=rejected)
    return Sent(taken=(unit,), left=(), answer=answers[-1], rejected=rejected)
