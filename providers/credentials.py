"""What a request to a real endpoint shows: a key of the environment, or a cloud's token.

A request never waits for a credential: `current` is what was fetched last, and whoever owns the
process calls `refresh` beside the requests, when it is due.
"""

import math
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from providers.access_token import CredentialError, Token, refresh_due_at_s
from providers.catalog import make_dialect
from providers.cloud_identity import Fetch, fetch_of

PLACEHOLDER_CREDENTIAL = "no-credential-set"
"""Shown to stand-ins, which take any but are not to see a real one, and where none is set."""

RETRY_S = 10.0
"""How long after a refresh that failed the next one is due."""


class CredentialSource(Protocol):
    """Where a request's credential comes from."""

    def current(self) -> str:
        """Return the credential to show now, without waiting for anything."""

    @property
    def refresh_due_at_s(self) -> float:
        """When `refresh` should be called, in wall-clock seconds; infinite for never."""

    def refresh(self) -> None:
        """Fetch the next credential; blocks. CredentialError, and the old one stays current."""


class Fixed:
    """A credential that stays as it is."""

    refresh_due_at_s = math.inf

    def __init__(self, key: str) -> None:
        self._key = key

    def current(self) -> str:
        """Return the credential."""
        return self._key

    def refresh(self) -> None:
        """Do nothing: there is no other."""


class Renewed:
    """A credential that is fetched again before it expires.

    Fetches the first one at once, and blocks meanwhile; raises CredentialError.
    """

    def __init__(self, fetch: Fetch, now_s: Callable[[], float] = time.time) -> None:
        self._fetch = fetch
        self._now_s = now_s
        self._take(fetch())

    def current(self) -> str:
        """Return the token that was fetched last."""
        return self._token.text

    def refresh(self) -> None:
        """Fetch the next token; after CredentialError the old one stays, and it is soon due."""
        self.refresh_due_at_s = self._now_s() + RETRY_S
        self._take(self._fetch())

    def _take(self, token: Token) -> None:
        self._token = token
        self.refresh_due_at_s = refresh_due_at_s(token)


def credential_for(
    reference: Mapping[str, Mapping[str, object]],
    environment: Mapping[str, str],
    *,
    variable: str = "",
    cloud_identity: bool = True,
) -> CredentialSource:
    """Return what a dialect's real endpoint is shown; `reference` is `{name: parameters}`.

    First what the variable holds (the dialect's own unless told), then the cloud's identity where
    the dialect has one and `cloud_identity` allows it, else a placeholder. A token is fetched
    before this returns. Raises CredentialError, KeyError for an unknown dialect.
    """
    dialect = make_dialect({name: dict(parameters) for name, parameters in reference.items()})
    key_variable = variable or dialect.credential_variable
    if key := environment.get(key_variable):
        return Fixed(key)
    identity = dialect.cloud_identity
    if identity is None or not cloud_identity:
        return Fixed(PLACEHOLDER_CREDENTIAL)
    try:
        return Renewed(fetch_of(identity))
    except CredentialError as error:
        raise CredentialError(f"{key_variable} is not set, and {error}") from error
