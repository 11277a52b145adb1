"""How the official clients ask, once each, and what they report: for `bench.reactions`.

Their read timeout is one second, so that what never ends is over in a moment; retries are as they
have them by default, and none in grpcio's case.
"""

import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import grpc
import httpx2
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials
from openai import AzureOpenAI

from providers.words import numbers_in
from tests.live.echoing import SERVICE

TOKENS: Final = 6
READ_TIMEOUT_S: Final = 1.0


class Reaction(NamedTuple):
    """What came of one question."""

    result: str
    attempts: int
    seconds: float


class Manner(NamedTuple):
    """How it is asked: `times` in a row, of which the last counts; None trusts the usual ones."""

    trusted: ssl.SSLContext | None = None
    times: int = 1


Ask = Callable[[str, Callable[[object], None], Manner], Iterator[str]]
"""Asks at a base URL, with a hook for each request; yields the texts of the last stream."""


def ask_openai(url: str, hook: Callable[[object], None], manner: Manner) -> Iterator[str]:
    """Ask as `openai` does."""
    http = httpx2.Client(
        timeout=READ_TIMEOUT_S,
        event_hooks={"request": [hook]},
        follow_redirects=True,  # as its own client does
        verify=manner.trusted or True,
    )
    with AzureOpenAI(
        azure_endpoint=url, api_key="k", api_version="2024-10-21", http_client=http
    ) as client:
        for number in range(manner.times):
            for chunk in client.chat.completions.create(
                model="gpt-4o",
                messages=[{"role": "user", "content": "hello"}],
                max_tokens=TOKENS,
                stream=True,
                timeout=READ_TIMEOUT_S,
            ):
                if number == manner.times - 1:
                    yield "".join(choice.delta.content or "" for choice in chunk.choices)


def ask_genai(url: str, hook: Callable[[object], None], manner: Manner) -> Iterator[str]:
    """Ask as `google-genai` does."""
    client = genai.Client(
        vertexai=True,
        project="crosswind",
        location="us-central1",
        credentials=Credentials("ya29.fake"),  # type: ignore[no-untyped-call] # its own
        http_options=types.HttpOptions(
            base_url=url,
            timeout=int(READ_TIMEOUT_S * 1000),
            client_args={"event_hooks": {"request": [hook]}, "verify": manner.trusted or True},
        ),
    )
    config = types.GenerateContentConfig(max_output_tokens=TOKENS)
    for number in range(manner.times):
        for chunk in client.models.generate_content_stream(
            model="gemini-2.5-flash", contents="hello", config=config
        ):
            if number == manner.times - 1:
                yield chunk.text or ""


def reaction(ask: Ask, url: str, manner: Manner) -> Reaction:
    """Ask, and say what came of it the last time."""
    sent: list[object] = []
    texts: list[str] = []
    begin_s = time.monotonic()
    try:
        texts.extend(ask(url, sent.append, manner))
        error = ""
    except Exception as raised:  # noqa: BLE001 - whatever an SDK raises is what is to be told
        error = f"`{type(raised).__name__}`"
    got = numbers_in("".join(texts))
    whole = got == list(range(TOKENS))
    told = "whole" if whole else f"{len(got)} of {TOKENS} tokens" + (", no error" * (not error))
    result = f"{error} after {len(got)} tokens" if error and got else error or told
    return Reaction(result, len(sent) - manner.times + 1, time.monotonic() - begin_s)


class Called(NamedTuple):
    """What grpcio reports of a call and of a stream of `TOKENS` messages."""

    call: str
    call_s: float
    stream: str
    messages: int
    stream_s: float


def called(address: str, trusted: bytes | None = None) -> Called:
    """Call once and stream once, on a connection of its own each."""
    began_s = time.monotonic()
    with _channel(address, trusted) as channel:
        once: Any = channel.unary_unary(f"/{SERVICE}/Once")
        call = _code(lambda: once(b"x", timeout=READ_TIMEOUT_S))
    called_s = time.monotonic()
    came: list[bytes] = []
    with _channel(address, trusted) as channel:
        stream: Any = channel.unary_stream(f"/{SERVICE}/Stream")
        ended = _code(lambda: came.extend(stream(f"{TOKENS}x9".encode(), timeout=READ_TIMEOUT_S)))
    return Called(call, called_s - began_s, ended, len(came), time.monotonic() - called_s)


def _code(ask: Callable[[], object]) -> str:
    try:
        ask()
    except grpc.RpcError as error:
        told: Any = error
        return str(told.code().name)
    return "OK"


def _channel(address: str, trusted: bytes | None) -> grpc.Channel:
    options = (("grpc.enable_retries", 0),)
    if trusted is None:
        return grpc.insecure_channel(address, options)
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(trusted), options)
