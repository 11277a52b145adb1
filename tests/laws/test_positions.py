"""A fault acts at exactly its position, in every dialect, however the bytes were cut."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults.catalog import fault_classes
from faults.fault import Fault
from faults.honest import HonestReader
from faults.http2.answer_steps import AnswerSteps
from faults.layers import ENDINGS, Layer, compose
from faults.positions import Positioned
from faults.steps import NEXT, Event, Step
from providers.catalog import http_dialects, make_dialect
from providers.dialect import Answer, Dialect
from providers.http1 import answer_head, chunk
from providers.sse import event_data
from providers.words import token_text
from tests.faults.honest import fault

FACTS = Answer(response_id="1", created_s=0, prompt_tokens=5, output_tokens=3, include_usage=True)
DIALECTS = {name: make_dialect({name: {}}) for name in http_dialects()}
POSITIONED = sorted(n for n, kind in fault_classes().items() if issubclass(kind, Positioned))
EACH = pytest.mark.parametrize("name", POSITIONED)
EVERYWHERE = pytest.mark.parametrize("cloud", DIALECTS)
STALL: dict[str, object] = {"seconds": 1.0}
NOTHING_LEFT = {"stream_truncate", "stream_malformed_event"}
"""Behind the last event they find nothing to cut or to break."""

POSITIONS: st.SearchStrategy[dict[str, object]] = st.one_of(
    st.integers(0, 5).map(lambda tokens: {"after_tokens": tokens}),
    st.integers(0, 9).map(lambda events: {"after_events": events}),
    st.sampled_from(["after_headers", "after_prompt_filter", "after_role", "after_finish"]).map(
        lambda at: {"at": at}
    ),
)


def events_of(dialect: Dialect, tokens: int) -> list[bytes]:
    told = [dialect.token(FACTS, token_text(1, number)) for number in range(tokens)]
    return [*dialect.opening(FACTS), *told, *dialect.closing(FACTS)]


def expected(dialect: Dialect, events: list[bytes], position: dict[str, object]) -> int | None:
    """How many events the client gets as they are, told apart from the code: by their words."""
    ((how, where),) = position.items()
    texts = [_text(dialect, event) for event in events]
    if how == "after_events":
        assert isinstance(where, int)
        return where if where <= len(events) else None
    if how == "after_tokens":
        assert isinstance(where, int)
        spoken = [index for index, text in enumerate(texts) if text]
        if where < len(spoken):
            return spoken[where]
        return _finish(dialect, events) if where == len(spoken) else None
    if where == "after_headers":
        return 0
    if where == "after_finish":
        return _finish(dialect, events) + 1
    word = b'"prompt_filter_results"' if where == "after_prompt_filter" else b'"role"'
    return next((index + 1 for index, event in enumerate(events) if word in event), None)


def _finish(dialect: Dialect, events: list[bytes]) -> int:
    reads = [dialect.read_event(event_data(event) or b"") for event in events]
    return next(index for index, read in enumerate(reads) if read.finish_reason)


def _text(dialect: Dialect, event: bytes) -> str:
    return dialect.read_event(event_data(event) or b"").text


def over_http1(dialect: Dialect, events: list[bytes], cuts: list[int]) -> list[Step]:
    """What the proxy makes of the provider's bytes, cut anywhere: in heads, sizes, events."""
    head = answer_head(200, dialect.head(FACTS, stream=True), content_length=None)
    whole = head + b"".join(map(chunk, events)) + b"0\r\n\r\n"
    heard: list[Step] = []
    reader = HonestReader(dialect, heard.extend, lambda _: None, bodiless=False)
    for piece in pieces(whole, cuts):
        reader.feed(piece)
    return heard


def over_http2(dialect: Dialect, events: list[bytes], cuts: list[int]) -> list[Step]:
    """The same over HTTP/2, whose frames cut as they like."""
    reader = AnswerSteps(dialect, cuts=True)
    fields = [(b":status", b"200")]
    fields += [(n.lower().encode(), v.encode()) for n, v in dialect.head(FACTS, stream=True)]
    heard = reader.head(fields)
    for piece in pieces(b"".join(events), cuts):
        heard += reader.body(piece)
    return heard + reader.end()


def pieces(whole: bytes, cuts: list[int]) -> Iterable[bytes]:
    at = [0, *sorted({cut % len(whole) for cut in cuts} - {0}), len(whole)]
    return (whole[a:b] for a, b in pairwise(at))


def deed(one: Fault, dialect: Dialect, honest: list[Step]) -> tuple[list[bytes], list[str]]:
    """The events that the client gets before the fault does anything, and what that is called."""
    got: list[bytes] = []
    attested: list[str] = []
    script = compose([Layer("", one.script(dialect))], lambda _, action: attested.append(action))
    provider, said = iter(honest), next(script)
    while not attested and not isinstance(said, ENDINGS):
        if isinstance(said, Event):
            got.append(said.data)
        said = script.send(next(provider)) if said is NEXT else next(script)
    script.close()
    return got, attested


@EVERYWHERE
@EACH
@given(
    position=POSITIONS,
    tokens=st.integers(0, 5),
    cuts=st.lists(st.integers(0, 10_000), max_size=30),
)
def test_a_fault_acts_at_exactly_its_position_however_the_bytes_were_cut(
    name: str, cloud: str, position: dict[str, object], tokens: int, cuts: list[int]
) -> None:
    dialect = DIALECTS[cloud]
    events = events_of(dialect, tokens)
    more = STALL if name == "stream_stall" else {}
    one = fault(name, **position, **more)
    at = expected(dialect, events, position)
    for honest in (over_http1(dialect, events, cuts), over_http2(dialect, events, cuts)):
        got, attested = deed(one, dialect, honest)
        if at is None or (at == len(events) and name in NOTHING_LEFT):
            assert (got, attested) == (events, [])
        else:
            assert got == events[:at]
            assert len(attested) == 1
