"""An endpoint as the worker asks it: its dialect, its address and its credential."""

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

import msgspec

from loadgen.config import Target
from providers.access_token import CredentialError
from providers.catalog import make_dialect
from providers.credentials import (
    PLACEHOLDER_CREDENTIAL,
    CredentialSource,
    Fixed,
    credential_for,
)
from providers.dialect import Dialect, HttpRequest, Question
from providers.http1 import request_bytes
from telemetry.identity import GATEWAY


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint, ready to be asked; `authority` is what the Host header says.

    `ca_file`: PEM to trust where it is met over TLS; empty in clear.
    """

    name: str
    dialect: Dialect
    host: str
    port: int
    authority: str
    base_path: str
    credential: CredentialSource
    numbered: bool
    marked: bool = False
    ca_file: str = ""

    def request(self, question: Question, headers: tuple[tuple[str, str], ...]) -> bytes:
        """Return the whole request for a question, with further headers."""
        request = self.dialect.request(question, self.base_path, self.credential.current())
        return request_bytes(request, self.authority, headers)

    def call(self, question: Question, headers: tuple[tuple[str, str], ...]) -> HttpRequest:
        """Return the call for a question, with further metadata, where the dialect is gRPC's."""
        call = self.dialect.request(question, self.base_path, self.credential.current())
        return msgspec.structs.replace(call, headers=(*call.headers, *headers))


def endpoint_of(target: Target, environment: Mapping[str, str]) -> Endpoint:
    """Read a target; a cloud's token is fetched first. ValueError if it cannot be asked."""
    url = _url(target)
    return Endpoint(
        name=target.endpoint,
        dialect=_dialect(target),
        host=url.hostname or "",
        port=url.port or (443 if target.ca_file else 80),
        authority=url.netloc,
        base_path=url.path,
        credential=credential_of(target, environment),
        numbered=target.numbered,
        marked=target.marked,
        ca_file=target.ca_file,
    )


def credential_of(target: Target, environment: Mapping[str, str]) -> CredentialSource:
    """Return what a target is shown: nothing of the user's own where it is a stand-in.

    A cloud's token is fetched before this returns; CredentialError where none can be had.
    """
    if target.numbered and target.endpoint != GATEWAY:
        return Fixed(PLACEHOLDER_CREDENTIAL)
    try:
        return credential_for(
            target.dialect,
            environment,
            variable=target.credential_variable,
            cloud_identity=target.cloud_identity,
        )
    except CredentialError as error:
        raise CredentialError(f"endpoint {target.endpoint}: {error}") from error


def _url(target: Target) -> SplitResult:
    url = urlsplit(target.base_url)
    # Load goes through this run's own proxies, which speak TLS to the provider.
    scheme = "https" if target.ca_file else "http"
    if url.scheme != scheme or not url.hostname:
        raise ValueError(f"endpoint {target.endpoint}: not an {scheme}:// URL: {target.base_url!r}")
    return url


def _dialect(target: Target) -> Dialect:
    try:
        return make_dialect(target.dialect)
    except KeyError as error:
        raise ValueError(f"endpoint {target.endpoint}: no dialect {error}") from None
