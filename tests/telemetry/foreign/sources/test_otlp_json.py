import gzip
import json
from pathlib import Path

import pytest

from telemetry.foreign.sources.otlp_json import UnreadableSourceError, read
from tests.telemetry.foreign.test_otlp import SPAN, wrapped

LINE = json.dumps(wrapped(SPAN)).encode() + b"\n"


@pytest.mark.parametrize(
    "data",
    [LINE * 3, LINE * 2 + b"\n" + LINE, gzip.compress(LINE * 3)],
    ids=["lines", "a blank line", "gzip"],
)
def test_lines_are_read_gzipped_or_not(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_bytes(data)
    assert len(read(str(tmp_path / "t.jsonl")).spans) == 3


def test_one_document_over_many_lines_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps(wrapped(SPAN), indent=2))
    assert len(read(str(tmp_path / "t.json")).spans) == 1


def test_a_torn_line_is_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_bytes(LINE + LINE[:40] + b"\n" + LINE)
    found = read(str(tmp_path / "t.jsonl"))
    assert (len(found.spans), found.unfit) == (2, {"a line that is no OTLP JSON": 1})


@pytest.mark.parametrize("data", [b"", b"hello", b"\x1f\x8bx", b'{"a": 1}'])
def test_what_holds_no_spans_is_named(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_bytes(data)
    with pytest.raises(UnreadableSourceError, match=r"t\.jsonl: cannot be read"):
        read(str(tmp_path / "t.jsonl"))


def test_so_is_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match="No such file"):
        read(str(tmp_path / "none"))
