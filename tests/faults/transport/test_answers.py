import gzip

from faults.steps import End, Event, Head
from faults.transport.answers import AnswerSteps
from tests.faults.honest import PlainDialect

STREAM = [("Content-Type", "text/event-stream"), ("X-Own", "kept")]
EVENTS = b"data: one\n\ndata: two\n\n"


def test_pieces_become_events_however_they_are_cut() -> None:
    reader = AnswerSteps(PlainDialect())
    (head,) = reader.head(200, [*STREAM, ("Content-Length", "22"), ("Connection", "close")])
    assert isinstance(head, Head)
    assert (head.status, reader.told_headers(head.headers)) == (200, STREAM)
    steps = [step for at in range(len(EVENTS)) for step in reader.piece(EVENTS[at : at + 1])]
    events = [step.data for step in steps if isinstance(step, Event)]
    assert events == [b"data: one\n\n", b"data: two\n\n"]
    assert reader.piece(b"") == []
    assert reader.end() == [End()]


def test_gzip_is_undone_and_no_longer_told() -> None:
    reader = AnswerSteps(PlainDialect())
    (head,) = reader.head(200, [*STREAM, ("Content-Encoding", "gzip")])
    assert isinstance(head, Head)
    assert reader.told_headers(head.headers) == STREAM
    assert [type(step) for step in reader.piece(gzip.compress(EVENTS))] == [Event, Event]
    assert not reader.unseen


def test_what_cannot_be_undone_is_told_as_it_is() -> None:
    reader = AnswerSteps(PlainDialect())
    (head,) = reader.head(200, [*STREAM, ("Content-Encoding", "br")])
    assert isinstance(head, Head)
    assert ("Content-Encoding", "br") in reader.told_headers(head.headers)
    assert reader.unseen
