"""Something on the way breaks the answer."""

from typing import Annotated, ClassVar, Final, Literal

import msgspec
from msgspec import Meta

from faults.fault import Fault, Protocol
from faults.phrases import is_event_stream, own_head, whole_body
from faults.steps import NEXT, Close, End, Event, Head, Raw, Script
from providers.dialect import Dialect

Kind = Literal["truncated_json", "bad_utf8", "wrong_content_length", "bad_chunk_size", "bad_gzip"]
_TOO_MUCH: Final = 10_000_000
"""A length that no answer has."""


class MalformedBody(Fault, frozen=True, kw_only=True):
    """The client gets an answer that its HTTP library or its JSON parser cannot read."""

    name: ClassVar[str] = "malformed_body"
    protocols: ClassVar[frozenset[Protocol]] = frozenset({"HTTP/1.1"})
    aliases: ClassVar[tuple[str, ...]] = ("RANDOM_DATA_THEN_CLOSE",)
    action: ClassVar[str] = "answered"
    also_attested: ClassVar[tuple[str, ...]] = ("truncated", "withheld")
    holds_back: ClassVar[bool] = True
    seen: ClassVar[str] = (
        "truncated JSON and wrong lengths of proxies that cap bodies; WireMock's "
        "MALFORMED_RESPONSE_CHUNK and RANDOM_DATA_THEN_CLOSE, which name the same symptoms"
    )

    kind: Annotated[
        Kind,
        Meta(
            description="truncated_json: half of the body, well-framed; bad_utf8: a byte that is "
            "no UTF-8 before it; wrong_content_length: more bytes are promised than come before "
            "the connection closes; bad_chunk_size: a chunk whose size is no number; bad_gzip: a "
            "Content-Encoding that the body does not have. Of a stream, half is half of its first "
            "event"
        ),
    ] = "truncated_json"

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - bytes break the same in each
        """Let the provider answer, and break it."""
        head = yield NEXT
        if not isinstance(head, Head) or head.status >= 400:
            yield head
        elif self.kind in {"truncated_json", "bad_utf8"}:
            yield head
            yield from _broken_content(head, self.kind)
        else:
            yield from _broken_framing(head, self.kind)


def _broken_content(head: Head, kind: Kind) -> Script:
    if kind == "bad_utf8":
        yield Event(data=b"\xff")
    elif is_event_stream(head):
        first = yield NEXT
        yield Event(data=first.data[: len(first.data) // 2]) if isinstance(first, Event) else first
        yield End()
    else:
        body, ending = yield from whole_body()
        if body:
            yield Event(data=body[: len(body) // 2])
        yield ending


def _broken_framing(head: Head, kind: Kind) -> Script:
    if kind == "bad_gzip":
        yield own_head(head, ("Content-Encoding", "gzip"))
        return
    if kind == "bad_chunk_size":
        yield head
        yield Raw(data=b"no-number\r\n")
        yield Close()
        return
    yield msgspec.structs.replace(own_head(head), length=_TOO_MUCH)
    body = yield NEXT
    while isinstance(body, Event):
        yield body
        body = yield NEXT
    yield Close()
