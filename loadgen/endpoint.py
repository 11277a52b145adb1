"""An endpoint as the worker asks it: its dialect, its address and its credential."""

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

import msgspec

from loadgen.config import Target
from providers.catalog import make_dialect
from providers.dialect import Dialect, Question
from providers.http1 import request_bytes
from telemetry.identity import GATEWAY

PLACEHOLDER_CREDENTIAL = "no-credential-set"
"""Shown to stand-ins, which take any but are not to see a real one, and where none is set."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint, ready to be asked; `authority` is what the Host header says."""

    name: str
    dialect: Dialect
    host: str
    port: int
    authority: str
    base_path: str
    credential: str
    numbered: bool
    marked: bool = False

    def request(self, question: Question, headers: tuple[tuple[str, str], ...]) -> bytes:
        """Return the whole request for a question, with further headers."""
        request = self.dialect.request(question, self.base_path, self.credential)
        return request_bytes(request, self.authority, headers)


def endpoint_of(target: Target, environment: Mapping[str, str]) -> Endpoint:
    """Read a target, its credential from the environment; ValueError if it cannot be asked."""
    url = _url(target)
    return Endpoint(
        name=target.endpoint,
        dialect=_dialect(target),
        host=url.hostname or "",
        port=url.port or 80,
        authority=url.netloc,
        base_path=url.path,
        credential=_credential(target, environment),
        numbered=target.numbered,
        marked=target.marked,
    )


def _url(target: Target) -> SplitResult:
    url = urlsplit(target.base_url)
    if url.scheme != "http" or not url.hostname:
        # Load goes through this run's own proxies, which speak TLS to the provider.
        raise ValueError(f"endpoint {target.endpoint}: not an http:// URL: {target.base_url!r}")
    return url


def _dialect(target: Target) -> Dialect:
    try:
        return make_dialect(target.dialect)
    except KeyError as error:
        raise ValueError(f"endpoint {target.endpoint}: no dialect {error}") from None


def _credential(target: Target, environment: Mapping[str, str]) -> str:
    if target.numbered and target.endpoint != GATEWAY:
        return PLACEHOLDER_CREDENTIAL
    return environment.get(target.credential_variable) or PLACEHOLDER_CREDENTIAL
