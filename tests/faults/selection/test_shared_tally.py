import multiprocessing
from pathlib import Path

from faults.selection.shared_tally import SharedTally, tally_file


def count(path: Path, times: int, found: "multiprocessing.Queue[list[int]]") -> None:
    tally = SharedTally(path)
    numbers = [tally.arrive() for _ in range(times)]
    found.put([*numbers, -sum(tally.take(50) for _ in range(times))])


def test_processes_number_requests_together_and_take_no_more_than_may_be(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    found: multiprocessing.Queue[list[int]] = context.Queue()
    path = tally_file(tmp_path, "rule", "", "azure")
    counting = [context.Process(target=count, args=(path, 200, found)) for _ in range(4)]
    for one in counting:
        one.start()
    told = [found.get(timeout=20) for _ in counting]
    for one in counting:
        one.join()
    assert sorted(number for each in told for number in each[:-1]) == list(range(1, 801))
    assert sum(-each[-1] for each in told) == 50


def test_what_is_told_apart_has_files_of_its_own(tmp_path: Path) -> None:
    names = [("a", "", "x"), ("a", "1", "x"), ("a", "", "y"), ("b", "", "x")]
    assert len({tally_file(tmp_path, *told) for told in names}) == 4


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_tally_that_is_let_go_is_closed(tmp_path: Path) -> None:
    before = descriptors()
    tally = SharedTally(tmp_path / "t")
    assert descriptors() == before + 1
    del tally
    assert descriptors() == before
