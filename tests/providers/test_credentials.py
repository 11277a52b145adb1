"""What a real endpoint is shown: the variable's key, else a cloud's token, kept fresh."""

import math
from collections.abc import Callable

import pytest

from providers.access_token import CredentialError, Token
from providers.credentials import PLACEHOLDER_CREDENTIAL, RETRY_S, Renewed, credential_for


def tokens(now_s: Callable[[], float], *texts: str) -> Callable[[], Token]:
    """Return a cloud that gives these tokens, good for an hour each, and then no more."""
    left = list(texts)

    def fetch() -> Token:
        if not left:
            raise CredentialError("the cloud is gone")
        return Token(text=left.pop(0), fetched_at_s=now_s(), expires_at_s=now_s() + 3600)

    return fetch


def test_the_variables_key_comes_first() -> None:
    for name in ("azure-openai", "vertex-gemini"):
        found = credential_for({name: {"auth": "bearer"}}, {"MINE": "key"}, variable="MINE")
        assert (found.current(), found.refresh_due_at_s) == ("key", math.inf)
        found.refresh()
        assert found.current() == "key"
    assert credential_for({"openai-chat": {}}, {"OPENAI_API_KEY": "key"}).current() == "key"


def test_without_a_key_and_an_identity_a_placeholder_is_shown() -> None:
    assert credential_for({"azure-openai": {}}, {}).current() == PLACEHOLDER_CREDENTIAL
    alone = credential_for({"vertex-gemini": {}}, {}, cloud_identity=False)
    assert alone.current() == PLACEHOLDER_CREDENTIAL


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    with pytest.raises(CredentialError, match=r"GOOGLE_OAUTH_ACCESS_TOKEN is not set.*nowhere"):
        credential_for({"vertex-gemini": {}}, {})


def test_a_token_is_current_until_the_next_one_came() -> None:
    now_s = 1000.0
    found = Renewed(tokens(lambda: now_s, "one", "two"), lambda: now_s)
    assert (found.current(), found.refresh_due_at_s) == ("one", 1000 + 2880)
    now_s = 4000.0
    assert found.current() == "one"
    found.refresh()
    assert (found.current(), found.refresh_due_at_s) == ("two", 4000 + 2880)


def test_after_a_failure_the_old_token_stays_and_the_next_try_is_soon() -> None:
    now_s = 1000.0
    found = Renewed(tokens(lambda: now_s, "one"), lambda: now_s)
    now_s = 4000.0
    with pytest.raises(CredentialError, match="gone"):
        found.refresh()
    assert (found.current(), found.refresh_due_at_s) == ("one", 4000 + RETRY_S)


def test_there_is_no_source_without_a_first_token() -> None:
    with pytest.raises(CredentialError, match="gone"):
        Renewed(tokens(lambda: 0.0))
