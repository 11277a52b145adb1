"""gRPC calls by grpcio on gevent's loop: one channel per endpoint, one greenlet per call.

A greenlet stamps what came when it is scheduled. Retries are off: the policy alone decides on
further attempts. After a connection that failed, grpcio fails further calls at once for up to two
minutes, which would outlast the breaker; here for `RECONNECT_MS`, the least that it knows. It goes
on connecting for 20 s, behind the back of a client that has given up; here as long as the client.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import gevent
import grpc
from grpc.experimental import ChannelOptions
from grpc.experimental.gevent import init_gevent

from loadgen.address import Address
from loadgen.grpc_endings import Cut, Refused, ending_of
from loadgen.wiring import Caller
from providers.dialect import HttpRequest
from providers.grpc import Status, retry_delay_s
from telemetry.clock import now_ns

RECONNECT_MS: Final = 100
_OPTIONS: Final = (
    # A call is read by its own greenlet, without another that turns its events.
    (ChannelOptions.SingleThreadedUnaryStream, 1),
    ("grpc.enable_retries", 0),
    # To the run's own proxies, whatever HTTP proxy the user's environment names.
    ("grpc.enable_http_proxy", 0),
    # Each replica has connections of its own.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", RECONNECT_MS),
    ("grpc.max_reconnect_backoff_ms", RECONNECT_MS),
    ("grpc.max_receive_message_length", -1),
)
_DETAILS: Final = "grpc-status-details-bin"

_know_gevent: Final = cache(init_gevent)
"""Once, before the first channel, and after gevent's patches."""

Call = Any
"""A call of grpcio's, which is more than its types say."""


class GrpcWire:
    """The channels of one replica, made at once: what calls may be the loop, which cannot wait."""

    def __init__(self, addresses: Mapping[str, Address], connect_s: float) -> None:
        """`addresses`: where each endpoint listens; `connect_s`: how long connecting may take."""
        _know_gevent()
        self._channels = {name: _Channel(each, connect_s) for name, each in addresses.items()}

    def call(self, endpoint: str, request: HttpRequest, caller: Caller) -> "GrpcLine":
        """Call an endpoint on the one connection there is to it."""
        return GrpcLine(self._channels[endpoint], request, caller)


class GrpcLine:
    """One call."""

    def __init__(self, channel: "_Channel", request: HttpRequest, caller: Caller) -> None:
        self._channel = channel
        self._request = request
        self._caller: Caller | None = caller
        self._call: Call = None
        # Later, not now: a line tells nothing before its owner has it.
        gevent.spawn(self._ask)

    def release(self) -> None:
        """Let it go: the call is over."""
        self._caller = None

    def close(self) -> None:
        """Call it off; nothing is told any more."""
        self._caller = None
        if self._call is not None:
            # In a greenlet of its own: what calls here may be the loop itself, which cannot wait.
            gevent.spawn(self._call.cancel)

    def ready(self) -> None:
        """Tell that there is a connection."""
        if self._caller is not None:
            self._caller.connected(now_ns())

    def _ask(self) -> None:
        if self._caller is None:
            return
        self._call = self._channel.call(self._request, self)
        self._read()
        self._channel.waiting.discard(self)

    def _read(self) -> None:
        try:
            for data in self._call:
                if self._caller is None:
                    return
                self._caller.message(data, now_ns())
        except grpc.RpcError:
            pass
        if self._caller is not None:
            self._end(self._caller)

    def _end(self, caller: Caller) -> None:
        at_ns, call = now_ns(), self._call
        told = ending_of(_status(call))
        if isinstance(told, Refused):
            caller.refused(at_ns, told.outcome, told.error)
        elif isinstance(told, Cut):
            caller.closed(at_ns, reset=told.reset)
        else:
            caller.ended(at_ns, told)


class _Channel:
    """One connection, kept by grpcio; `waiting` are the calls that were made before it stood."""

    def __init__(self, address: Address, connect_s: float) -> None:
        self.waiting: set[GrpcLine] = set()
        self._ready = False
        self._channel = _channel(address, connect_s)
        self._channel.subscribe(self._changed)

    def call(self, request: HttpRequest, line: GrpcLine) -> Call:
        # One message each way is a stream of one, on the wire, too.
        method: Any = self._channel.unary_stream(request.target)
        call = method(request.body, metadata=request.headers)
        if self._ready:
            line.ready()
        else:
            self.waiting.add(line)
        return call

    def _changed(self, state: grpc.ChannelConnectivity) -> None:
        self._ready = state is grpc.ChannelConnectivity.READY
        if self._ready:
            lines, self.waiting = self.waiting, set()
            for line in lines:
                line.ready()


def _channel(address: Address, connect_s: float) -> grpc.Channel:
    host, port = address.host, address.port
    # Of its name one half is true: it is how long one connection may take to come about.
    options = (*_OPTIONS, ("grpc.min_reconnect_backoff_ms", math.ceil(connect_s * 1e3)))
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if not address.trusted:
        return grpc.insecure_channel(where, options=options)
    trust = grpc.ssl_channel_credentials(address.trusted.encode())
    # The certificate is for the endpoint's name, not for the address that it has.
    named = ("grpc.ssl_target_name_override", address.name)
    return grpc.secure_channel(where, trust, options=(*options, named))


def _status(call: Call) -> Status:
    details = dict(call.trailing_metadata() or ()).get(_DETAILS)
    return Status(
        code=call.code().value[0],
        message=call.details() or "",
        retry_after_s=None if details is None else retry_delay_s(details),
    )
