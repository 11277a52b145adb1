"""Tokens of the clouds' own identities: Microsoft Entra and Google's default credentials.

What each library finds (a workload identity, a service account, a login on this machine) it finds
by itself, in the environment of this very process. The libraries come with the extra `live` and
are imported when first asked for.
"""

import functools
import math
import time
from collections.abc import Callable
from datetime import UTC
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from providers.access_token import CredentialError, Token
from providers.dialect import CloudIdentity

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from google.auth.credentials import Credentials

Fetch = Callable[[], Token]
"""Fetches a new token and blocks meanwhile; raises CredentialError."""

ENTRA_SCOPE = "https://cognitiveservices.azure.com/.default"
GOOGLE_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
TIMEOUT_S = 10.0
_RETRIES = 2


def fetch_of(identity: CloudIdentity) -> Fetch:
    """Return what fetches a cloud's tokens; CredentialError without its library or an identity."""
    return _default_entra() if identity == "entra" else _default_google()


def entra(credential: "TokenCredential") -> Fetch:
    """Return what fetches tokens for Azure's AI services with a credential of `azure.identity`."""
    azure_error = _library("azure.core.exceptions").AzureError

    def fetch() -> Token:
        try:
            got = credential.get_token(ENTRA_SCOPE)
        except (azure_error, OSError, ValueError) as error:
            raise CredentialError(f"Entra gives no token: {_first_line(error)}") from error
        return Token(text=got.token, fetched_at_s=time.time(), expires_at_s=float(got.expires_on))

    return fetch


def google(credentials: "Credentials") -> Fetch:
    """Return what fetches access tokens with credentials of `google.auth`."""
    google_error = _library("google.auth.exceptions").GoogleAuthError
    ask = functools.partial(_library("google.auth.transport.requests").Request(), timeout=TIMEOUT_S)

    def fetch() -> Token:
        try:
            credentials.refresh(ask)  # type: ignore[no-untyped-call]  # google-auth is partly typed
        except (google_error, OSError, ValueError) as error:
            raise CredentialError(f"Google gives no token: {_first_line(error)}") from error
        # The library's expiry is UTC without saying so.
        expiry = credentials.expiry
        ends_s = math.inf if expiry is None else expiry.replace(tzinfo=UTC).timestamp()
        return Token(text=str(credentials.token), fetched_at_s=time.time(), expires_at_s=ends_s)

    return fetch


def _default_entra() -> Fetch:
    make = _library("azure.identity").DefaultAzureCredential
    try:
        return entra(make(connection_timeout=TIMEOUT_S, retry_total=_RETRIES))
    except ValueError as error:
        raise CredentialError(f"Entra: {_first_line(error)}") from error


def _default_google() -> Fetch:
    auth = _library("google.auth")
    try:
        credentials, _project = auth.default(scopes=[GOOGLE_SCOPE])
    except (_library("google.auth.exceptions").GoogleAuthError, OSError) as error:
        raise CredentialError(f"Google: {_first_line(error)}") from error
    return google(credentials)


def _library(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        needs = "a cloud's own identity needs libraries that are not installed"
        raise CredentialError(f"{needs} ({name}): pip install 'crosswind[live]'") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
