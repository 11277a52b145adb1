"""What every dialect can do: ask, be asked, answer, stream and refuse, all in bytes and values.

A dialect is a frozen struct of its parameters (deployment, project, ...) with pure methods for
both ends of the wire: the load generator asks and reads, the stand-in is asked and writes, the
fault proxy refuses and counts tokens. No sockets, clocks or dice.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Literal

import msgspec

from providers.limits import SLIDING_MINUTE, QuotaRules

CloudIdentity = Literal["entra", "google"]
"""Who gives access tokens: Microsoft Entra, or Google's default credentials."""


class MalformedAnswerError(ValueError):
    """The bytes are not what this dialect answers."""


class HttpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request without its framing: header names in any case, body whole."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


class HttpAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer without its framing headers (`content-length`, `transfer-encoding`)."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a user asks: a prompt, and how much answer is wanted at the most."""

    prompt: str
    max_output_tokens: int
    stream: bool = True


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens that a provider says it counted."""

    prompt_tokens: int
    output_tokens: int


class ProviderError(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal as its sender meant it; `retry_after_s` from header or body, in seconds."""

    code: str
    message: str
    retry_after_s: float | None = None
    content_filtered: bool = False


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """What one event of a stream, or one whole body, says."""

    text: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None
    error: ProviderError | None = None
    model: str | None = None
    content_filtered: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of an answer that a stand-in is about to write."""

    response_id: str
    created_s: int
    prompt_tokens: int
    output_tokens: int
    region: str = ""
    include_usage: bool = False
    server_sent: bool = True
    """False where a streamed answer is no event stream (Vertex without `alt=sse`)."""

    request_id: str = ""
    """What the client calls its request, where the provider sends that back."""

    include_finish: bool = True
    """False where the finish reason comes to who asks for it alone (Triton)."""

    remaining_requests: int | None = None
    limit_requests: int | None = None
    remaining_tokens: int | None = None
    limit_tokens: int | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request that a stand-in understood."""

    question: Question
    include_usage: bool = False
    server_sent: bool = True
    request_id: str = ""
    include_finish: bool = True


class Dialect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wire format with its parameters."""

    name: ClassVar[str]
    provider: ClassVar[str]
    """The `gen_ai.provider.name` of the OpenTelemetry GenAI conventions, v1.41."""

    credential_variable: ClassVar[str]
    """The environment variable that a real endpoint's credential is read from."""

    overloaded_message: ClassVar[str] = "The model is overloaded. Please try again later."
    """The provider's own words for having no capacity left."""

    grpc: ClassVar[bool] = False
    """True where it is messages over gRPC; its bodies and events are single messages then."""

    quota_rules: ClassVar[QuotaRules] = SLIDING_MINUTE
    """How the provider enforces its per-minute quotas."""

    @property
    def model(self) -> str:
        """The model or deployment that is asked for, as `gen_ai.request.model`."""
        raise NotImplementedError

    @property
    def cloud_identity(self) -> CloudIdentity | None:
        """Whose tokens a real endpoint takes where no key is set; None: it takes keys alone."""
        return None

    def request(self, question: Question, base_path: str, credential: str) -> HttpRequest:
        """Write the request; `base_path` is the path part of the endpoint's base URL."""
        raise NotImplementedError

    def read_event(self, data: bytes) -> Delta:
        """Read the data of one server-sent event; raises MalformedAnswerError."""
        raise NotImplementedError

    def read_body(self, body: bytes) -> Delta:
        """Read a whole non-streamed 200 answer; raises MalformedAnswerError."""
        raise NotImplementedError

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """Read a refusal, whatever it looks like; `headers` have lower-case names."""
        raise NotImplementedError

    def asked(self, request: HttpRequest) -> Asked | HttpAnswer:
        """Understand a request as the provider would, or return the refusal it would send."""
        raise NotImplementedError

    def head(self, answer: Answer, *, stream: bool) -> tuple[tuple[str, str], ...]:
        """Return the headers of a 200 answer, without framing headers."""
        raise NotImplementedError

    def opening(self, answer: Answer) -> Sequence[bytes]:
        """Return the whole events (with terminators) that come before the first token."""
        raise NotImplementedError

    def token(self, answer: Answer, text: str) -> bytes:
        """Return the whole event that carries one token's text."""
        raise NotImplementedError

    def closing(self, answer: Answer) -> Sequence[bytes]:
        """Return the whole events that come after the last token."""
        raise NotImplementedError

    def body(self, answer: Answer, texts: Iterable[str]) -> bytes:
        """Return the whole body of a non-streamed answer."""
        raise NotImplementedError

    def refusal(
        self,
        status: int,
        *,
        retry_after_s: float | None = None,
        message: str | None = None,
        exhausted: str = "",
        asked: Asked | None = None,
    ) -> HttpAnswer:
        """Return the provider's own error answer for a status.

        `exhausted` is `requests` or `tokens` for a 429 that a per-minute quota caused. `asked` is
        what is refused, where it is known: some shape an error after the answer it replaces.
        """
        raise NotImplementedError

    def credential_expired(self) -> HttpAnswer:
        """Return the provider's own 401 for an access token whose time is up."""
        raise NotImplementedError

    def error_event(self, status: int, *, message: str | None = None) -> bytes:
        """Return the whole event that tells of a refusal within a stream that began with 200."""
        raise NotImplementedError

    def empty_stream(self, answer: Answer) -> Sequence[bytes]:
        """Return the whole events of a finished answer without any content."""
        raise NotImplementedError

    def empty_body(self, answer: Answer) -> bytes:
        """Return the whole body of a finished, non-streamed answer without any content."""
        raise NotImplementedError

    def credential_refused(self, *, known: bool) -> HttpAnswer:
        """Return the refusal of a wrong credential, or of a right one without the permission."""
        return self.refusal(403 if known else 401)

    def model_missing(self) -> HttpAnswer:
        """Return the 404 of a model or deployment that is not there."""
        return self.refusal(404)

    def prompt_too_long(self) -> HttpAnswer:
        """Return the 400 of a prompt that exceeds the model's context."""
        return self.refusal(400, message="The prompt exceeds the model's context length.")

    def prompt_refused(self) -> HttpAnswer | None:
        """Return the 400 of a prompt that a content filter caught; None: it is told in a 200."""
        return self.refusal(400)

    def blocked_body(self, answer: Answer) -> bytes:
        """Return the whole body of a 200 that tells of a caught prompt; a stream's one event.

        Only where `prompt_refused` is None.
        """
        raise NotImplementedError
