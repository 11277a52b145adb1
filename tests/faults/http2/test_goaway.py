import itertools

import pytest
from h2.connection import H2Connection
from h2.events import ConnectionTerminated
from hypothesis import given
from hypothesis import strategies as st

from faults.http2.goaway import (
    MAX_FRAME_BYTES,
    PREFACE,
    FrameTooLongError,
    GoneAway,
    Sieve,
    goaway_frame,
)


def frame(kind: int, body: bytes) -> bytes:
    return len(body).to_bytes(3, "big") + bytes([kind, 0, 0, 0, 0, 1]) + body


FRAMES = st.lists(
    st.tuples(st.sampled_from([0, 1, 3, 4, 6, 8, 250]), st.binary(max_size=40)), max_size=6
)
GONE = st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**32 - 1))


@given(
    before=FRAMES,
    gone=GONE,
    debug=st.binary(max_size=9),
    after=FRAMES,
    cuts=st.lists(st.integers(0, 500), max_size=8),
    preface=st.booleans(),
)
def test_a_goaway_is_taken_out_and_all_else_passes_however_it_is_cut(
    before: list[tuple[int, bytes]],
    gone: tuple[int, int],
    debug: bytes,
    after: list[tuple[int, bytes]],
    cuts: list[int],
    *,
    preface: bool,
) -> None:
    said = goaway_frame(*gone)
    said = (8 + len(debug)).to_bytes(3, "big") + said[3:] + debug
    first = PREFACE if preface else b""
    left = b"".join(frame(*one) for one in before)
    right = b"".join(frame(*one) for one in after)
    whole = first + left + said + right
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    sieve, passed, found = Sieve(after_preface=preface), b"", []
    for start, end in itertools.pairwise(places):
        more, taken = sieve.feed(whole[start:end])
        passed += more
        found += taken
    assert passed == first + left + right
    assert found == [GoneAway(*gone)]


def test_h2_reads_the_frame_that_is_written() -> None:
    client = H2Connection()
    client.initiate_connection()
    event = client.receive_data(frame(4, b"")[:8] + b"\0" + goaway_frame(7, 11))[-1]
    assert isinstance(event, ConnectionTerminated)
    assert (event.last_stream_id, int(event.error_code or 0)) == (7, 11)


def test_a_frame_longer_than_any_may_be_is_refused_at_its_head() -> None:
    with pytest.raises(FrameTooLongError, match=str(MAX_FRAME_BYTES + 1)):
        Sieve(after_preface=False).feed(frame(0, bytes(MAX_FRAME_BYTES + 1))[:9])


def test_the_longest_frame_passes() -> None:
    longest = frame(0, bytes(MAX_FRAME_BYTES))
    assert Sieve(after_preface=False).feed(longest) == (longest, [])
