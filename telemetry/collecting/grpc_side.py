"""OTLP over gRPC: `TraceService/Export`; other services are UNIMPLEMENTED, as gRPC itself says.

Requests stay bytes: they are read like those of HTTP. What gRPC refuses by itself, a message above
the limit as it comes or unpacked, never reaches us; it is what was begun and not handled.
"""

from collections.abc import Awaitable, Callable

import grpc
import grpc.aio

from telemetry.clock import now_ns
from telemetry.collecting.intake import Intake
from telemetry.collecting.limits import Limits
from telemetry.collecting.refusal import RefusedError
from telemetry.collecting.words import response, status

SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"
CALLS_AT_ONCE = 16

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_EXPORT = f"/{SERVICE}/Export"
Context = grpc.aio.ServicerContext[bytes, bytes]
Continuation = Callable[[grpc.HandlerCallDetails], Awaitable["grpc.RpcMethodHandler[bytes, bytes]"]]


class GrpcSide:
    """The gRPC server of a collector."""

    def __init__(self, intake: Intake, limits: Limits) -> None:
        self._intake = intake
        self._begun = _Begun()
        self._handled = 0
        self._server = grpc.aio.server(
            interceptors=(self._begun,),
            options=[
                ("grpc.max_receive_message_length", limits.body_bytes),
                ("grpc.so_reuseport", 0),
            ],
            maximum_concurrent_rpcs=CALLS_AT_ONCE,
        )
        export: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(
            self._export
        )
        generic = grpc.method_handlers_generic_handler(SERVICE, {"Export": export})
        self._server.add_generic_rpc_handlers((generic,))

    async def start(self, port: int) -> int:
        """Listen on loopback and return the port; raises OSError where it cannot be had."""
        try:
            bound = self._server.add_insecure_port(f"127.0.0.1:{port}")
        except RuntimeError as error:
            raise OSError(f"127.0.0.1:{port} cannot be had") from error
        await self._server.start()
        return bound

    async def stop(self, within_s: float) -> None:
        """End; calls under way have `within_s`."""
        await self._server.stop(within_s)

    @property
    def refused_unseen(self) -> int:
        """How many calls gRPC itself refused, for their size."""
        return self._begun.calls - self._handled

    async def _export(self, request: bytes, context: Context) -> bytes:
        self._handled += 1
        try:
            return response(self._intake.take(request, "protobuf", now_ns()))
        except RefusedError as refusal:
            self._intake.refuse(refusal)
            details = (("grpc-status-details-bin", status(refusal)),)
            await context.abort(_CODES[refusal.grpc_code], refusal.message, details)
            raise  # never reached: abort raises


class _Begun(grpc.aio.ServerInterceptor):
    """Counts the calls of our service as they begin."""

    def __init__(self) -> None:
        self.calls = 0

    async def intercept_service(  # type: ignore[override]  # its own types are wider than ours
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> "grpc.RpcMethodHandler[bytes, bytes]":
        """Serve grpc: a call begins."""
        self.calls += handler_call_details.method == _EXPORT
        return await continuation(handler_call_details)
