"""What hostile bytes may not do to whoever reads them: one check per reader, for any bytes at all.

A check takes bytes and returns nothing. It fails where a reader raises what it does not declare,
or where how the bytes are cut decides what they mean, which is how requests are smuggled past a
proxy. `tests/laws/test_parsers.py` tries bytes of Hypothesis's, `bench/fuzz.py` bytes that a
fuzzer finds by watching which branches they reach.
"""

import asyncio
import contextlib
import gzip
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from faults.api.problems import ApiError
from faults.honest import HonestReader, event_of
from faults.http2.goaway import FrameTooLongError, GoneAway, Sieve, goaway_frame
from faults.http2.heads import Field
from faults.http2.line import Line, Said
from faults.question import read_whole
from faults.request import Request
from faults.request_reader import RequestReader
from faults.steps import Event, Step
from faults.toxiproxy.bodies import ProxyAsked, ToxicAsked, ToxicChange, read
from faults.traits import Traits
from loadgen.config import Reference
from providers.catalog import http_dialects, make_dialect
from providers.dialect import Answer, Dialect, HttpRequest, MalformedAnswerError, Question
from providers.dialects.open_inference import OpenInference
from providers.edited import (
    at_finish,
    edited,
    edited_event,
    finish,
    is_only_usage,
    model,
    no_usage,
    text,
    usage_times,
)
from providers.grpc import MessageSplitter, message_bytes, retry_delay_s
from providers.open_inference import INFER, STREAM_INFER
from providers.open_inference_messages import encoded
from providers.sse import EventSplitter
from telemetry.collecting.intake import Encoding, Intake
from telemetry.collecting.limits import Limits
from telemetry.collecting.refusal import RefusedError
from tests.live.said import OK, STREAM, chunked, events, request


class Target(NamedTuple):
    """A reader's check, and bytes that it is meant for, to begin from."""

    check: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def cut(data: bytes) -> tuple[bytes, list[bytes]]:
    """Take the first byte for the size of the pieces that the rest is cut into."""
    size = 1 + data[0] % 16 if data else 1
    whole = data[1:]
    return whole, [whole[at : at + size] for at in range(0, len(whole), size)]


def check_request(data: bytes) -> None:
    """A request that is whole begins and ends at the same bytes however it is cut."""
    whole, pieces = cut(data)
    if whole:
        assert _requested([whole]) == _requested(pieces)


def _requested(pieces: list[bytes]) -> tuple[bytes, bytes] | None:
    """Return the head of a request and all of it; None for what is none, or never whole."""
    reader, taken = RequestReader(), b""
    for piece in pieces:
        if reader.complete or reader.error or reader.unread:
            break
        taken += reader.take(piece)
    dealt_with = reader.complete and not (reader.error or reader.unread)
    # Empty lines behind a request are nothing (RFC 9112, 2.2), and may go on with it.
    return (reader.head, taken.rstrip(b"\r\n")) if dealt_with else None


def check_answer(data: bytes) -> None:
    """An answer has the same head, body and end however it is cut."""
    whole, pieces = cut(data)
    if whole:
        assert _told(_answered([whole])) == _told(_answered(pieces))


def _answered(pieces: list[bytes]) -> list[Step]:
    steps: list[Step] = []
    reader = HonestReader(DIALECTS[0], steps.extend, lambda _: None, bodiless=False)
    for piece in pieces:
        reader.feed(piece)
    reader.feed_eof(broken=False)
    return steps


def _told(steps: list[Step]) -> tuple[list[Step], bytes]:
    body = b"".join(step.data for step in steps if isinstance(step, Event))
    return [step for step in steps if not isinstance(step, Event)], body


def check_events(data: bytes) -> None:
    """Events lose no byte, and any dialect reads any of them."""
    whole, pieces = cut(data)
    splitter = EventSplitter()
    found = [event for piece in pieces for event in splitter.feed(piece)]
    assert b"".join(found) + splitter.rest() == whole
    for dialect in DIALECTS:
        for event in found:
            event_of(dialect, event)


def check_messages(data: bytes) -> None:
    """Messages of gRPC lose no byte."""
    whole, pieces = cut(data)
    splitter = MessageSplitter()
    found = [message for piece in pieces for message in splitter.feed(piece)]
    assert b"".join(found) + splitter.rest() == whole


def check_frames(data: bytes) -> None:
    """A GOAWAY is found however its bytes are cut, and all else passes."""
    whole, pieces = cut(data)
    assert _sieved([whole]) == _sieved(pieces)


def _sieved(pieces: list[bytes]) -> tuple[bytes, list[GoneAway]] | str:
    sieve, passed, gone = Sieve(after_preface=False), b"", list[GoneAway]()
    try:
        for piece in pieces:
            more, found = sieve.feed(piece)
            passed, gone = passed + more, gone + found
    except FrameTooLongError as error:
        return str(error)
    return passed, gone


def check_connection(data: bytes) -> None:
    """A connection of HTTP/2 takes any frames: it answers, or says why it ends."""
    _, pieces = cut(data)
    line = _Answering()
    line.connection_made(_Sink())
    line.data_received(_PREFACE)
    for piece in pieces:
        line.data_received(piece)


class _Answering(Line):
    """Answers every request at once."""

    def __init__(self) -> None:
        super().__init__(client_side=False)

    def on_begun(self, stream: int, fields: list[Field], *, end: bool) -> None:  # noqa: ARG002 - any
        self.say(stream, Said(fields=[(b":status", b"200")]))
        self.say(stream, Said(data=b"ok", end=True))

    def on_goaway(self, gone: GoneAway) -> None:
        """Go on."""

    def on_lost(self, error: str) -> None:
        """It is over."""


class _Sink(asyncio.Transport):
    """A transport that takes everything."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take it."""

    def is_closing(self) -> bool:
        """Stay open."""
        return False


def check_question(data: bytes) -> None:
    """A stand-in tells any request what it thinks of it."""
    for dialect in DIALECTS:
        for target in TARGETS_ASKED:
            dialect.asked(HttpRequest(method="POST", target=target, headers=(), body=data))


def check_provider(data: bytes) -> None:
    """A client reads any body of a provider's, or says that it cannot."""
    for dialect in DIALECTS:
        dialect.read_error(503, {}, data)
        with contextlib.suppress(MalformedAnswerError):
            dialect.read_body(data)
        with contextlib.suppress(MalformedAnswerError):
            dialect.read_event(data)


def check_triton(data: bytes) -> None:
    """Both ends of the Open Inference Protocol take any message, or say that they cannot."""
    retry_delay_s(data)
    for target in (INFER, STREAM_INFER):
        TRITON.asked(HttpRequest(method="POST", target=target, headers=(), body=data))
    for answered in (TRITON.read_body, TRITON.read_event):
        with contextlib.suppress(MalformedAnswerError):
            answered(data)


def check_edits(data: bytes) -> None:
    """A fault edits any body or event of a provider's, or leaves it as it is."""
    is_only_usage(data)
    for edit in EDITS:
        edited(data, edit)
        edited(data, at_finish(edit))
        edited_event(b"data: " + data + b"\n\n", edit)


def check_limits(data: bytes) -> None:
    """Limits read any request, in whatever coding."""
    for coding in (b"", b"Content-Encoding: gzip\r\n"):
        whole = request(data, headers=coding)
        head = whole[: len(whole) - len(data)]
        for dialect in DIALECTS:
            read_whole(Request(head, head.lower(), None, None), data, dialect)


def check_traits(data: bytes) -> None:
    """Whatever a rule asks of a request can be told of any head and any body."""
    head, _, body = data.partition(b"\r\n\r\n")
    traits = Traits(head.lower(), head=head, body=lambda: body)
    traits.headers(b"x")
    for asked in ("method", "path", "model", "stream", "key_hash", "body_hash", "prompt_tokens"):
        getattr(traits, asked)


def check_spans(data: bytes) -> None:
    """A collector takes any body, or says why not."""
    encodings: tuple[Encoding, ...] = ("json", "protobuf")
    for encoding in encodings:
        with contextlib.suppress(RefusedError):
            Intake(lambda _: None, Limits(), 0).take(data, encoding, 1)


def check_control(data: bytes) -> None:
    """The Toxiproxy API reads any body, or says why not."""
    for kind in (ProxyAsked, ToxicAsked, ToxicChange):
        with contextlib.suppress(ApiError):
            read(data, kind)


def _dialects() -> Iterator[Dialect]:
    for name in http_dialects():
        told: Reference = {name: {}}
        yield make_dialect(told)


EDITS: Final = (
    finish("length"),
    text(str.upper),
    model("m"),
    no_usage,
    usage_times(1e9),
)
DIALECTS: Final = tuple(_dialects())
TRITON: Final = OpenInference()
TARGETS_ASKED: Final = (
    "/v1/chat/completions",
    "/openai/deployments/m/chat/completions?api-version=2024-10-21",
    "/v1/projects/p/locations/l/publishers/google/models/m:streamGenerateContent?alt=sse",
)
_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
_CHAT: Final = b'{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true}'
_GEMINI: Final = b'{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}'
_SPAN: Final = (
    b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0123456789abcdef0123456789abcdef",'
    b'"spanId":"0123456789abcdef","name":"n","startTimeUnixNano":"1","endTimeUnixNano":"2",'
    b'"attributes":[{"key":"k","value":{"intValue":"1"}}]}]}]}]}'
)
_ANSWER: Final = Answer(
    response_id="1", created_s=1, prompt_tokens=1, output_tokens=1, include_usage=True
)
_TYPED_INPUT: Final = {
    "name": "text_input",
    "datatype": "BYTES",
    "contents": {"bytes_contents": [b"hi"]},
}
_CHUNKED_REQUEST: Final = (
    b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
)

TARGETS: Final = {
    "request": Target(
        check_request,
        (
            b"\3" + request(_CHAT),
            b"\0" + _CHUNKED_REQUEST + request(),
            b"\7" + request(b"hi", headers=b"Transfer-Encoding: chunked\r\n"),
            b"\1" + request(headers=b"Connection: upgrade\r\nUpgrade: websocket\r\n"),
        ),
    ),
    "answer": Target(
        check_answer,
        (
            b"\4" + OK,
            b"\2" + STREAM + chunked(events(2), b"X-T: 1\r\n"),
            b"\1HTTP/1.1 100 Continue\r\n\r\n" + OK,
            b"\1HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nhi",
        ),
    ),
    "events": Target(check_events, (b"\5" + b"".join(events(2)), b"\1data: {}\r\n\r\n: x\n\n")),
    "messages": Target(check_messages, (b"\2" + message_bytes(b"one") + message_bytes(b""),)),
    "frames": Target(check_frames, (b"\3" + goaway_frame(1, 0), b"\1\0\0\1\0\0\0\0\0\1x")),
    "connection": Target(
        check_connection,
        (
            # HEADERS: GET / by the static table; then PING, SETTINGS, WINDOW_UPDATE, RST_STREAM.
            b"\xff\0\0\4\1\5\0\0\0\1\x82\x84\x86\x81",
            b"\xff\0\0\x08\6\0\0\0\0\x0012345678" + b"\0\0\6\4\0\0\0\0\0\0\3\0\0\0\1",
            b"\7\0\0\4\x08\0\0\0\0\0\0\0\0\1" + b"\0\0\4\3\0\0\0\0\1\0\0\0\x08",
        ),
    ),
    "question": Target(check_question, (_CHAT, _GEMINI)),
    "provider": Target(
        check_provider,
        (
            b'{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}',
            b'{"choices":[{"delta":{"content":"x"},"finish_reason":null}]}',
            b'{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}]}',
        ),
    ),
    "triton": Target(
        check_triton,
        (
            TRITON.request(Question(prompt="hi", max_output_tokens=9), "", "k").body,
            TRITON.token(_ANSWER, "0 "),
            TRITON.body(_ANSWER, ("0 ",)),
            TRITON.error_event(503),
            encoded("ModelInferRequest", inputs=[_TYPED_INPUT], model_name=TRITON.model),
        ),
    ),
    "edits": Target(
        check_edits,
        (
            b'{"model":"x","choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}',
            b'{"choices":[{"message":{"content":"x"}}],"usage":{"total_tokens":1}}',
            (
                b'{"modelVersion":"x","candidates":[{"content":{"parts":[{"text":"x"}]},'
                b'"finishReason":"STOP"}],"usageMetadata":{"totalTokenCount":1}}'
            ),
        ),
    ),
    "limits": Target(check_limits, (_CHAT, b'{"max_tokens":1,"n":2}', gzip.compress(_CHAT))),
    "traits": Target(
        check_traits,
        (
            request(_CHAT, target=TARGETS_ASKED[1].encode(), headers=b"Api-Key: k\r\n"),
            request(_GEMINI, target=TARGETS_ASKED[2].encode()),
            request(message_bytes(b"\x0a\x01m"), headers=b"Authorization: Bearer k\r\n"),
        ),
    ),
    "spans": Target(check_spans, (_SPAN, b"\x0a\x0c\x12\x0a\x12\x08\x0a\x020\x01")),
    "control": Target(
        check_control,
        (b'{"name":"p","listen":"127.0.0.1:0"}', b'{"type":"latency","attributes":{"latency":1}}'),
    ),
}
