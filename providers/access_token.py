"""A token that is good for a while, and when to fetch the next one. Pure."""

import math

import msgspec

EARLY_SHARE = 0.8
EARLY_S = 300.0


class CredentialError(ValueError):
    """No credential can be had; the message says what to do, and holds no secret."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """An access token; wall-clock times in seconds, `expires_at_s` infinite where none is told."""

    text: str
    fetched_at_s: float
    expires_at_s: float = math.inf

    def __repr__(self) -> str:
        """Return when it expires, never the token."""
        return f"Token(expires_at_s={self.expires_at_s})"


def refresh_due_at_s(token: Token) -> float:
    """Return when to fetch the next token: in wall-clock seconds, infinite for never.

    At 80 % of its life or 5 minutes before its end, whichever is earlier, but not before half of
    its life: so that short tokens are not fetched all the time.
    """
    life_s = token.expires_at_s - token.fetched_at_s
    if math.isinf(life_s):
        return math.inf
    early_s = min(EARLY_SHARE * life_s, life_s - EARLY_S)
    return token.fetched_at_s + max(life_s / 2, early_s, 0.0)
