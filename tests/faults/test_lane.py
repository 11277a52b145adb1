import itertools
from pathlib import Path

import pytest

from faults.config import Rule
from faults.lane import Lane, upstream_at
from faults.rules import RuleBook
from telemetry.identity import Parent, trace_id
from telemetry.recorder import Recorder
from telemetry.rows import HopBegun, HopEnded, decode_row
from tests.live.said import AZURE

TAG = "0a0b0c0d"
OWN = Parent(trace_id(TAG, 1), "cd" * 8)
STRANGER = Parent("ab" * 16, "cd" * 8)


def lane(written: bytearray | None = None, *, bystanders: bool = False, share: float = 1.0) -> Lane:
    rule = Rule(
        id="f", endpoints=("azure",), inject={"blackhole": {}}, start_s=0, end_s=9e9, share=share
    )
    book = RuleBook([rule], seed=1, run_tag=TAG, bystanders=bystanders)

    def write(data: bytes) -> int:
        if written is not None:
            written.extend(data)
        return len(data)

    made = Lane(
        "azure",
        upstream=upstream_at("http://up.test:81"),
        dialect=AZURE,
        recorder=Recorder(write, "injector"),
        book=book,
        run_tag=TAG,
        bystanders=bystanders,
        hops=itertools.count(),
        connection_numbers=itertools.count(),
    )
    made.armed = book.armed("azure", 0.0)
    return made


def test_an_upstream_is_read_from_its_url() -> None:
    assert upstream_at("http://up.test") == ("up.test", 80, None, b" up.test", None)
    assert upstream_at("http://[::1]:81/") == ("::1", 81, None, b" [::1]:81", None)
    secure = upstream_at("https://up.test:444")
    assert (secure.port, secure.authority) == (444, b" up.test:444")
    assert secure.tls is not None
    assert secure.tls.check_hostname


@pytest.mark.parametrize("url", ["up.test", "ftp://up.test", "http://", "http://up.test:port"])
def test_what_is_no_upstream_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        upstream_at(url)


def test_a_ca_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        upstream_at("https://up.test", str(tmp_path / "none.pem"))


def test_only_the_runs_own_traffic_is_of_concern_unless_all_is() -> None:
    assert lane().concerns(OWN)
    assert not lane().concerns(STRANGER)
    assert not lane().concerns(None)
    assert lane(bystanders=True).concerns(None)


def test_the_same_content_may_be_decided_otherwise_when_it_comes_again() -> None:
    shared = lane(bystanders=True, share=0.5)
    chosen = [bool(shared.choose(None, None, b"same")) for _ in range(40)]
    assert True in chosen
    assert False in chosen
    again = lane(bystanders=True, share=0.5)
    assert [bool(again.choose(None, None, b"same")) for _ in range(40)] == chosen


def test_an_attempt_is_decided_by_its_ordinal_alone() -> None:
    shared = lane(share=0.5)
    assert len({bool(shared.choose(OWN, 3, None)) for _ in range(9)}) == 1


def test_a_hop_is_on_record_from_its_head_to_its_end() -> None:
    written = bytearray()
    recorded = lane(written)
    row = recorded.begin_hop(7, OWN, 3, 100)
    row.bytes_out = 5
    recorded.end_hop(row, "complete", "")
    recorded.recorder.flush()
    begun, ended = [decode_row(line) for line in bytes(written).splitlines()[1:]]
    assert isinstance(begun, HopBegun)
    assert (begun.hop, begun.connection, begun.attempt_key) == (0, 7, 3)
    assert (begun.trace_id, begun.parent_span_id) == OWN
    assert isinstance(ended, HopEnded)
    assert (ended.ending, ended.bytes_in, ended.bytes_out) == ("complete", 100, 5)
    assert ended.error is None


def test_what_was_refused_by_the_parser_ends_unparsed() -> None:
    recorded = lane()
    row = recorded.begin_hop(7, None, None, 1)
    row.mode, row.error = "blind", "not HTTP"
    recorded.end_hop(row, "fin", "later")
    assert (row.ending, row.error) == ("unparsed", "not HTTP")
