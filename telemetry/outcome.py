"""The one taxonomy of how an attempt or an exchange ended."""

from enum import StrEnum


class Outcome(StrEnum):
    """How an attempt, or the exchange that it served, ended for the client."""

    OK = "ok"
    RATE_LIMITED = "rate_limited"
    AUTH_REFUSED = "auth_refused"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    CONTENT_FILTERED = "content_filtered"
    CONNECT_REFUSED = "connect_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    CONNECT_FAILED = "connect_failed"
    NAME_UNRESOLVED = "name_unresolved"
    TLS_FAILED = "tls_failed"
    CLOSED_BEFORE_HEAD = "closed_before_head"
    FIRST_TOKEN_TIMEOUT = "first_token_timeout"
    STALLED = "stalled"
    RESET_MID_STREAM = "reset_mid_stream"
    TRUNCATED = "truncated"
    ERROR_EVENT = "error_event"
    MALFORMED = "malformed"
    EMPTY = "empty"
    INCOMPLETE = "incomplete"
    CANCELLED = "cancelled"
    NO_ENDPOINT = "no_endpoint"
    SHED_BY_GENERATOR = "shed_by_generator"
    UNFINISHED = "unfinished"

    @property
    def succeeded(self) -> bool:
        """True for the only ending that gave the user what was asked for."""
        return self is Outcome.OK

    @property
    def worth_another_endpoint(self) -> bool:
        """True when the endpoint, not the question, was at fault: failing over may help."""
        return self in FAILOVER_WORTHY

    @property
    def native_error(self) -> bool:
        """True when an endpoint, not the client or the generator, caused the ending."""
        return self not in NOT_THE_ENDPOINTS


FAILOVER_WORTHY = frozenset(
    {
        Outcome.RATE_LIMITED,
        Outcome.AUTH_REFUSED,
        Outcome.SERVER_ERROR,
        Outcome.CONNECT_REFUSED,
        Outcome.CONNECT_TIMEOUT,
        Outcome.CONNECT_FAILED,
        Outcome.NAME_UNRESOLVED,
        Outcome.TLS_FAILED,
        Outcome.CLOSED_BEFORE_HEAD,
        Outcome.FIRST_TOKEN_TIMEOUT,
        Outcome.STALLED,
        Outcome.RESET_MID_STREAM,
        Outcome.TRUNCATED,
        Outcome.ERROR_EVENT,
        Outcome.MALFORMED,
        Outcome.EMPTY,
    }
)

NOT_THE_ENDPOINTS = frozenset(
    {
        Outcome.OK,
        Outcome.CONTENT_FILTERED,
        Outcome.CANCELLED,
        Outcome.NO_ENDPOINT,
        Outcome.SHED_BY_GENERATOR,
        Outcome.UNFINISHED,
    }
)
