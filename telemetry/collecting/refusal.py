"""Why a request is not taken: as HTTP says it, and as gRPC does."""

import msgspec

_GRPC_CODES = {400: 3, 404: 12, 405: 12, 408: 4, 413: 8, 415: 3, 429: 8, 431: 8, 503: 14}
"""`google.rpc.Code` by HTTP status, where OTLP and gRPC both name one."""


class RefusedError(Exception):
    """A request is refused whole; `status` is HTTP's, `retry_after_s` is for 429 and 503."""

    def __init__(self, status: int, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after_s = retry_after_s

    @property
    def grpc_code(self) -> int:
        """The number of the gRPC status that says the same."""
        return _GRPC_CODES[self.status]


def malformed(message: str) -> RefusedError:
    """Return the refusal of what cannot be read."""
    return RefusedError(400, message)


def too_large(message: str) -> RefusedError:
    """Return the refusal of what is larger than a limit."""
    return RefusedError(413, message)


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request that was taken: its spans kept and refused, `reason` for those."""

    accepted: int = 0
    refused: int = 0
    reason: str = ""
