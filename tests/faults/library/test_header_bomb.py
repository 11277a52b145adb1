import msgspec
import pytest

from faults.answer_writer import AnswerWriter
from faults.heads import fields_of
from faults.library.header_bomb import FIELD
from faults.steps import Event, Head, Step
from tests.faults.honest import BUSY, attested, body, fault, played, said, stream

RAW = b"HTTP/1.1 200 OK\r\nX-One: 1\r\nContent-Length: 2\r\n\r\n"
MORE = fault("header_bomb", headers=3, size_bytes=5)
LINE = (FIELD, "xxxxx")


def on_the_wire(raw: bytes, *events: Event) -> bytes:
    """Write what a client gets of an answer whose head came so."""
    honest: list[Step] = [Head(status=200, headers=(("X-One", "1"),), raw=raw), *events]
    writer = AnswerWriter(old=False, bodiless=False, last=False)
    for step in said(played(MORE, [*honest, body()[-1]])):
        if isinstance(step, Head):
            writer.head(step)
        elif isinstance(step, Event):
            writer.event(step.data)
    writer.end([])
    return writer.take()


@pytest.mark.parametrize("honest", [stream(2), body(b"{}"), [BUSY, *body(b"no")[1:]]])
def test_the_head_has_more_lines_behind_its_own_and_the_body_is_whole(honest: list[Step]) -> None:
    head, *rest = said(played(MORE, honest))
    (own, *behind) = honest
    assert isinstance(own, Head)
    assert isinstance(head, Head)
    assert head.headers == (*own.headers, LINE, LINE, LINE)
    assert head.status == own.status
    assert rest == behind
    assert attested(MORE, honest) == ["answered"]


def test_the_providers_lines_keep_their_bytes_and_its_body_its_length() -> None:
    told = on_the_wire(RAW, Event(data=b"ok"))
    bomb = b"X-Header-Bomb: xxxxx\r\n" * 3
    assert told == b"HTTP/1.1 200 OK\r\nX-One: 1\r\n" + bomb + b"Content-Length: 2\r\n\r\nok"


def test_a_change_of_protocol_stays_one() -> None:
    upgrade = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
    head = said(played(MORE, [Head(status=101, raw=upgrade), body()[-1]]))[0]
    assert isinstance(head, Head)
    names = [field.name for field in fields_of(head.raw)]
    assert names == [b"connection", b"upgrade", *[b"x-header-bomb"] * 3]


def test_its_defaults_are_more_than_the_usual_readers_bear() -> None:
    usual = said(played(fault("header_bomb"), stream(1)))[0]
    assert isinstance(usual, Head)
    assert len(usual.headers) > 128
    assert sum(len(name) + len(value) + 4 for name, value in usual.headers) > 300 * 1024


@pytest.mark.parametrize(
    "parameters", [{"headers": 0}, {"headers": 257}, {"size_bytes": 0}, {"size_bytes": 8193}]
)
def test_no_head_and_none_that_fills_memory_is_refused(parameters: dict[str, int]) -> None:
    with pytest.raises(msgspec.ValidationError):
        fault("header_bomb", **parameters)
