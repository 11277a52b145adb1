"""Credentials are renewed when they are due, whatever the clock and the cloud do."""

import pytest
from msgspec.structs import replace

from loadgen.config import Target
from loadgen.endpoint import Endpoint, endpoint_of
from loadgen.renewal import LOOK_EVERY_S, keep_fresh
from providers.access_token import CredentialError, Token
from providers.credentials import RETRY_S, Renewed

TARGET = Target(endpoint="azure", dialect={"azure-openai": {}}, base_url="http://127.0.0.1:1")


class Hours:
    """A clock that waiting moves, until its end; a cloud whose tokens last 1000 s."""

    def __init__(self, end_s: float, failing: tuple[int, ...] = ()) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self.fetched_at: list[float] = []
        self.lines: list[str] = []
        self._end_s = end_s
        self._failing = failing

    def fetch(self) -> Token:
        self.fetched_at.append(self.now)
        if len(self.fetched_at) in self._failing:
            raise CredentialError("no")
        return Token(text="t", fetched_at_s=self.now, expires_at_s=self.now + 1000)

    def wait(self, for_s: float) -> bool:
        self.waits.append(for_s)
        self.now += for_s
        return self.now >= self._end_s

    def run(self, endpoint: Endpoint) -> None:
        keep_fresh(endpoint, lambda: self.now, self.wait, self.lines.append)


def renewed(hours: Hours) -> Endpoint:
    return replace(endpoint_of(TARGET, {}), credential=Renewed(hours.fetch, lambda: hours.now))


def test_a_token_is_fetched_each_time_it_is_due() -> None:
    hours = Hours(end_s=2000)
    hours.run(renewed(hours))
    assert hours.fetched_at == pytest.approx([0, 700, 1400])
    assert max(hours.waits) <= LOOK_EVERY_S
    assert hours.lines == []


def test_a_failure_is_told_and_tried_again() -> None:
    hours = Hours(end_s=1000, failing=(2,))
    hours.run(renewed(hours))
    assert hours.fetched_at == pytest.approx([0, 700, 700 + RETRY_S])
    assert hours.lines == ["endpoint azure: no\n"]


def test_a_fixed_credential_is_left_alone() -> None:
    hours = Hours(end_s=1000)
    hours.run(endpoint_of(TARGET, {}))
    assert hours.waits == []
