"""What is known of a request when it is decided which faults touch it."""

import hashlib
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

import msgspec

from providers.words import CHARACTERS_PER_PROMPT_TOKEN
from telemetry.not_json import NOT_JSON

_IN_PATH: Final = re.compile(r"/(?:deployments/([^/]+)/|models/([^/:]+)(?=[:/]))")
"""Azure OpenAI's deployment; the model of Gemini's API and of the Open Inference Protocol."""

_STREAMED: Final = re.compile(r"(?::(stream)?[gG]enerateContent|/Model(Stream)?Infer)$")
"""Gemini's methods, and the Open Inference Protocol's over gRPC."""

_MODEL: Final = re.compile(rb'"model"\s*:\s*"([^"\\]*)"')
_MESSAGE: Final = frozenset({b"\0", b"\1"})
"""How a gRPC message begins: compressed or not, then four bytes of its length."""

_PREFIX_BYTES: Final = 5
_FIRST_TEXT: Final = b"\x0a"
"""Field 1, a string: `model_name` in the Open Inference Protocol's requests."""

_STREAM: Final = re.compile(rb'"stream"\s*:\s*(true|false)\b')

CREDENTIALS: Final = (b"api-key", b"x-api-key", b"x-goog-api-key", b"authorization")
_BEARER: Final = b"bearer "


class _Asked(msgspec.Struct):
    model: str = ""
    stream: bool = False


class Traits:
    """One request, read only as far as a rule asks.

    `low`: its head in lower case, `head`: as it came. `under_way`: exchanges of its endpoint that
    have not ended, this one included. `first`: it is the first of its connection. `body` reads the
    beginning of its body, as much as was held.
    """

    __slots__ = (
        "_asked",
        "_body",
        "_head",
        "_key_hash",
        "_model_in_path",
        "_path",
        "_read",
        "first",
        "low",
        "under_way",
    )

    def __init__(
        self,
        low: bytes = b"",
        *,
        under_way: int = 1,
        head: bytes = b"",
        first: bool = False,
        body: Callable[[], bytes] = bytes,
    ) -> None:
        self.low = low
        self.under_way = under_way
        self.first = first
        self._head = head
        self._read = body
        self._body: bytes | None = None
        self._asked: _Asked | None = None
        # Many rules may ask the same: each is found out once.
        self._path: str | None = None
        self._model_in_path: str | None = None
        self._key_hash: str | None = None

    @property
    def prompt_tokens(self) -> int:
        """How much is asked, by the length that the head gives; 0 where it gives none."""
        length = self.header(b"content-length")
        return int(length) // CHARACTERS_PER_PROMPT_TOKEN if length.isdigit() else 0

    def header(self, name: bytes) -> bytes:
        """Return the first header of this name (lower case), in lower case; empty without one."""
        _, found, rest = self.low.partition(b"\r\n" + name + b":")
        return rest.partition(b"\r\n")[0].strip() if found else b""

    def headers(self, name: bytes) -> list[bytes]:
        """Return every header of this name, as `header` does."""
        line = b"\r\n" + name + b":"
        if line not in self.low:
            return []
        return [part.partition(b"\r\n")[0].strip() for part in self.low.split(line)[1:]]

    @property
    def line(self) -> bytes:
        """The request line."""
        return self._head[: self._head.find(b"\r")]

    @property
    def method(self) -> str:
        """The method."""
        return self._head[: self._head.find(b" ")].decode("latin-1")

    @property
    def path(self) -> str:
        """The path, without its query."""
        if self._path is None:
            self._path = _path_in(self._head)
        return self._path

    @property
    def model_in_path(self) -> str:
        """The model or deployment that the path names; empty where it names none."""
        if self._model_in_path is None:
            found = _IN_PATH.search(self.path)
            self._model_in_path = unquote(found[1] or found[2]) if found else ""
        return self._model_in_path

    @property
    def model(self) -> str:
        """The model or deployment that is asked: as the path names it, else the body."""
        return self.model_in_path or self._said.model

    @property
    def stream_in_path(self) -> bool | None:
        """Whether a stream is asked for, as the path says; None where it says nothing."""
        found = _STREAMED.search(self.path)
        return None if found is None else bool(found[1] or found[2])

    @property
    def stream(self) -> bool:
        """Whether a stream is asked for: as the path says, else the body."""
        by_path = self.stream_in_path
        return self._said.stream if by_path is None else by_path

    @property
    def key_hash(self) -> str:
        """The first 16 hex digits of the credential's SHA-256; empty without a credential."""
        if self._key_hash is None:
            key = _credential_in(self._head, self.low)
            self._key_hash = hashlib.sha256(key).hexdigest()[:16] if key else ""
        return self._key_hash

    @property
    def body(self) -> bytes:
        """The beginning of the body, without framing and coding."""
        if self._body is None:
            self._body = self._read()
        return self._body

    @property
    def body_hash(self) -> str:
        """The body's hash, as rows have it: of no more than was read."""
        return hashlib.blake2b(self.body, digest_size=8).hexdigest()

    @property
    def _said(self) -> _Asked:
        if self._asked is None:
            self._asked = _said_in(self.body)
        return self._asked


def _path_in(head: bytes) -> str:
    target = head[: head.find(b"\r")].split(b" ", 2)[1:2]
    path = target[0].partition(b"?")[0] if target else b""
    if not path.startswith(b"/") and b"://" in path:
        path = b"/" + path.partition(b"://")[2].partition(b"/")[2]
    return path.decode("latin-1")


def _credential_in(head: bytes, low: bytes) -> bytes:
    for name in CREDENTIALS:
        start = low.find(b"\r\n" + name + b":")
        if start >= 0:
            value = head[start + len(name) + 3 :].partition(b"\r\n")[0].strip()
            bearer = value[: len(_BEARER)].lower() == _BEARER
            return value[len(_BEARER) :].strip() if bearer else value
    return b""


def _said_in(body: bytes) -> _Asked:
    """Read what a body says; of one that is cut off, what stands in its beginning."""
    if body[:1] in _MESSAGE:
        return _Asked(model=_model_in_message(body[_PREFIX_BYTES:]))
    try:
        return msgspec.json.decode(body, type=_Asked)
    except NOT_JSON:
        model, stream = _MODEL.search(body), _STREAM.search(body)
        return _Asked(
            model="" if model is None else model[1].decode("utf-8", "replace"),
            stream=stream is not None and stream[1] == b"true",
        )


def _model_in_message(message: bytes) -> str:
    """Return field 1 of a protobuf message where it is a string of less than 128 bytes."""
    if message[:1] != _FIRST_TEXT or len(message) < 2 or message[1] > 0x7F:
        return ""
    return message[2 : 2 + message[1]].decode("utf-8", "replace")


UNKNOWN: Final = Traits()
"""A request that nothing is known of."""
