"""Tells a Grafana of a run's annotations, over its HTTP API and once.

A service account's token is needed, with the role Editor or the permission `annotations:write`. It
goes to the address that was given and to no other: a redirection is refused.
"""

import json
from collections.abc import Iterable, Mapping
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

from telemetry.grafana.annotations import TAG, Annotation, missing, run_tag
from telemetry.grafana.links import URL_VARIABLE, GrafanaError, address

TOKEN_VARIABLE: Final = "GRAFANA_TOKEN"
TIMEOUT_S: Final = 10.0
MOST: Final = 5000
"""How many of one run's annotations are asked for."""
LONGEST: Final = 8 << 20

REFUSALS: Final = {
    401: f"Grafana does not accept {TOKEN_VARIABLE} (401): it is no token of a service account, "
    "or is over",
    403: f"{TOKEN_VARIABLE} may not write annotations (403): its service account needs the role "
    "Editor, or annotations:read and annotations:write",
    404: "no Grafana API there (404): is the address whole, with its path?",
}


class Access(msgspec.Struct, frozen=True):
    """Where a Grafana is, and the token that opens it."""

    base: str
    token: str

    def __repr__(self) -> str:
        return f"Access({self.base!r})"


class Told(msgspec.Struct, frozen=True):
    """How many annotations were added, and how many Grafana had already."""

    added: int
    known: int


def access_of(environment: Mapping[str, str]) -> Access | None:
    """Return the access that the environment gives; None without a token. Raises GrafanaError."""
    token = environment.get(TOKEN_VARIABLE, "").strip()
    if not token:
        return None
    url = environment.get(URL_VARIABLE, "").strip()
    if not url:
        raise GrafanaError(f"{TOKEN_VARIABLE} is set, and {URL_VARIABLE} does not say where")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise GrafanaError(f"{TOKEN_VARIABLE} is no token: it has characters that none has")
    return Access(address(url), token)


def tell(access: Access, run_id: str, wanted: Iterable[Annotation]) -> Told:
    """Add the annotations that Grafana does not have; raises GrafanaError."""
    wanted = list(wanted)
    asked = urlencode([("tags", TAG), ("tags", run_tag(run_id)), ("limit", MOST)])
    there = _asked(access, f"/api/annotations?{asked}")
    if not isinstance(there, list):
        raise GrafanaError(f"{access.base} does not answer as Grafana does")
    new = missing(wanted, there)
    for one in new:
        _asked(access, "/api/annotations", msgspec.json.encode(one))
    return Told(added=len(new), known=len(wanted) - len(new))


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow no redirection: the token would go along."""


def _asked(access: Access, path: str, body: bytes | None = None) -> Any:  # noqa: ANN401 - any JSON
    headers = {
        "Authorization": f"Bearer {access.token}",
        "Accept": "application/json",
        "Content-Type": "application/json",
    }
    request = Request(access.base + path, data=body, headers=headers)  # noqa: S310 - http or https: `address` checked it
    try:
        with build_opener(_Stay).open(request, timeout=TIMEOUT_S) as answer:
            return json.loads(answer.read(LONGEST))
    except HTTPError as error:
        with error:
            raise GrafanaError(_refusal(access, error)) from None
    except (URLError, OSError, HTTPException) as error:
        reason = getattr(error, "reason", "") or error
        raise GrafanaError(f"{access.base} cannot be reached: {reason}") from None
    except ValueError:
        raise GrafanaError(f"{access.base} does not answer as Grafana does") from None


def _refusal(access: Access, error: HTTPError) -> str:
    if 300 <= error.code < 400:
        return f"{access.base} sends elsewhere ({error.code}): give the address that it sends to"
    said = REFUSALS.get(error.code, f"Grafana refuses ({error.code} {error.reason})")
    return f"{access.base}: {said}"
