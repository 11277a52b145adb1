"""The Open Inference Protocol v2 over gRPC, as KServe and Triton serve text models.

Sources: see `providers.open_inference`, and for the words of refusals
https://github.com/triton-inference-server/core (`src/scheduler_utils.cc`, queues) and
https://github.com/triton-inference-server/server (`src/grpc/infer_handler.cc`, decoupled models).
Refusals are a status. Triton has no quotas: a RetryInfo is what a gateway before it sends.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar
from urllib.parse import unquote

import msgspec

from providers import open_inference
from providers.dialect import (
    Answer,
    Asked,
    Delta,
    Dialect,
    HttpAnswer,
    HttpRequest,
    ProviderError,
    Question,
)
from providers.grpc import CONTENT_TYPE
from providers.grpc_dialect import GrpcDialect
from providers.open_inference import INFER, NO_REASON_YET, STREAM_INFER, InferRequest, Said
from providers.open_inference_messages import InvalidMessageError

_REFUSES = GrpcDialect()
_DECOUPLED = "ModelInfer RPC doesn't support models with decoupled transaction policy"


class OpenInference(Dialect, frozen=True, kw_only=True):
    """KServe's and Triton's inference protocol over gRPC: `ModelInfer` and `ModelStreamInfer`.

    Bodies and events are single messages, without gRPC's prefix: that is grpcio's. `model` is the
    one that is asked for; one that is `decoupled`, as Triton's vLLM backend is, answers only
    `ModelStreamInfer`. A stand-in asks for no credential, as Triton does not.
    """

    name: ClassVar[str] = "open-inference"
    provider: ClassVar[str] = "open_inference"
    credential_variable: ClassVar[str] = "OPEN_INFERENCE_TOKEN"
    overloaded_message: ClassVar[str] = "Exceeds maximum queue size"
    grpc: ClassVar[bool] = True

    model: str = "vllm_model"
    decoupled: bool = False

    def request(self, question: Question, base_path: str, credential: str) -> HttpRequest:  # noqa: ARG002 - gRPC has one path
        """Write the call; a streamed answer is Triton's `ModelStreamInfer`."""
        asked = InferRequest(
            model=self.model, question=question, counts_tokens=True, tells_reason=True
        )
        return HttpRequest(
            method="POST",
            target=STREAM_INFER if question.stream else INFER,
            # Within a stream, too, errors are to be a status: Triton tells them in a message else.
            headers=(("authorization", f"Bearer {credential}"), ("triton_grpc_error", "true")),
            body=open_inference.request_bytes(asked),
        )

    def read_event(self, data: bytes) -> Delta:
        """Read one message of a stream; its usage is that of this message alone."""
        return open_inference.read_stream_response(data)

    def read_body(self, body: bytes) -> Delta:
        """Read the one message of an answer that is not streamed."""
        return open_inference.read_response(body)

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:  # noqa: ARG002 - trailers say it
        """Read a refusal that came over HTTP: of a proxy, since gRPC's own are a status."""
        return ProviderError(code=str(status), message=unquote(headers.get("grpc-message", "")))

    def asked(self, request: HttpRequest) -> Asked | HttpAnswer:
        """Understand a call as Triton would: method, message, model, tensors."""
        if request.target not in (INFER, STREAM_INFER):
            return self.refusal(501, message="unknown method")
        try:
            asked = open_inference.read_request(request.body)
        except InvalidMessageError as wrong:
            return self.refusal(400, message=str(wrong))
        if asked.model != self.model:
            return self.model_unknown(asked.model)
        if self.decoupled and request.target == INFER:
            return self.refusal(501, message=_DECOUPLED)
        stream = asked.question.stream and request.target == STREAM_INFER
        return Asked(
            question=msgspec.structs.replace(asked.question, stream=stream),
            include_usage=asked.counts_tokens,
            include_finish=asked.tells_reason,
            request_id=asked.request_id,
        )

    def model_unknown(self, model: str) -> HttpAnswer:
        """Return NOT_FOUND in Triton's words."""
        return self.refusal(404, message=f"Request for unknown model: '{model}' is not found")

    def head(self, answer: Answer, *, stream: bool) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - alike for all
        """Return the head of every answer."""
        return (("content-type", CONTENT_TYPE),)

    def opening(self, answer: Answer) -> Sequence[bytes]:  # noqa: ARG002 - there is none
        """Return nothing: the first message brings the first token."""
        return ()

    def token(self, answer: Answer, text: str) -> bytes:
        """Return the message that carries one token's text."""
        said = self._said(answer, text, 1, NO_REASON_YET)
        return open_inference.stream_response_bytes(said, final=False)

    def closing(self, answer: Answer) -> Sequence[bytes]:
        """Return the message that brings the finish reason and no text: the last."""
        said = self._said(answer, "", 0, "stop")
        return (open_inference.stream_response_bytes(said, final=True),)

    def body(self, answer: Answer, texts: Iterable[str]) -> bytes:
        """Return the one message of an answer that is not streamed."""
        said = self._said(answer, "".join(texts), answer.output_tokens, "stop")
        return open_inference.response_bytes(said)

    def refusal(
        self,
        status: int,
        *,
        retry_after_s: float | None = None,
        message: str | None = None,
        exhausted: str = "",
        asked: Asked | None = None,
    ) -> HttpAnswer:
        """Return the status that stands for an HTTP status; a wait is a RetryInfo."""
        words = message
        if status == 503 and words is None:
            request = "" if asked is None else asked.request_id
            words = open_inference.in_log(request, self.overloaded_message)
        return _REFUSES.refusal(
            status, retry_after_s=retry_after_s, message=words, exhausted=exhausted
        )

    def credential_expired(self) -> HttpAnswer:
        """Return UNAUTHENTICATED."""
        return _REFUSES.credential_expired()

    def error_event(self, status: int, *, message: str | None = None) -> bytes:
        """Return the message by which `ModelStreamInfer` tells of an error and goes on."""
        return open_inference.error_bytes(message or f"the request failed with {status}")

    def empty_stream(self, answer: Answer) -> Sequence[bytes]:
        """Return the finish alone."""
        return self.closing(answer)

    def empty_body(self, answer: Answer) -> bytes:
        """Return a finished answer of no text."""
        return self.body(answer, ())

    def _said(self, answer: Answer, text: str, tokens: int, finish: str) -> Said:
        return Said(
            model=self.model,
            text=text,
            request_id=answer.request_id,
            finish_reason=finish if answer.include_finish else "",
            output_tokens=tokens,
            prompt_tokens=answer.prompt_tokens if answer.include_usage else None,
        )
