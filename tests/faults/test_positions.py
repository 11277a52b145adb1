import msgspec
import pytest

from faults.catalog import fault_classes
from faults.fault import Fault
from faults.positions import Place, Positioned, Search, until_place, until_token
from faults.rehearse import rehearse
from faults.steps import End, Event, Head, Reset, Script, Step, Trailers
from tests.faults.honest import BUSY, DONE, EVENT_STREAM, FINISH, JSON, body, fault, stream, token

FILTER = Event(data=b'data: {"choices":[],"prompt_filter_results":[{"prompt_index":0}]}\n\n')
ROLE = Event(data=b'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n')
COMMENT = Event(data=b": ping\n\n")
AZURE: list[Step] = [EVENT_STREAM, FILTER, ROLE, token(0), FINISH, DONE, End()]


def kept(after_tokens: int, honest: list[Step]) -> tuple[list[Step], Step | None]:
    """Return what passes before the position, and the event kept in hand."""
    hand: list[Step | None] = [None]

    def script() -> Script:
        hand.append((yield from until_token(after_tokens)))
        yield Reset()

    return [step for _, step in rehearse(script(), honest).steps][:-1], hand[-1]


def held(search: Search, honest: list[Step]) -> tuple[list[Step], Step | None]:
    """The same of any other search."""
    hand: list[Step | None] = [None]

    def script() -> Script:
        found = yield from search
        hand.append(None if found is None else found.held)
        yield Reset()

    return [step for _, step in rehearse(script(), honest).steps][:-1], hand[-1]


def positioned(**position: object) -> Positioned:
    one = fault("stream_reset", **position)
    assert isinstance(one, Positioned)
    return one


def test_the_token_beyond_the_position_is_kept_in_hand() -> None:
    assert kept(1, stream(3)) == (stream(3)[:3], token(1))


def test_events_without_tokens_pass_up_to_the_position() -> None:
    comment = Event(data=b": ping\n\n")
    honest: list[Step] = [EVENT_STREAM, comment, token(0), comment, token(1), End()]
    assert kept(1, honest) == (honest[:4], token(1))


def test_informational_heads_pass() -> None:
    honest = [Head(status=103), *stream(1)]
    assert kept(0, honest) == (honest[:3], token(0))


def test_the_name_and_value_of_the_content_type_may_be_in_any_case() -> None:
    head = Head(status=200, headers=(("CONTENT-TYPE", "Text/Event-Stream"),))
    assert kept(1, [head, token(0), token(1), End()]) == ([head, token(0)], token(1))


def test_the_first_bytes_of_any_other_body_are_beyond_every_position() -> None:
    piece = Event(data=b"{")
    assert kept(9, [JSON, Event(data=b""), piece, End()]) == ([JSON, Event(data=b"")], piece)
    assert kept(9, [Head(status=200), piece, End()]) == ([Head(status=200)], piece)


def test_a_refusal_holds_no_position() -> None:
    assert kept(0, [BUSY, Event(data=b"{}"), End()]) == ([BUSY], None)


def test_an_answer_that_ends_before_holds_no_position() -> None:
    assert kept(4, stream(3))[1] is None
    assert kept(0, [*body(), End()])[1] is None
    assert kept(0, [Reset()])[1] is None


@pytest.mark.parametrize(
    ("place", "passed"),
    [("after_headers", 1), ("after_prompt_filter", 2), ("after_role", 3), ("after_finish", 5)],
)
def test_a_place_is_behind_the_event_that_shows_it(place: Place, passed: int) -> None:
    assert held(until_place(place), AZURE) == (AZURE[:passed], AZURE[passed])


def test_behind_the_finish_of_a_stream_there_may_be_nothing_but_its_end() -> None:
    honest: list[Step] = [EVENT_STREAM, token(0), FINISH, End()]
    assert held(until_place("after_finish"), honest) == (honest[:3], End())


def test_a_stream_without_such_an_event_has_no_such_place() -> None:
    assert held(until_place("after_prompt_filter"), stream(3))[1] is None


def test_what_broke_off_is_no_position() -> None:
    assert held(until_place("after_headers"), [EVENT_STREAM, Reset()])[1] is None


def test_a_body_that_is_no_stream_is_behind_every_place_but_its_own_finish() -> None:
    honest = body(b"{", b"}")
    assert held(until_place("after_role"), honest) == (honest[:1], honest[1])
    assert held(until_place("after_finish"), honest)[1] is None


def test_events_are_counted_and_comments_are_not() -> None:
    honest: list[Step] = [EVENT_STREAM, COMMENT, token(0), COMMENT, token(1), COMMENT, End()]
    assert held(positioned(after_events=0).found(), honest) == (honest[:2], token(0))
    assert held(positioned(after_events=1).found(), honest) == (honest[:4], token(1))
    assert held(positioned(after_events=2).found(), honest) == (honest[:6], End())
    assert held(positioned(after_events=3).found(), honest)[1] is None


def test_messages_of_grpc_count_as_events_and_their_status_comes_behind_them() -> None:
    head = Head(status=200, headers=(("content-type", "application/grpc"),))
    status = Trailers(headers=(("grpc-status", "0"),))
    honest: list[Step] = [head, Event(data=b"\0\0\0\0\0", tokens=1), status, End()]
    assert held(positioned(after_events=1).found(), honest) == (honest[:2], status)


def test_a_fault_has_one_position() -> None:
    with pytest.raises(msgspec.ValidationError, match="one position, not at both `after_tokens`"):
        fault("stream_reset", after_tokens=1, at="after_role")
    with pytest.raises(msgspec.ValidationError, match="not at both `after_events` and `at`"):
        fault("stream_stall", after_events=0, at="after_role")


@pytest.mark.parametrize("at", ["after_done", "role", 3])
def test_a_place_is_one_of_four(at: object) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"\$.at"):
        fault("stream_truncate", at=at)


def test_every_stream_fault_with_a_position_has_all_of_them() -> None:
    named = {kind.name for kind in fault_classes().values() if issubclass(kind, Positioned)}
    assert named == {
        "stream_stall",
        "stream_truncate",
        "stream_reset",
        "stream_error_event",
        "stream_malformed_event",
    }
    assert not [kind for kind in fault_classes().values() if _counts_alone(kind)]


def _counts_alone(kind: type[Fault]) -> bool:
    """Faults whose position is of tokens alone: an early finish is text cut short."""
    counts = "after_tokens" in kind.__struct_fields__ and kind.name != "finish_early"
    return counts and not issubclass(kind, Positioned)
