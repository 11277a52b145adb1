"""One endpoint's way through the proxy: where it leads, what is armed on it, who is on it."""

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from faults.content_keys import content_key
from faults.header_faults import HeaderFaults
from faults.limits import Limiter
from faults.request import Request
from faults.rules import ArmedRule, RuleBook, needs_body
from faults.selection.narrowing import Narrowing
from faults.traits import Traits
from providers.dialect import Dialect
from telemetry.clock import NS_PER_S, now_ns
from telemetry.identity import Parent
from telemetry.recorder import Recorder
from telemetry.rows import HopBegun, HopEnded


class Upstream(NamedTuple):
    """The server behind an endpoint; `authority` is what its Host header says, after a space.

    `tls` speaks HTTP/1.1, `tls_h2` HTTP/2; both are None in clear.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None
    authority: bytes
    tls_h2: ssl.SSLContext | None = None


def upstream_at(url: str, ca_file: str | None = None) -> Upstream:
    """Read `http(s)://host[:port]`; ValueError when it is none, OSError for a bad CA file."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{url}: expected http(s)://host:port")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    authority = f" {parts.netloc.rpartition('@')[2]}".encode()
    if parts.scheme == "http":
        return Upstream(parts.hostname, port, None, authority)
    tls, tls_h2 = (_tls_context(ca_file, protocol) for protocol in ("http/1.1", "h2"))
    return Upstream(parts.hostname, port, tls, authority, tls_h2)


def _tls_context(ca_file: str | None, protocol: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.set_alpn_protocols([protocol])
    return context


class Guest(Protocol):
    """A client's connection, as its lane knows it."""

    def leave(self) -> None:
        """Close once nothing is under way, at once if nothing is."""

    def expel(self, ending: str) -> None:
        """Reset now, whatever is under way."""

    @property
    def idle(self) -> bool:
        """No exchange is under way."""

    def pass_on(self) -> None:
        """Let the honest answer through from here: no fault is left."""

    def rules_changed(self, armed: frozenset[str]) -> None:
        """Hear which rules are armed from now on."""


class Lane:
    """What all connections of one listener share."""

    __slots__ = (
        "_narrowed",
        "_narrowing",
        "armed",
        "book",
        "bystanders",
        "connection_numbers",
        "contents",
        "dialect",
        "endpoint",
        "guests",
        "header_faults",
        "hops",
        "limit_reached",
        "limiter",
        "numbered",
        "reads",
        "recorder",
        "run_tag",
        "scheme",
        "start_ns",
        "under_way",
        "upstream",
    )

    def __init__(  # noqa: PLR0913 - what a lane is, each by name
        self,
        endpoint: str,
        *,
        upstream: Upstream,
        dialect: Dialect,
        recorder: Recorder,
        book: RuleBook,
        run_tag: str,
        bystanders: bool,
        hops: Iterator[int],
        connection_numbers: Iterator[int],
        scheme: str = "http",
        reads: bool = False,
        numbered: bool = False,
        limiter: Limiter | None = None,
        limit_reached: Callable[[], None] = lambda: None,
    ) -> None:
        """Take what a lane is; `limit_reached` is told of each attempt that a limit refused.

        `scheme`: of the URLs that its clients know it by.
        """
        self.endpoint = endpoint
        self.upstream = upstream
        self.dialect = dialect
        self.recorder = recorder
        self.book = book
        self.run_tag = run_tag
        self.bystanders = bystanders
        self.hops = hops
        self.connection_numbers = connection_numbers
        self.armed: tuple[ArmedRule, ...] = ()
        self._narrowed: tuple[ArmedRule, ...] = ()
        self._narrowing = Narrowing(())
        self.guests: set[Guest] = set()
        self.scheme = scheme
        self.reads = reads
        self.numbered = numbered
        self.limiter = limiter
        self.limit_reached = limit_reached
        self.start_ns = 0
        self.header_faults: HeaderFaults | None = None
        self.under_way = 0
        self.contents: Counter[int] = Counter()

    def concerns(self, parent: Parent | None) -> bool:
        """Tell whether this traffic may be touched at all: the run's own, or everybody's."""
        return self.bystanders or (parent is not None and parent.run_tag == self.run_tag)

    def leaves_open(self, head: bytes, low: bytes) -> bool:
        """Tell, before anything is made of a head, whether a fault may touch its request."""
        return bool(self.armed) and self._narrowed_now().leaves_open(head, low)

    def may_touch(self, request: Request, traits: Traits) -> bool:
        """Tell whether a fault may touch a request, as far as its head says."""
        return self.concerns(request.parent) and self._narrowed_now().may_mean(traits)

    def _narrowed_now(self) -> Narrowing:
        if self.armed is not self._narrowed:
            self._narrowed = self.armed
            self._narrowing = Narrowing(one.choice for one in self.armed)
        return self._narrowing

    def needs_body(self, traits: Traits) -> bool:
        """Tell whether that takes the beginning of its body."""
        return needs_body(self.armed, traits)

    def begin_hop(
        self, connection: int, parent: Parent | None, attempt_key: int | None, size: int
    ) -> HopEnded:
        """Record that a request is here; return the row of its end, to be filled as it goes."""
        row = self.new_hop(size)
        trace_id, span_id = ("", "") if parent is None else parent
        self.recorder.record(
            HopBegun(
                hop=row.hop,
                endpoint=self.endpoint,
                connection=connection,
                begin_ns=now_ns(),
                trace_id=trace_id,
                parent_span_id=span_id,
                attempt_key=attempt_key,
            )
        )
        return row

    def new_hop(self, size: int) -> HopEnded:
        """Return the row of a new request's end, of which `size` bytes have come."""
        self.under_way += 1
        return HopEnded(hop=next(self.hops), end_ns=0, mode="relay", ending="", bytes_in=size)

    def hop_begun(self, connection: int, hop: int) -> HopBegun:
        """Return the row of a request that began now, to be recorded once it was read."""
        return HopBegun(hop=hop, endpoint=self.endpoint, connection=connection, begin_ns=now_ns())

    def end_hop(self, row: HopEnded, ending: str, error: str) -> None:
        """Record how a request ended; what the parser refused ends `unparsed`, however it ends."""
        self.under_way -= 1
        row.end_ns = now_ns()
        row.ending = "unparsed" if row.mode == "blind" and row.error else ending
        if error and not row.error:
            row.error = error
        self.recorder.record(row)

    def choose(
        self,
        parent: Parent | None,
        attempt_key: int | None,
        content: bytes | None,
        traits: Traits | None = None,
    ) -> tuple[ArmedRule, ...]:
        """Return the armed rules that touch an exchange; no `content` where it is not needed.

        `traits`: what is known of the request, for rules that choose or count by it.
        """
        now_s = (now_ns() - self.start_ns) / NS_PER_S
        key = "" if content is None else content_key(self.contents, content)
        traits = traits or Traits()
        traits.under_way = self.under_way
        chosen = self.book.decide(self.armed, parent, attempt_key, key, now_s, traits)
        if self.header_faults is None:
            return chosen
        mine = key if parent is None else f"{parent.trace_id} {attempt_key} {key}"
        return (*chosen, *self.header_faults.asked(traits.low, mine))

    def dice(self, rule_id: str, parent: Parent | None, attempt: int | None, hop: int) -> Random:
        """Return the dice by which a fault shapes an exchange.

        They are the same in every run for the run's own attempts; without trace headers they go
        by the order of arrival.
        """
        own = parent is not None and parent.run_tag == self.run_tag
        exchange = "" if parent is None else str(parent.exchange) if own else parent.trace_id
        known = parent is not None and attempt is not None
        return self.book.dice(rule_id, exchange, f"{self.endpoint}/{attempt if known else hop}")

    def connect(self, protocol: asyncio.Protocol) -> "asyncio.Task[asyncio.Transport]":
        """Start to connect a protocol to the server behind this lane."""
        return asyncio.ensure_future(self._connect(protocol, self.upstream.tls))

    def connect_http2(self, protocol: asyncio.Protocol) -> "asyncio.Task[asyncio.Transport]":
        """Start to connect one that speaks HTTP/2; over TLS the server has to agree."""
        return asyncio.ensure_future(self._connect(protocol, self.upstream.tls_h2))

    async def _connect(
        self, protocol: asyncio.Protocol, tls: ssl.SSLContext | None
    ) -> asyncio.Transport:
        host, port = self.upstream.host, self.upstream.port
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: protocol, host, port, ssl=tls)
        return transport
