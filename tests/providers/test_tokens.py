"""Tokens are given to whoever asks for one as the real endpoint wants to be asked."""

import base64

import msgspec
import pytest

from providers.dialect import HttpRequest
from providers.tokens import ENTRA_TOKEN, GOOGLE_TOKEN, answer

NOW_S = 1_000_000.0
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def asked(target: str, body: str = "", method: str = "POST") -> tuple[int, dict[str, object]]:
    request = HttpRequest(
        method=method, target=target, headers=(("Host", "127.0.0.1:9"),), body=body.encode()
    )
    said = answer(request, NOW_S)
    return said.status, msgspec.json.decode(said.body)


def assertion(**claims: object) -> str:
    whole = {"iss": "me", "aud": "you", "iat": NOW_S, "exp": NOW_S + 3600, **claims}
    part = base64.urlsafe_b64encode(msgspec.json.encode(whole)).decode().rstrip("=")
    return f"e30.{part}.c2ln"


def test_google_gives_a_token_for_an_assertion_and_for_a_refresh_token() -> None:
    for body in (
        f"grant_type={BEARER}&assertion={assertion()}",
        "grant_type=refresh_token&refresh_token=x&client_id=a&client_secret=b",
    ):
        status, said = asked("/token", body)
        assert (status, said["access_token"], said["token_type"]) == (200, GOOGLE_TOKEN, "Bearer")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("grant_type=password", "unsupported_grant_type"),
        (f"grant_type={BEARER}&assertion=nonsense", "invalid_grant"),
        (f"grant_type={BEARER}&assertion=a.b.c", "invalid_grant"),
        (f"grant_type={BEARER}&assertion={assertion(exp=NOW_S - 1)}", "invalid_grant"),
        (f"grant_type={BEARER}&assertion={assertion(iat=NOW_S + 9999)}", "invalid_grant"),
    ],
)
def test_google_refuses_in_its_own_words(body: str, error: str) -> None:
    status, said = asked("/token", body)
    assert (status, said["error"]) == (400, error)
    assert said["error_description"]


def test_entra_gives_a_token_for_client_credentials_alone() -> None:
    whole = "grant_type=client_credentials&client_id=a&client_secret=b&scope=c"
    assert asked("/t/oauth2/v2.0/token", whole)[1]["access_token"] == ENTRA_TOKEN
    refused = {
        asked("/t/oauth2/v2.0/token", body)[1]["error"]
        for body in (
            "grant_type=password",
            "grant_type=client_credentials&client_id=a&scope=c",
            "grant_type=client_credentials&client_secret=b&scope=c",
        )
    }
    assert refused == {"unsupported_grant_type", "invalid_client", "invalid_request"}


def test_entra_tells_where_its_tokens_are() -> None:
    status, said = asked("/t/v2.0/.well-known/openid-configuration", method="GET")
    assert (status, said["token_endpoint"]) == (200, "http://127.0.0.1:9/t/oauth2/v2.0/token")
    assert asked("/common/discovery/instance", method="GET")[0] == 200


def test_behind_tls_entras_tokens_are_behind_tls() -> None:
    path = "/t/v2.0/.well-known/openid-configuration"
    via = (("Host", "entra"), ("X-Forwarded-Proto", "https"))
    said = answer(HttpRequest(method="GET", target=path, headers=via), NOW_S)
    assert msgspec.json.decode(said.body)["token_endpoint"] == "https://entra/t/oauth2/v2.0/token"


def test_elsewhere_is_nothing() -> None:
    assert asked("/tokens")[0] == 404
