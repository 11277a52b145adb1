"""Server-sent events do not depend on how their bytes were cut."""

from hypothesis import given
from hypothesis import strategies as st

from providers.sse import EventSplitter, event_data

LINE_ENDS = st.sampled_from([b"\n", b"\r\n"])
FRAGMENTS = st.lists(
    st.sampled_from([b"\n", b"\r", b"\r\n", b"data: ", b"data:", b":", b"x", b"event: e", b" "]),
    max_size=40,
)
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\r\n")).map(str.encode)


def pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted({cut for cut in cuts if 0 < cut < len(stream)})
    return [stream[a:b] for a, b in zip([0, *ends], [*ends, len(stream)], strict=True)]


@given(FRAGMENTS.map(b"".join), st.lists(st.integers(0, 200), max_size=60))
def test_any_cut_gives_the_same_events(stream: bytes, cuts: list[int]) -> None:
    whole, cut = EventSplitter(), EventSplitter()
    expected = whole.feed(stream)
    found = [event for piece in pieces(stream, cuts) for event in cut.feed(piece)]
    assert found == expected
    assert cut.rest() == whole.rest()


@given(FRAGMENTS.map(b"".join))
def test_no_byte_is_lost_or_added(stream: bytes) -> None:
    splitter = EventSplitter()
    assert b"".join(splitter.feed(stream)) + splitter.rest() == stream


@given(FRAGMENTS.map(b"".join))
def test_every_event_ends_at_its_first_blank_line(stream: bytes) -> None:
    for event in EventSplitter().feed(stream):
        assert event.endswith((b"\n\n", b"\n\r\n"))
        assert EventSplitter().feed(event[:-1]) == []


@given(st.lists(PLAIN, min_size=1), LINE_ENDS, LINE_ENDS)
def test_data_reads_back_as_written(lines: list[bytes], end: bytes, blank: bytes) -> None:
    event = b"".join(b"data: " + line + end for line in lines) + blank
    assert event_data(event) == b"\n".join(lines)
