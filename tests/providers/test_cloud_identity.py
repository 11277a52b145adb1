"""The clouds' identities fail with words, and without their libraries say how to get them."""

import sys
import time

import msgspec
import pytest
from azure.core.credentials import AccessToken
from azure.identity import CredentialUnavailableError
from google.oauth2 import service_account as google_account

from providers.access_token import CredentialError
from providers.cloud_identity import ENTRA_SCOPE, entra, fetch_of, google
from providers.dialect import CloudIdentity
from providers.service_account import service_account


class Login:
    """A credential as `azure.identity` makes them; it may be logged out."""

    def __init__(self, *, good: bool) -> None:
        self._good = good

    def get_token(self, *scopes: str, **_options: object) -> AccessToken:
        assert scopes == (ENTRA_SCOPE,)
        if not self._good:
            raise CredentialUnavailableError("please run az login\nand more")
        return AccessToken("entra-token", int(time.time()) + 3600)


def test_a_token_of_entra_is_read_with_its_end() -> None:
    token = entra(Login(good=True))()
    assert token.text == "entra-token"
    assert token.expires_at_s - token.fetched_at_s == pytest.approx(3600, abs=5)


def test_whoever_is_logged_out_is_told_in_one_line() -> None:
    with pytest.raises(CredentialError, match=r"^Entra gives no token: please run az login$"):
        entra(Login(good=False))()


def test_a_token_endpoint_that_is_not_there_is_named() -> None:
    account = service_account("http://127.0.0.1:1/token", "mine")
    made = google_account.Credentials.from_service_account_info(msgspec.json.decode(account))  # type: ignore[no-untyped-call]  # google-auth is partly typed
    with pytest.raises(CredentialError, match=r"Google gives no token: .*127\.0\.0\.1"):
        google(made)()


@pytest.mark.parametrize(
    ("identity", "library"), [("entra", "azure.identity"), ("google", "google.auth")]
)
def test_without_the_extra_it_is_named(
    monkeypatch: pytest.MonkeyPatch, identity: CloudIdentity, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(CredentialError, match=r"pip install 'crosswind\[live\]'"):
        fetch_of(identity)


def test_an_authority_in_the_clear_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "http://127.0.0.1:1")
    with pytest.raises(CredentialError, match="https"):
        fetch_of("entra")()
