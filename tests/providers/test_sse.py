from providers.sse import EventSplitter, event_data


def test_an_event_keeps_its_terminator() -> None:
    assert EventSplitter().feed(b"data: 1\n\ndata: 2\r\n\r\n") == [
        b"data: 1\n\n",
        b"data: 2\r\n\r\n",
    ]


def test_mixed_line_ends_terminate_too() -> None:
    stream = b"data: 1\r\n\ndata: 2\n\r\ndata: 3"
    splitter = EventSplitter()
    assert splitter.feed(stream) == [b"data: 1\r\n\n", b"data: 2\n\r\n"]
    assert splitter.rest() == b"data: 3"


def test_a_terminator_cut_in_two_is_found() -> None:
    splitter = EventSplitter()
    assert splitter.feed(b"data: 1\r\n\r") == []
    assert splitter.feed(b"\ndata: 2") == [b"data: 1\r\n\r\n"]
    assert splitter.rest() == b"data: 2"


def test_a_lone_carriage_return_ends_no_line() -> None:
    splitter = EventSplitter()
    assert splitter.feed(b"data: 1\r\rdata: 2\n\r") == []


def test_a_data_line_is_read_without_its_terminator() -> None:
    assert event_data(b"data: {}\n\n") == b"{}"
    assert event_data(b"data: {}\r\n\r\n") == b"{}"
    assert event_data(b"data:{}\n\n") == b"{}"


def test_only_one_space_after_the_colon_is_not_data() -> None:
    assert event_data(b"data:  x \n\n") == b" x "


def test_data_lines_are_joined() -> None:
    assert event_data(b"id: 1\r\ndata: a\r\nevent: x\r\ndata\r\ndata: b\r\n\r\n") == b"a\n\nb"


def test_a_keep_alive_has_no_data() -> None:
    assert event_data(b": ping\n\n") is None
    assert event_data(b"\n\n") is None
    assert event_data(b"database: x\n\n") is None


def test_empty_data_is_data() -> None:
    assert event_data(b"data: \n\n") == b""
