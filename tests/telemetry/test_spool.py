from pathlib import Path

from telemetry.rows import AnyRow, Event, Opened, SpoolEnded, encode_row
from telemetry.spool import SpoolFolder, SpoolReader
from tests.telemetry.scenes import lines, numbered, opened


def rows(count: int) -> list[AnyRow]:
    made: list[AnyRow] = [opened("worker")]
    made += [Event(name="generator", at_ns=number) for number in range(count)]
    made.append(SpoolEnded(rows=count + 1))
    return numbered({"worker-0": made})["worker-0"]


def write(path: Path, data: bytes) -> SpoolReader:
    path.write_bytes(data)
    return SpoolReader(path)


def test_a_growing_spool_is_read_up_to_its_last_newline(tmp_path: Path) -> None:
    data = lines(rows(3))
    path = tmp_path / "worker-0.ndjson"
    reader = write(path, b"")
    seen: list[AnyRow] = []
    for end in range(0, len(data) + 1, 7):
        path.write_bytes(data[:end])
        seen += reader.read()
    path.write_bytes(data)
    seen += reader.read()
    assert seen == rows(3)
    assert reader.read() == []
    fact = reader.fact()
    assert (fact.name, fact.role, fact.rows, fact.lost, fact.ended) == (
        "worker-0",
        "worker",
        5,
        0,
        True,
    )


def test_a_torn_last_line_is_a_lost_row_and_no_end(tmp_path: Path) -> None:
    data = lines(rows(3))
    reader = write(tmp_path / "worker-0.ndjson", data[:-5])
    assert len(reader.read()) == 4
    assert reader.fact().lost == 1
    assert not reader.fact().ended


def test_a_torn_line_in_the_middle_is_counted_once_and_the_rest_is_read(tmp_path: Path) -> None:
    made = [encode_row(row) for row in rows(4)]
    made[2] = made[2][:10] + b"\n"
    reader = write(tmp_path / "worker-0.ndjson", b"".join(made))
    assert len(reader.read()) == 5
    assert reader.fact().lost == 1
    assert reader.fact().ended


def test_a_line_that_is_not_even_text_is_a_lost_row(tmp_path: Path) -> None:
    made = [encode_row(row) for row in rows(4)]
    made[-1] = b'{"kind":"event","name":"\xff","at_ns":1}\n'
    reader = write(tmp_path / "worker-0.ndjson", b"".join(made))
    assert len(reader.read()) == 5
    assert reader.fact().lost == 1


def test_a_hole_in_the_numbers_is_lost_rows(tmp_path: Path) -> None:
    made = rows(6)
    reader = write(tmp_path / "worker-0.ndjson", lines(made[:2] + made[5:]))
    reader.read()
    assert reader.fact().lost == 3
    assert reader.fact().rows == 5


def test_a_spool_without_its_first_row_has_lost_it(tmp_path: Path) -> None:
    reader = write(tmp_path / "worker-0.ndjson", lines(rows(2)[1:]))
    reader.read()
    assert reader.fact().lost == 1


def test_a_process_started_again_on_a_spool_shows_as_an_end_that_is_missing(tmp_path: Path) -> None:
    reader = write(tmp_path / "worker-0.ndjson", lines(rows(3)[:-1]) + lines(rows(3)))
    assert sum(isinstance(row, Opened) for row in reader.read()) == 2
    assert reader.fact().lost == 0
    assert not reader.fact().ended


def test_a_folder_is_followed_with_the_spools_that_appear_later(tmp_path: Path) -> None:
    folder = SpoolFolder(tmp_path / "spool")
    assert list(folder.read()) == []
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "worker-0.ndjson").write_bytes(lines(rows(1)))
    assert {name for name, _ in folder.read()} == {"worker-0"}
    all_ended = [folder.ended]
    (tmp_path / "spool" / "injector-0.ndjson").write_bytes(lines(rows(1)[:-1]))
    assert {name for name, _ in folder.read()} == {"injector-0"}
    all_ended.append(folder.ended)
    assert all_ended == [True, False]
    assert [fact.name for fact in folder.facts()] == ["injector-0", "worker-0"]


def test_a_line_longer_than_a_read_is_read_whole(tmp_path: Path) -> None:
    long = Event(name="lost", at_ns=1, facts={"reason": "x" * (5 * 1024 * 1024)})
    reader = write(tmp_path / "worker-0.ndjson", encode_row(long))
    assert reader.read() == [long]
