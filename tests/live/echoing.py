"""A gRPC service without descriptors, by grpcio, and clients of it: what comes is what is sent."""

import threading
import time
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc

SERVICE = "test.Echo"


def _once(request: bytes, context: grpc.ServicerContext) -> bytes:
    if request == b"metadata":
        context.send_initial_metadata((("x-first", "one"),))
        context.set_trailing_metadata((("x-last-bin", b"\x00\xff"),))
    if request == b"fail":
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not ready, 100 % sure")
    return request


def _stream(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:  # noqa: ARG001 - grpcio's
    count, _, size = request.decode().partition("x")
    for number in range(int(count)):
        yield str(number).encode().ljust(int(size or 0))


def _collect(requests: Iterator[bytes], context: grpc.ServicerContext) -> bytes:  # noqa: ARG001 - as above
    return str(sum(map(len, requests))).encode()


def _both(requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:  # noqa: ARG001 - as above
    yield b"hello"
    yield from requests


def _hang(request: bytes, context: grpc.ServicerContext) -> bytes:
    HUNG.set()
    gone = threading.Event()
    context.add_callback(gone.set)
    gone.wait(20)
    GONE.set()
    return request


HUNG, GONE = threading.Event(), threading.Event()


@contextmanager
def echo(credentials: grpc.ServerCredentials | None = None) -> Iterator[tuple[grpc.Server, int]]:
    """Serve on loopback; yield the server and its port."""
    server = grpc.server(futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(
                SERVICE,
                {
                    "Once": grpc.unary_unary_rpc_method_handler(_once),
                    "Hang": grpc.unary_unary_rpc_method_handler(_hang),
                    "Stream": grpc.unary_stream_rpc_method_handler(_stream),
                    "Collect": grpc.stream_unary_rpc_method_handler(_collect),
                    "Both": grpc.stream_stream_rpc_method_handler(_both),
                },
            ),
        )
    )
    where = "localhost:0"
    if credentials is None:
        port = server.add_insecure_port(where)
    else:
        port = server.add_secure_port(where, credentials)
    server.start()
    try:
        yield server, port
    finally:
        server.stop(0).wait(5)


class Client:
    """Calls the service, without retries of its own."""

    def __init__(self, port: int, credentials: grpc.ChannelCredentials | None = None) -> None:
        options = (("grpc.enable_retries", 0),)
        where = f"localhost:{port}"
        self.channel = (
            grpc.insecure_channel(where, options)
            if credentials is None
            else grpc.secure_channel(where, credentials, options)
        )
        self.once: Any = self.channel.unary_unary(f"/{SERVICE}/Once")
        self.hang: Any = self.channel.unary_unary(f"/{SERVICE}/Hang")
        self.stream: Any = self.channel.unary_stream(f"/{SERVICE}/Stream")
        self.collect: Any = self.channel.stream_unary(f"/{SERVICE}/Collect")
        self.both: Any = self.channel.stream_stream(f"/{SERVICE}/Both")

    def streamed(self, request: bytes, timeout_s: float = 10) -> tuple[list[bytes], Any]:
        """Return what came of a stream, and how it ended."""
        call = self.stream(request, timeout=timeout_s)
        came: list[bytes] = []
        try:
            came.extend(call)
        except grpc.RpcError as error:
            return came, error
        return came, call

    def refused(self, request: bytes = b"x", timeout_s: float = 10) -> Any:
        """Return the error of a call that has to fail."""
        try:
            self.once(request, timeout=timeout_s)
        except grpc.RpcError as error:
            return error
        raise AssertionError("it succeeded")


def slowly(*pieces: bytes, gap_s: float = 0.05) -> Iterator[bytes]:
    """Send requests one after the other."""
    for piece in pieces:
        time.sleep(gap_s)
        yield piece
