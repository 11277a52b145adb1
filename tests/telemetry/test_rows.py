from typing import get_args

import msgspec
import pytest

from telemetry.outcome import Outcome
from telemetry.rows import AnyRow, AttemptEnded, Event, Row, decode_row, encode_row


def test_a_row_reads_back_from_its_line() -> None:
    row = AttemptEnded(seq=4, exchange=1, attempt=0, end_ns=9, outcome=Outcome.STALLED, tokens=3)
    line = encode_row(row)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_row(line) == row


def test_text_with_line_breaks_stays_on_one_line() -> None:
    row = Event(name="lost", at_ns=1, facts={"reason": "one\ntwo"})
    assert encode_row(row).count(b"\n") == 1
    assert decode_row(encode_row(row)) == row


def test_what_did_not_happen_is_left_out() -> None:
    row = AttemptEnded(exchange=1, attempt=0, end_ns=9, outcome=Outcome.OK)
    assert b"head_ns" not in encode_row(row)


def test_every_kind_of_row_can_be_read() -> None:
    assert set(get_args(AnyRow)) == set(Row.__subclasses__())


def test_a_torn_line_is_no_row() -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode_row(b'{"kind":"event","na')
