import gzip
import itertools
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults.honest import HonestReader
from faults.steps import Close, End, Event, Head, Reset, Step
from tests.live.said import AZURE, OK, PLAIN, STREAM, chunked, events

EVENTS = events(3)
STREAMED = STREAM + chunked(EVENTS, b"X-T: 1\r\n")


class Heard:
    """A reader, and what it said."""

    def __init__(self, *, bodiless: bool = False) -> None:
        self.steps: list[Step] = []
        self.interim: list[bytes] = []
        self.reader = HonestReader(AZURE, self.steps.extend, self.interim.append, bodiless=bodiless)

    def feed(self, *pieces: bytes) -> list[Step]:
        for piece in pieces:
            self.reader.feed(piece)
        return self.steps

    @property
    def body(self) -> list[bytes]:
        return [step.data for step in self.steps if isinstance(step, Event)]


def test_a_stream_comes_as_head_events_and_end() -> None:
    heard = Heard()
    head, *told, end = heard.feed(STREAMED)
    assert isinstance(head, Head)
    assert (head.status, head.raw) == (200, STREAM)
    assert head.headers[0] == ("Content-Type", "text/event-stream")
    assert heard.body == EVENTS
    assert [step.tokens for step in told if isinstance(step, Event)][:5] == [0, 0, 1, 1, 1]
    assert sum(step.finish for step in told if isinstance(step, Event)) == 1
    assert end == End()
    assert heard.reader.tokens == 3
    assert heard.reader.trailers == [b"X-T: 1"]
    assert heard.reader.reusable


@given(st.lists(st.integers(1, len(STREAMED) - 1), max_size=12))
def test_steps_are_the_same_however_the_bytes_are_cut(cuts: list[int]) -> None:
    marks = [0, *sorted(set(cuts)), len(STREAMED)]
    pieces = [STREAMED[a:b] for a, b in itertools.pairwise(marks)]
    assert Heard().feed(*pieces) == Heard().feed(STREAMED)


def test_interim_heads_go_another_way() -> None:
    heard = Heard()
    steps = heard.feed(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n")
    assert heard.interim == [b"HTTP/1.1 100 Continue\r\n\r\n"]
    assert isinstance(steps[0], Head)
    assert (steps[0].status, steps[1:]) == (204, [End()])


def test_any_other_body_comes_in_the_pieces_it_came_in() -> None:
    heard = Heard()
    heard.feed(PLAIN + b"Content-Length: 4\r\n\r\nab", b"cd")
    assert heard.body == [b"ab", b"cd"]
    assert heard.reader.tokens is None


@pytest.mark.parametrize("size", [1, 9, 10_000])
def test_gzip_is_undone(size: int) -> None:
    packed = gzip.compress(b"".join(EVENTS))
    head = STREAM[:-2].replace(b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n")
    heard = Heard()
    heard.feed(head + b"Content-Length: %d\r\n\r\n" % len(packed))
    heard.feed(*(packed[at : at + size] for at in range(0, len(packed), size)))
    assert heard.body == EVENTS
    assert heard.reader.decodes


def test_gzip_that_is_none_breaks_off() -> None:
    heard = Heard()
    steps = heard.feed(PLAIN + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!")
    assert steps[-1] == Reset()
    assert "gzip" in heard.reader.error
    assert not heard.reader.reusable


def test_another_coding_is_named_and_left_alone() -> None:
    packed = zlib.compress(b"x")
    heard = Heard()
    heard.feed(PLAIN + b"Content-Encoding: br\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)
    assert heard.reader.encoding == "br"
    assert b"".join(heard.body) == packed


@pytest.mark.parametrize(
    ("said", "broken", "ending"),
    [
        (STREAMED[:-9], False, Close()),
        (STREAMED[:-9], True, Reset()),
        (PLAIN + b"\r\nup to the end", False, End()),
        (PLAIN + b"\r\nup to the end", True, Reset()),
        (b"", False, Close()),
        (PLAIN[:20], False, Close()),
    ],
)
def test_the_connections_end_is_told_as_it_was(said: bytes, ending: Step, *, broken: bool) -> None:
    heard = Heard()
    heard.feed(said)
    heard.reader.feed_eof(broken=broken)
    assert heard.steps[-1] == ending
    heard.reader.feed_eof(broken=True)
    assert sum(isinstance(step, End | Close | Reset) for step in heard.steps) == 1


def test_an_event_cut_in_two_by_the_end_is_told_as_far_as_it_came() -> None:
    heard = Heard()
    heard.feed(STREAM + b"5\r\ndata:\r\n")
    heard.reader.feed_eof(broken=True)
    assert heard.steps[-2:] == [Event(data=b"data:"), Reset()]


def test_an_answer_to_head_ends_with_its_head() -> None:
    heard = Heard(bodiless=True)
    assert heard.feed(PLAIN + b"Content-Length: 500\r\n\r\n")[-1] == End()


def test_what_is_no_answer_breaks_off() -> None:
    heard = Heard()
    assert heard.feed(b"ICY 200 OK\r\n\r\n") == [Reset()]
    assert heard.reader.error


def test_a_provider_that_closes_after_its_answer_is_not_asked_again() -> None:
    heard = Heard()
    heard.feed(PLAIN + b"Connection: close\r\nContent-Length: 0\r\n\r\n")
    assert heard.steps[-1] == End()
    assert not heard.reader.reusable


@pytest.mark.parametrize("cut", [0, 3, 30, 80])
def test_behind_a_change_of_protocol_bytes_are_pieces_up_to_the_end(cut: int) -> None:
    switched = (
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    )
    steps: list[Step] = []
    reader = HonestReader(AZURE, steps.extend, lambda _: None, bodiless=False)
    whole = switched + b"\x81\x02hi"
    reader.feed(whole[: len(whole) - cut])
    if cut:
        reader.feed(whole[len(whole) - cut :])
    reader.feed(b"\x81\x01!")
    reader.feed_eof(broken=False)
    head, *pieces, end = steps
    assert isinstance(head, Head)
    assert (head.status, head.raw) == (101, switched)
    assert b"".join(piece.data for piece in pieces if isinstance(piece, Event)) == (
        b"\x81\x02hi\x81\x01!"
    )
    assert end == End()


def test_a_head_is_told_although_its_body_breaks_in_the_same_bytes() -> None:
    steps = Heard().feed(STREAM + b"2\r\nhi\r\nnonsense\r\n")
    assert isinstance(steps[0], Head)
    assert steps[1:] == [Event(data=b"hi"), Reset()]


@pytest.mark.parametrize(
    "more", [b"!", OK, b"HTTP/1.1 101 Up\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nhi"]
)
def test_what_follows_a_whole_answer_does_not_spoil_it(more: bytes) -> None:
    heard = Heard()
    assert heard.feed(OK + more)[1:] == [Event(data=b"ok"), End()]
    assert not heard.reader.reusable


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 099 Odd\r\n\r\n",
        b"HTTP/1.1 199 Odd\r\nTransfer-Encoding: strange\r\n\r\nx\r\n\r\n",
    ],
)
def test_what_is_no_answer_resets_and_says_nothing(head: bytes) -> None:
    assert Heard().feed(head) == [Reset()]
