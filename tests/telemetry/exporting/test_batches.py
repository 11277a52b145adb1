"""Exchanges stay whole in batches, and a batch that is too large goes in halves."""

from collections.abc import Sequence
from typing import Any

from telemetry.exporting.batches import Unit, batched, send
from telemetry.exporting.delivery import TAKEN, Answer


def units(*sizes: int) -> list[Unit]:
    return [Unit(number, [object()] * size) for number, size in enumerate(sizes)]


def at_most(spans: int) -> Any:
    def deliver(batch: Sequence[Any]) -> Answer:
        return TAKEN if len(batch) <= spans else Answer(kind="too_large", reason="413")

    return deliver


def test_a_batch_holds_whole_units() -> None:
    sizes = [[len(u.spans) for u in batch] for batch in batched(units(3, 3, 3, 9, 1), spans=6)]
    assert sizes == [[3, 3], [3], [9], [1]]


def test_what_is_too_large_goes_in_halves_to_single_spans() -> None:
    sent = send(units(5, 5, 5), at_most(2))
    assert (len(sent.taken), sent.left) == (3, ())


def test_what_is_too_large_alone_is_left() -> None:
    batch = units(1, 0, 0)
    sent = send(batch, at_most(0))
    assert [unit.key for unit in sent.left] == [0]
    assert [unit.key for unit in sent.taken] == [1, 2]


def test_what_is_refused_is_left_in_its_order() -> None:
    batch = units(1, 2, 3)
    sent = send(batch, lambda _: Answer(kind="later", reason="503"))
    assert list(sent.left) == batch
