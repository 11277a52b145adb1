"""What an answer's headers say is left of the minute's quota. Pure.

Sources: OpenAI's and Azure OpenAI's `x-ratelimit-*` headers. Azure has been seen to send `-1` for
what it does not count (openai/openai-dotnet #838); Vertex AI sends none.
"""

from collections.abc import Mapping

import msgspec

_PREFIX = "x-ratelimit-"


class RemainingQuota(msgspec.Struct, frozen=True, kw_only=True):
    """Requests and tokens per minute that a provider says are left and allowed; None: not told."""

    requests: int | None = None
    tokens: int | None = None
    limit_requests: int | None = None
    limit_tokens: int | None = None

    @property
    def known(self) -> bool:
        """True where anything is told of what is left."""
        return self.requests is not None or self.tokens is not None


def remaining_quota(headers: Mapping[str, str]) -> RemainingQuota:
    """Read the headers of any answer; `headers` have lower-case names."""
    limit_requests, limit_tokens = (_limit(headers, what) for what in ("requests", "tokens"))
    return RemainingQuota(
        requests=_left(headers, "requests"),
        tokens=_left(headers, "tokens"),
        limit_requests=limit_requests,
        limit_tokens=limit_tokens,
    )


def short_of(quota: RemainingQuota, requests: float, tokens: float) -> str:
    """Say what is left of less than a peak per minute needs; empty where nothing is known to be.

    `requests` and `tokens` are what a minute at the peak uses.
    """
    pairs = (("requests", quota.requests, requests), ("tokens", quota.tokens, tokens))
    short = [
        f"{left} {name} are left this minute, the peak needs {need:.0f}"
        for name, left, need in pairs
        if left is not None and left < need
    ]
    return "; ".join(short)


def _left(headers: Mapping[str, str], what: str) -> int | None:
    # A limit that is sent and is none (-1, 0) makes what is left of it say nothing.
    if f"{_PREFIX}limit-{what}" in headers and _limit(headers, what) is None:
        return None
    return _count(headers.get(f"{_PREFIX}remaining-{what}"))


def _limit(headers: Mapping[str, str], what: str) -> int | None:
    return _count(headers.get(f"{_PREFIX}limit-{what}")) or None


def _count(text: str | None) -> int | None:
    cleaned = (text or "").strip()
    return int(cleaned) if cleaned.isascii() and cleaned.isdigit() else None
