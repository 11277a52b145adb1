"""The official libraries fetch tokens for us; the load never waits for one."""

import itertools
import ssl
import threading
import time
from pathlib import Path

import msgspec
import pytest
import trustme
from azure.identity import ClientSecretCredential

from providers import tokens
from providers.cloud_identity import entra
from providers.credentials import credential_for
from providers.dialect import HttpAnswer, HttpRequest
from providers.service_account import service_account
from telemetry.leash import Stop
from tests.live.origin import Origin, header
from tests.live.token_endpoint import token_endpoint
from tests.live.workers import Worker, config, target

pytestmark = pytest.mark.live
VERTEX: dict[str, dict[str, object]] = {"vertex-gemini": {}}


def real(request: HttpRequest) -> HttpAnswer:
    return tokens.answer(request, time.time())


class ShortLived:
    """Gives `token-1`, `token-2`, ..., good for a second each, and holds the fourth request."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self._numbers = itertools.count(1)

    def __call__(self, request: HttpRequest) -> HttpAnswer:
        said = real(request)
        number = next(self._numbers)
        if number >= 4:
            self.let_go.wait(20)
        body = msgspec.json.decode(said.body) | {"access_token": f"token-{number}", "expires_in": 1}
        return HttpAnswer(status=said.status, headers=said.headers, body=msgspec.json.encode(body))


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "account.json"
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    monkeypatch.delenv("GOOGLE_OAUTH_ACCESS_TOKEN", raising=False)
    return file


def test_googles_default_credentials_give_a_token(account: Path) -> None:
    with token_endpoint(real) as address:
        account.write_bytes(service_account(f"http://{address}/token", "mine"))
        found = credential_for(VERTEX, {})
        assert found.current() == tokens.GOOGLE_TOKEN
        first_due_s = found.refresh_due_at_s
        assert 2800 < first_due_s - time.time() < 2890
        found.refresh()
        assert found.refresh_due_at_s >= first_due_s


def test_azures_library_gets_its_token_over_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    serving, trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), tmp_path / "ca.pem"
    authority.issue_cert("127.0.0.1").configure_cert(serving)
    authority.cert_pem.write_to_path(trusted)
    with token_endpoint(real, serving) as address:
        login = ClientSecretCredential(
            "tenant",
            "me",
            "secret",
            authority=f"https://{address}",
            disable_instance_discovery=True,
            connection_verify=str(trusted),
        )
        token = entra(login)()
        login.close()
    assert token.text == tokens.ENTRA_TOKEN
    assert token.expires_at_s - token.fetched_at_s == pytest.approx(tokens.LIFETIME_S, abs=10)


def test_a_worker_renews_its_token_and_does_not_wait_for_it(tmp_path: Path, account: Path) -> None:
    cloud = ShortLived()
    with token_endpoint(cloud) as address, Origin() as provider:
        account.write_bytes(service_account(f"http://{address}/token", "mine"))
        asked = target("vertex", provider.port)
        asked = msgspec.structs.replace(asked, dialect=VERTEX, numbered=False, cloud_identity=True)
        with Worker(config(tmp_path, (asked,), duration_s=2.0)) as worker:
            worker.start()
            assert worker.word()["finished"] is True
            worker.order(Stop())
            assert worker.exit_code() == 0, worker.errors.read_text()
        cloud.let_go.set()
    shown = [header(head, "authorization") for head in provider.heads]
    assert len(shown) == 40
    assert shown[-1] == "Bearer token-3"
    assert shown == sorted(shown)


def test_a_worker_without_a_token_says_what_to_do(tmp_path: Path, account: Path) -> None:
    assert not account.exists()
    asked = target("vertex", 1)
    asked = msgspec.structs.replace(asked, dialect=VERTEX, numbered=False, cloud_identity=True)
    with Worker(config(tmp_path, (asked,))) as worker:
        assert worker.exit_code() == 2
    said = worker.errors.read_text()
    assert "endpoint vertex: GOOGLE_OAUTH_ACCESS_TOKEN is not set, and Google: " in said
    assert "Traceback" not in said
