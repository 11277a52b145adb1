import pytest

from faults.malformed import Kind, broken, in_two
from faults.steps import Event

EVENT = b'data: {"a": "bcd"}\n\n'


@pytest.mark.parametrize(
    ("kind", "data", "tokens"),
    [
        ("bad_json", b'data: {"a": \n\n', 0),
        ("bad_utf8", b'data: \xff{"a": "bcd"}\n\n', 0),
        ("missing_prefix", b'{"a": "bcd"}\n\n', 0),
        ("bom", b'\xef\xbb\xbfdata: {"a": "bcd"}\n\n', 0),
        ("crlf", b'data: {"a": "bcd"}\r\n\r\n', 2),
        ("oversize", b'data:    {"a": "bcd"}\n\n', 2),
    ],
)
def test_an_event_is_broken_and_its_tokens_count_where_they_arrive(
    kind: Kind, data: bytes, tokens: int
) -> None:
    assert broken(Event(data=EVENT, tokens=2), kind, 15) == Event(data=data, tokens=tokens)


def test_an_event_with_windows_line_ends_gets_the_other_ones() -> None:
    event = Event(data=b"data: {}\r\n\r\n", finish=True)
    assert broken(event, "crlf", 0) == Event(data=b"data: {}\n\n", finish=True)
    assert broken(event, "bad_json", 0).data.endswith(b"\r\n\r\n")


def test_what_is_long_enough_or_has_no_data_is_not_padded() -> None:
    comment = Event(data=b": data: 1\n\n")
    assert broken(comment, "oversize", 100) == comment
    assert broken(Event(data=EVENT), "oversize", 5).data == EVENT
    assert len(broken(Event(data=b"id: 7\n" + EVENT), "oversize", 1000).data) == 1014


def test_a_character_is_cut_in_two() -> None:
    first, second = in_two('data: {"a": "bödy"}\n\n'.encode())
    assert (first, second) == (b'data: {"a": "b\xc3', b'\xb6dy"}\n\n')


def test_a_text_without_such_a_character_gets_one() -> None:
    first, second = in_two(b'data: {"choices":[{"delta":{"content":"0 "}}]}\n\n')
    assert first + second == 'data: {"choices":[{"delta":{"content":"0 é"}}]}\n\n'.encode()
    assert first.endswith(b"0 \xc3")


@pytest.mark.parametrize("data", [b"data: [DONE]\n\n", b"ab", b"a", b"", b"\xff\xff"])
def test_anything_else_is_cut_in_the_middle_and_nothing_is_lost(data: bytes) -> None:
    first, second = in_two(data)
    assert first + second == data
    assert bool(first) >= bool(data)
