"""Asks a trace store over HTTP: GET, JSON back, bounded in time, headers from whoever asks.

`OTEL_EXPORTER_OTLP_HEADERS` is for sending; what reads takes `CROSSWIND_ANALYSE_HEADERS`, written
the same way (`Authorization=Bearer%20...,X-Scope-OrgID=team`), so that no secret is an argument.
"""

import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping

import msgspec

from telemetry.foreign.sources.otlp_json import UnreadableSourceError
from telemetry.not_json import NOT_JSON

HEADERS_VARIABLE = "CROSSWIND_ANALYSE_HEADERS"
TIMEOUT_S = 30.0
TRIES = 4
_WORTH_ANOTHER = {429, 502, 503, 504}


class Store:
    """A trace store at a base URL."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout_s: float = TIMEOUT_S) -> None:
        """Take the address; raises UnreadableSourceError for what is none."""
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise UnreadableSourceError(f"{url}: expected an http:// or https:// address")
        self.url = url.rstrip("/")
        self._headers = {"Accept": "application/json", **headers}
        self._timeout_s = timeout_s

    def get(self, path: str, query: Mapping[str, object]) -> object:
        """Return the decoded answer; raises UnreadableSourceError."""
        words = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
        body = self._body(f"{self.url}{path}" + (f"?{words}" if words else ""))
        try:
            return msgspec.json.decode(body)
        except NOT_JSON as error:
            raise UnreadableSourceError(f"{self.url}{path}: did not answer in JSON") from error

    def _body(self, url: str) -> bytes:
        request = urllib.request.Request(url, headers=self._headers)  # noqa: S310 - http(s), see above
        for again in range(1, TRIES + 1):
            try:
                with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:  # noqa: S310 - as above
                    body: bytes = answer.read()
                    return body
            except urllib.error.HTTPError as error:
                if error.code not in _WORTH_ANOTHER or again == TRIES:
                    said = error.read(300).decode("utf-8", "replace").strip()
                    raise UnreadableSourceError(f"{url}: {error.code} {said}") from error
            except OSError as error:
                raise UnreadableSourceError(f"{url}: cannot be asked: {error}") from error
            time.sleep(0.25 * 2**again)
        raise AssertionError


def headers_of(said: str) -> dict[str, str]:
    """Read headers as OTLP's variables write them; raises UnreadableSourceError."""
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in said.split(","))):
        name, equals, value = pair.partition("=")
        if not equals:
            raise UnreadableSourceError(f"{HEADERS_VARIABLE}: expected name=value pairs")
        found[name.strip()] = urllib.parse.unquote(value.strip())
    return found
