"""The made-up service account is one that Google's own library reads and signs with."""

import msgspec
from google.oauth2 import service_account as google

from providers.service_account import service_account


def test_googles_library_signs_with_it() -> None:
    said = msgspec.json.decode(service_account("http://127.0.0.1:1/token", "mine"))
    credentials = google.Credentials.from_service_account_info(said)  # type: ignore[no-untyped-call]  # google-auth is partly typed
    assert credentials.project_id == "mine"
    assert credentials.sign_bytes(b"x")
    assert not credentials.valid
