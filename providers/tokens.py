"""The clouds' token endpoints as a stand-in answers them: Google's OAuth 2 and Microsoft Entra.

Pure: a request and the time are arguments. Signatures are not checked, shapes are: what a client
gets wrong at the real endpoint it should get wrong here. Sources: RFC 6749, RFC 7523, Google's
"OAuth 2.0 for server to server applications", Microsoft's "client credentials flow".
"""

import base64
import binascii
import re
from urllib.parse import parse_qs, urlsplit

import msgspec

from providers.dialect import HttpAnswer, HttpRequest

GOOGLE_TOKEN = "ya29.crosswind-stand-in"
ENTRA_TOKEN = "crosswind-stand-in"
LIFETIME_S = 3599
CLOCK_SKEW_S = 300

_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ENTRA_PATH = re.compile(r"/(?P<tenant>[^/]+)/oauth2/v2\.0/token")
_OPENID_PATH = re.compile(r"/(?P<tenant>[^/]+)/v2\.0/\.well-known/openid-configuration")
_DISCOVERY_PATH = "/common/discovery/instance"


class _Claims(msgspec.Struct, frozen=True):
    iss: str
    aud: str
    exp: float
    iat: float


def answer(request: HttpRequest, now_s: float) -> HttpAnswer:
    """Answer as the cloud whose path was asked would; `now_s` is wall-clock time."""
    target = urlsplit(request.target)
    if request.method == "POST" and target.path == "/token":
        return _google(_form(request), now_s)
    if request.method == "POST" and (found := _ENTRA_PATH.fullmatch(target.path)):
        return _entra(_form(request), found["tenant"])
    if request.method == "GET" and (found := _OPENID_PATH.fullmatch(target.path)):
        return _json(200, _openid(_origin(request), found["tenant"]))
    if request.method == "GET" and target.path == _DISCOVERY_PATH:
        return _json(
            200, {"tenant_discovery_endpoint": f"{_origin(request)}/common/v2.0", "metadata": []}
        )
    return _json(404, {"error": "not_found", "error_description": f"nothing at {target.path}"})


def _google(form: dict[str, str], now_s: float) -> HttpAnswer:
    grant = form.get("grant_type", "")
    if grant == "refresh_token" and form.get("refresh_token"):
        return _token(GOOGLE_TOKEN)
    if grant != _JWT_BEARER:
        return _refused("unsupported_grant_type", f"Invalid grant_type: {grant}")
    if wrong := _wrong_assertion(form.get("assertion", ""), now_s):
        return _refused("invalid_grant", wrong)
    return _token(GOOGLE_TOKEN)


def _wrong_assertion(assertion: str, now_s: float) -> str:
    parts = assertion.split(".")
    if len(parts) != 3 or not all(parts):
        return "Bad Request: assertion is no JWT"
    try:
        claims = msgspec.json.decode(_unpadded(parts[1]), type=_Claims)
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        return "Invalid JWT: iss, aud, exp and iat are needed"
    if claims.exp < now_s or claims.iat > now_s + CLOCK_SKEW_S:
        return "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe"
    return ""


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _entra(form: dict[str, str], tenant: str) -> HttpAnswer:
    if form.get("grant_type") != "client_credentials":
        return _refused("unsupported_grant_type", "AADSTS70003: the grant type is not supported")
    missing = [key for key in ("client_id", "scope") if not form.get(key)]
    if missing:
        return _refused(
            "invalid_request", f"AADSTS900144: {missing[0]} is missing (tenant {tenant})"
        )
    if not (form.get("client_secret") or form.get("client_assertion")):
        return _refused(
            "invalid_client", "AADSTS7000218: client_assertion or client_secret is missing"
        )
    return _token(ENTRA_TOKEN, ext_expires_in=LIFETIME_S)


def _openid(origin: str, tenant: str) -> dict[str, object]:
    base = f"{origin}/{tenant}"
    return {
        "issuer": f"{base}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
    }


def _token(token: str, **more: object) -> HttpAnswer:
    said = {"access_token": token, "expires_in": LIFETIME_S, "token_type": "Bearer", **more}
    return _json(200, said)


def _refused(error: str, description: str) -> HttpAnswer:
    return _json(400, {"error": error, "error_description": description})


def _json(status: int, body: object) -> HttpAnswer:
    headers = (("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store"))
    return HttpAnswer(status=status, headers=headers, body=msgspec.json.encode(body))


def _form(request: HttpRequest) -> dict[str, str]:
    pairs = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in pairs.items()}


def _origin(request: HttpRequest) -> str:
    """Return where the client asked: behind something that speaks TLS, as that says."""
    headers = {name.lower(): value for name, value in request.headers}
    scheme = "https" if headers.get("x-forwarded-proto") == "https" else "http"
    return f"{scheme}://{headers.get('host', '127.0.0.1')}"
