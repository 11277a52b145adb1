"""The official library fetches a token from the stand-ins' token endpoint."""

from pathlib import Path

import msgspec
import pytest
from google.auth.transport.requests import Request
from google.oauth2 import service_account as google

from experiments.running.children import Child, await_word
from providers.config import StandInConfig
from providers.service_account import service_account
from providers.tokens import GOOGLE_TOKEN

pytestmark = pytest.mark.live


def test_googles_library_gets_its_token(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_bytes(msgspec.json.encode(StandInConfig(seed=1, stand_ins=(), tokens=True)))
    child = Child("stand-in", "providers.stand_in_process", config, tmp_path / "log")
    try:
        ports = msgspec.convert(await_word(child, "ready", 10.0)["ports"], dict[str, int])
        uri = f"http://127.0.0.1:{ports['tokens']}/token"
        account = msgspec.json.decode(service_account(uri, "mine"))
        scopes = ["https://www.googleapis.com/auth/cloud-platform"]
        credentials = google.Credentials.from_service_account_info(account, scopes=scopes)  # type: ignore[no-untyped-call]  # google-auth is partly typed
        credentials.refresh(Request())
        assert credentials.token == GOOGLE_TOKEN
    finally:
        child.release()
        assert child.wait(10.0)
        child.close()
