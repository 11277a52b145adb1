"""A stand-in over gRPC: the calls of the Open Inference Protocol, answered by grpcio.

A refusal within `ModelStreamInfer` is a message, as Triton's, unless the client asks for a status
by `triton_grpc_error: true` (https://github.com/triton-inference-server/server,
`docs/customization_guide/inference_protocols.md`). Questions of one stream are answered in turn.
"""

import asyncio
import base64
import errno
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, Final
from urllib.parse import unquote

import grpc

from providers.config import StandInListener
from providers.dialect import HttpAnswer
from providers.open_inference import (
    INFER,
    INPUTS,
    OUTPUTS,
    SERVICE,
    STREAM_INFER,
    as_stream_response,
    error_bytes,
    request_id,
)
from providers.open_inference_messages import InvalidMessageError, decoded, encoded
from providers.stand_in_call import Call
from providers.stand_in_endpoint import StandInEndpoint

# Not shared: a port that is taken is to be refused.
_OPTIONS: Final = (("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", -1))
_ASKS_FOR_A_STATUS: Final = ("triton_grpc_error", "true")
_CODES: Final = {code.value[0]: code for code in grpc.StatusCode}
_SERVING: Final = 1
_LONG_S: Final = 3600.0
# An answer that has ended may not have left yet: its status goes behind it.
_ON_ITS_WAY_S: Final = 0.2

Context = Any
"""grpc.aio's context of one call, whose type is generic."""

Unary = Callable[[bytes, Context], Awaitable[bytes]]


class GrpcStandIn:
    """One stand-in's gRPC server, made by `listen`; `port` is where it listens."""

    def __init__(self, server: Any, port: int) -> None:  # noqa: ANN401 - grpc.aio's types are partial
        self._server = server
        self._stopping: asyncio.Task[None] | None = None
        self.port = port

    def close(self) -> None:
        """Take no new calls; those under way go on."""
        self._stopping = asyncio.create_task(self._server.stop(_LONG_S))

    async def cut(self) -> None:
        """End what is left: streams, too, that wait for another question."""
        await self._server.stop(_ON_ITS_WAY_S)
        if self._stopping is not None:
            await self._stopping


async def listen(listener: StandInListener, endpoint: StandInEndpoint) -> GrpcStandIn:
    """Serve an endpoint's calls; raises OSError where the address cannot be had."""
    _ask_for(listener.host, listener.port)
    server = grpc.aio.server(options=_OPTIONS)
    server.add_generic_rpc_handlers((_Calls(endpoint),))
    try:
        port = server.add_insecure_port(f"{listener.host}:{listener.port}")
    except RuntimeError as error:
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE)) from error
    await server.start()
    return GrpcStandIn(server, port)


def _ask_for(host: str, port: int) -> None:
    """Raise OSError where an address cannot be had: grpcio says why on standard error alone."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


class _Calls(grpc.GenericRpcHandler):
    """Which call is answered by what."""

    def __init__(self, endpoint: StandInEndpoint) -> None:
        self._endpoint = endpoint
        self._unary: dict[str, Unary] = {
            "/grpc.health.v1.Health/Check": _always("HealthCheckResponse", status=_SERVING),
            f"/{SERVICE}/ServerLive": _always("ServerLiveResponse", live=True),
            f"/{SERVICE}/ServerReady": _always("ServerReadyResponse", ready=True),
            f"/{SERVICE}/ServerMetadata": _always("ServerMetadataResponse", name="crosswind"),
            f"/{SERVICE}/ModelReady": self._model_ready,
            f"/{SERVICE}/ModelMetadata": self._model_metadata,
            INFER: self._infer,
        }

    def service(self, handler_call_details: Any) -> Any:  # noqa: ANN401 - grpc's own
        """Serve grpcio: find what answers a call; None is UNIMPLEMENTED."""
        method = handler_call_details.method
        if method == STREAM_INFER:
            return grpc.stream_stream_rpc_method_handler(self._stream_infer)
        found = self._unary.get(method)
        return None if found is None else grpc.unary_unary_rpc_method_handler(found)

    async def _model_ready(self, data: bytes, context: Context) -> bytes:
        del context
        known = _name_in("ModelReadyRequest", data) == self._endpoint.dialect.model
        return encoded("ModelReadyResponse", ready=known)

    async def _model_metadata(self, data: bytes, context: Context) -> bytes:
        dialect = self._endpoint.dialect
        if (asked := _name_in("ModelMetadataRequest", data)) != dialect.model:
            words = f"Request for unknown model: '{asked}' is not found"
            await _refuse(context, dialect.refusal(404, message=words))
        return encoded(
            "ModelMetadataResponse",
            name=dialect.model,
            versions=["1"],
            platform="vllm",
            inputs=[_tensor(*each, 1) for each in INPUTS.items()],
            outputs=[_tensor(*each, -1) for each in OUTPUTS.items()],
        )

    async def _infer(self, data: bytes, context: Context) -> bytes:
        call = Call(self._endpoint, INFER, data, _metadata(context))
        parts = [part async for part in call.answer()]
        if call.refusal is not None:
            await _refuse(context, call.refusal)
        return b"".join(parts)

    async def _stream_infer(self, requests: AsyncIterator[bytes], context: Context) -> None:
        metadata = _metadata(context)
        async for data in requests:
            call = Call(self._endpoint, STREAM_INFER, data, metadata)
            # Closed here, whatever happens: a call that is left open would take up capacity.
            async with aclosing(call.answer()) as parts:
                async for part in parts:
                    await context.write(part if call.streams else as_stream_response(part))
            if call.refusal is None:
                continue
            if _ASKS_FOR_A_STATUS in metadata:
                await _refuse(context, call.refusal)
            await context.write(error_bytes(_words(call.refusal), request_id(data)))


def _metadata(context: Context) -> tuple[tuple[str, str], ...]:
    return tuple((k, v) for k, v in context.invocation_metadata() if isinstance(v, str))


async def _refuse(context: Context, answer: HttpAnswer) -> None:
    """End a call with the status that an answer's headers tell."""
    told = dict(answer.headers)
    details = told.get("grpc-status-details-bin", "")
    padded = details + "=" * (-len(details) % 4)
    metadata = (("grpc-status-details-bin", base64.b64decode(padded)),) if details else ()
    await context.abort(_CODES[int(told["grpc-status"])], _words(answer), metadata)


def _words(answer: HttpAnswer) -> str:
    """Return what a refusal says, which stands encoded in its headers."""
    return unquote(dict(answer.headers).get("grpc-message", ""))


def _tensor(name: str, datatype: str, size: int) -> dict[str, object]:
    return {"name": name, "datatype": datatype, "shape": [size]}


def _always(name: str, /, **fields: object) -> Unary:
    async def say(data: bytes, context: Context) -> bytes:
        del data, context
        return encoded(name, **fields)

    return say


def _name_in(name: str, data: bytes) -> str:
    try:
        asked: str = decoded(name, data).name
    except InvalidMessageError:
        return ""
    return asked
