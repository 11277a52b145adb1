"""A ledger knows what was taken, across processes, and is one process's at a time."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.exporting.destination import Destination
from telemetry.exporting.ledger import LedgerError, Ranges, opened

HERE = Destination("grpc", "http://here:4317")
THERE = Destination("grpc", "http://there:4317")


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30))))
def test_ranges_are_a_set(steps: list[tuple[bool, int]]) -> None:
    ranges, model = Ranges(), set[int]()
    for add, number in steps:
        (ranges.add if add else ranges.remove)(number)
        (model.add if add else model.discard)(number)
    assert {n for first, last in ranges for n in range(first, last + 1)} == model
    assert all(after[0] > before[1] + 1 for before, after in zip(ranges, [*ranges][1:]))  # noqa: B905 - pairs
    assert [n in ranges for n in range(31)] == [n in model for n in range(31)]


def test_what_was_saved_is_known_again_and_to_this_backend_alone(tmp_path: Path) -> None:
    with opened(tmp_path / "export", HERE) as ledger:
        ledger.add([1, 2, "crosswind run"])
        ledger.took_collected(3)
        ledger.save()
        ledger.add([7])
    with opened(tmp_path / "export", HERE) as ledger:
        assert (1 in ledger, "crosswind run" in ledger, ledger.collected) == (True, True, 3)
        assert 7 not in ledger
        ledger.clear()
        assert 1 not in ledger
    with opened(tmp_path / "export", THERE) as ledger:
        assert 1 not in ledger


def test_two_processes_do_not_export_a_run_at_once(tmp_path: Path) -> None:
    with opened(tmp_path, HERE), pytest.raises(LedgerError, match="another process"):
        opened(tmp_path, HERE).__enter__()


def test_a_file_that_is_no_ledger_is_told_of(tmp_path: Path) -> None:
    (tmp_path / f"{HERE.key}.json").write_text("[]")
    with pytest.raises(LedgerError, match="remove it"):
        opened(tmp_path, HERE).__enter__()
