import itertools
from collections.abc import Callable

import pytest

from providers.config import Latency
from providers.dialect import Dialect
from providers.dialects.azure_openai import AzureOpenAI
from providers.dialects.open_inference import OpenInference
from providers.dialects.vertex_gemini import VertexGemini
from providers.http1 import AnswerReader
from providers.pacing import Moment, Pace, Saying
from providers.sse import EventSplitter, event_data
from tests.providers.asking import ANSWER

EVEN = Latency(overhead_s=0.1, per_prompt_token_s=0.01, token_gap_s=0.02, token_gap_sigma=0.0)
TEXTS = ("0:wind ", "1:harbor ", "2:cloud ")


def pace(load: Callable[[], float] = lambda: 0.0) -> Pace:
    return Pace(latency=EVEN, load=load, normal=lambda: 0.0)


def said(
    dialect: Dialect, *, stream: bool, headers: tuple[tuple[str, str], ...] = ()
) -> list[Moment]:
    saying = Saying(dialect=dialect, answer=ANSWER, texts=TEXTS, stream=stream, headers=headers)
    return list(saying.moments(pace(), 100.0))


def read(moments: list[Moment]) -> AnswerReader:
    reader = AnswerReader()
    for moment in moments:
        reader.feed(moment.data)
    return reader


def test_tokens_come_after_the_prompt_and_then_gap_by_gap() -> None:
    times = list(pace().tokens_at(100.0, prompt_tokens=5, count=3))
    assert times == pytest.approx([100.15, 100.17, 100.19])


def test_load_is_looked_at_for_every_token() -> None:
    loads = iter([0.0, 1.0, 0.0])
    times = list(pace(lambda: next(loads)).tokens_at(0.0, prompt_tokens=5, count=3))
    assert times == pytest.approx([0.15, 0.19, 0.21])


@pytest.mark.parametrize("dialect", [AzureOpenAI(), VertexGemini()])
def test_a_stream_is_a_whole_answer_with_every_token_at_its_time(dialect: Dialect) -> None:
    moments = said(dialect, stream=True)
    reader = read(moments)
    assert reader.complete
    events = EventSplitter().feed(reader.take_body())
    texts = [dialect.read_event(event_data(event) or b"").text for event in events]
    assert "".join(texts) == "".join(TEXTS)
    counted = [moment.at_s for moment in moments if moment.tokens]
    assert counted == pytest.approx([100.15, 100.17, 100.19])
    assert sum(moment.tokens for moment in moments) == len(TEXTS)


def test_what_opens_a_stream_comes_before_its_first_token() -> None:
    opening = said(AzureOpenAI(), stream=True)[0]
    assert opening.at_s == pytest.approx(100.1)
    assert opening.tokens == 0
    assert opening.data.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b'"role":"assistant"' in opening.data


def test_without_an_opening_the_head_comes_with_the_first_token() -> None:
    first = said(VertexGemini(), stream=True)[0]
    assert first.at_s == pytest.approx(100.15)
    assert first.tokens == 1
    assert first.data.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("dialect", [AzureOpenAI(), VertexGemini()])
def test_a_whole_answer_comes_when_its_last_token_is_there(dialect: Dialect) -> None:
    moments = said(dialect, stream=False)
    assert [bool(moment.data) for moment in moments] == [False, False, False, True]
    assert moments[-1].at_s == pytest.approx(100.19)
    reader = read(moments)
    assert reader.complete
    assert dialect.read_body(reader.take_body()).text == "".join(TEXTS)


def test_times_never_go_back() -> None:
    for stream in (True, False):
        times = [moment.at_s for moment in said(AzureOpenAI(), stream=stream)]
        assert all(before <= after for before, after in itertools.pairwise(times))


def test_headers_beside_the_dialects_are_sent() -> None:
    moments = said(VertexGemini(), stream=True, headers=(("Connection", "close"),))
    assert not read(moments).keep_alive


def messages(*, stream: bool) -> list[Moment]:
    saying = Saying(dialect=OpenInference(), answer=ANSWER, texts=TEXTS, stream=stream)
    return list(saying.messages(pace(), 100.0))


def test_a_stream_of_messages_is_one_for_each_token_at_its_time_and_the_end() -> None:
    said = messages(stream=True)
    read = [OpenInference().read_event(moment.data) for moment in said]
    assert [one.text for one in read] == [*TEXTS, ""]
    assert read[-1].finish_reason
    assert [moment.tokens for moment in said] == [1, 1, 1, 0]
    assert [moment.at_s for moment in said] == pytest.approx([100.15, 100.17, 100.19, 100.19])


def test_a_whole_answer_is_a_message_when_its_last_token_is_there() -> None:
    said = messages(stream=False)
    assert [bool(moment.data) for moment in said] == [False, False, False, True]
    assert [moment.tokens for moment in said] == [1, 1, 1, 0]
    assert said[-1].at_s == pytest.approx(100.19)
    assert OpenInference().read_body(said[-1].data).text == "".join(TEXTS)
