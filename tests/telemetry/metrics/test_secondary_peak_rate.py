from msgspec.structs import replace

from telemetry.exchange import Evidence, Quota
from tests.telemetry.synthetic import attempt, evidence, exchange, measured, window

NAME = "secondary_peak_rate"


def seen(*begins: float, quota: Quota, prompt_tokens: int = 100) -> Evidence:
    made = [
        exchange(i, t, attempt("vertex", t), prompt_tokens=prompt_tokens)
        for i, t in enumerate(begins)
    ]
    return replace(evidence(made, window()), quotas={"vertex": quota})


def test_it_is_the_fullest_ten_seconds_against_the_request_quota() -> None:
    begins = (20.0, 21.0, 29.9, 30.0, 31.0, 39.95)
    one = seen(*begins, quota=Quota(requests_per_minute=12))
    figure = measured(NAME, one, window=one.windows[0])
    assert (figure.value, figure.samples) == (1.5, 6)  # three in 10 s are 18 a minute


def test_tokens_count_where_they_are_nearer_to_their_quota() -> None:
    quota = Quota(requests_per_minute=1000, tokens_per_minute=1248)
    one = seen(20.0, 21.0, quota=quota)
    figure = measured(NAME, one, window=one.windows[0])
    assert figure.value == 1.0  # 2 x 104 tokens in 10 s
    assert "tokens, quota 1248/min" in figure.reason


def test_attempts_outside_the_window_do_not_count() -> None:
    one = seen(19.0, 20.0, 40.0, quota=Quota(requests_per_minute=6))
    assert measured(NAME, one, window=one.windows[0]).value == 1.0


def test_an_unknown_quota_or_no_window_is_unknown() -> None:
    one = evidence([exchange(0, 21.0, attempt("vertex", 21.0))], window())
    assert measured(NAME, one, window=one.windows[0]).value is None
    assert measured(NAME, one, phase="fault").value is None
