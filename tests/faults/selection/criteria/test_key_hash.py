import hashlib

import pytest

from faults.selection.criteria.key_hash import SELECTOR
from faults.selection.match import Match
from tests.faults.selection.asking import meant
from tests.live.said import request

HASH = hashlib.sha256(b"Secret-1").hexdigest()[:16]


@pytest.mark.parametrize(
    "field", [b"api-key: Secret-1", b"Authorization: Bearer Secret-1", b"X-Goog-Api-Key:Secret-1"]
)
def test_a_credential_is_known_by_its_hash_wherever_it_stands(field: bytes) -> None:
    raw = request(b"{}", headers=field + b"\r\n")
    assert meant(Match(key_hash=("0" * 16, HASH)), raw)
    assert not meant(Match(key_hash="0" * 16), raw)


def test_without_a_credential_none_is_meant() -> None:
    assert not meant(Match(key_hash=HASH), request(b"{}"))
    assert not meant(Match(key_hash=HASH), request(b"{}", headers=b"api-key: secret-1\r\n"))


def test_a_key_itself_is_refused() -> None:
    complaint = SELECTOR.complaint("sk-123")
    assert "16 hex digits" in complaint
    assert "sk-123" not in complaint
    assert SELECTOR.complaint(HASH) == ""
