"""Quota headers say what they say, and nothing else is made of them."""

import pytest

from providers.catalog import make_dialect
from providers.dialect import Answer
from providers.quota import RemainingQuota, remaining_quota, short_of


def headers(**values: str) -> dict[str, str]:
    return {f"x-ratelimit-{name.replace('_', '-')}": value for name, value in values.items()}


def test_what_is_told_is_read() -> None:
    told = headers(
        remaining_requests="9", remaining_tokens="0", limit_requests="10", limit_tokens="1000"
    )
    assert remaining_quota(told) == RemainingQuota(
        requests=9, tokens=0, limit_requests=10, limit_tokens=1000
    )


@pytest.mark.parametrize(
    "told",
    [
        {},
        headers(remaining_requests="-1", remaining_tokens="-1"),
        headers(remaining_requests="0", limit_requests="-1"),
        headers(remaining_tokens="0", limit_tokens="0"),
        headers(remaining_tokens="plenty", limit_tokens=""),
    ],
)
def test_what_counts_nothing_is_unknown(told: dict[str, str]) -> None:
    found = remaining_quota(told)
    assert not found.known
    assert short_of(found, 1e9, 1e9) == ""


@pytest.mark.parametrize("name", ["azure-openai", "openai-chat"])
def test_what_a_stand_in_sends_is_what_is_read(name: str) -> None:
    answer = Answer(
        response_id="1",
        created_s=0,
        prompt_tokens=1,
        output_tokens=1,
        remaining_requests=59,
        limit_requests=60,
        remaining_tokens=978,
        limit_tokens=1000,
    )
    sent = make_dialect({name: {}}).head(answer, stream=True)
    assert remaining_quota({n.lower(): v for n, v in sent}) == RemainingQuota(
        requests=59, tokens=978, limit_requests=60, limit_tokens=1000
    )


def test_a_quota_below_the_peak_is_told_with_both_numbers() -> None:
    quota = RemainingQuota(requests=59, tokens=978)
    assert short_of(quota, 59, 978) == ""
    assert short_of(quota, 600, 978) == "59 requests are left this minute, the peak needs 600"
    assert "; 978 tokens" in short_of(quota, 600, 20_000)
