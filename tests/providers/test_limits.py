import pytest

from providers.limits import (
    AZURE_MINUTE,
    SLIDING_MINUTE,
    Capacity,
    Entry,
    OverQuota,
    Quota,
    Remaining,
    SlidingWindow,
    Window,
)


def test_a_fixed_window_begins_with_its_first_use_and_forgets_at_its_end() -> None:
    window = Window(60.0, 10)
    window.use(100.0, 10)
    assert window.wait_s(130.0, 1) == pytest.approx(30.0)
    assert window.left(130.0) == 0
    assert window.wait_s(160.0, 10) == 0.0


def test_a_sliding_window_forgets_each_use_on_its_own() -> None:
    window = SlidingWindow(60.0, 10)
    window.use(0.0, 4)
    window.use(50.0, 6)
    assert window.wait_s(55.0, 4) == pytest.approx(5.0)
    assert window.wait_s(55.0, 5) == pytest.approx(55.0)
    assert window.left(60.0) == 4


@pytest.mark.parametrize("window", [Window(60.0, 10), SlidingWindow(60.0, 10)])
def test_what_never_fits_waits_a_whole_window(window: Window | SlidingWindow) -> None:
    assert window.wait_s(5.0, 11) == pytest.approx(60.0)


def test_azure_counts_the_tokens_that_may_come() -> None:
    quota = Quota(AZURE_MINUTE, None, 100)
    assert quota.admit(0.0, 10, 50) is None
    assert quota.admit(1.0, 10, 50) == OverQuota(exhausted="tokens", retry_after_s=59.0)
    assert quota.admit(1.0, 10, 30) is None
    assert quota.remaining(1.0) == Remaining(requests=None, tokens=0)


def test_vertex_counts_the_prompt_alone() -> None:
    quota = Quota(SLIDING_MINUTE, None, 100)
    assert quota.admit(0.0, 60, 10_000) is None
    assert quota.remaining(0.0).tokens == 40


def test_azure_refuses_a_burst_far_below_the_minute() -> None:
    quota = Quota(AZURE_MINUTE, 60, None)
    assert [quota.admit(0.0, 1, 1) for _ in range(10)] == [None] * 10
    assert quota.admit(4.0, 1, 1) == OverQuota(exhausted="requests", retry_after_s=6.0)
    assert quota.admit(10.0, 1, 1) is None


def test_vertex_lets_the_whole_minute_come_at_once() -> None:
    quota = Quota(SLIDING_MINUTE, 60, None)
    assert [quota.admit(0.0, 1, 1) for _ in range(60)] == [None] * 60
    assert quota.admit(0.0, 1, 1) == OverQuota(exhausted="requests", retry_after_s=60.0)


def test_azure_never_admits_more_than_the_minute_allows() -> None:
    quota = Quota(AZURE_MINUTE, 7, None)
    admitted = sum(quota.admit(at / 10, 1, 1) is None for at in range(600))
    assert admitted == 7


def test_the_longest_wait_names_what_is_exhausted() -> None:
    quota = Quota(AZURE_MINUTE, 6, 10)
    assert quota.admit(0.0, 5, 5) is None
    assert quota.admit(0.0, 5, 5) == OverQuota(exhausted="tokens", retry_after_s=60.0)


def test_a_refused_request_uses_nothing_up() -> None:
    quota = Quota(SLIDING_MINUTE, 2, 10)
    assert quota.admit(0.0, 11, 0) is not None
    assert quota.remaining(0.0) == Remaining(requests=2, tokens=10)


def test_without_quotas_all_come_in() -> None:
    quota = Quota(AZURE_MINUTE, None, None)
    assert [quota.admit(0.0, 10**6, 10**6) for _ in range(1000)] == [None] * 1000


def test_capacity_starts_queues_and_turns_away() -> None:
    capacity: Capacity[str] = Capacity(1, 2)
    entries = [capacity.enter(name) for name in "abcd"]
    assert entries == [Entry.STARTED, Entry.QUEUED, Entry.QUEUED, Entry.FULL]
    assert capacity.share == 1.0


def test_the_queue_is_first_come_first_served() -> None:
    capacity: Capacity[str] = Capacity(1, 2)
    for name in "abc":
        capacity.enter(name)
    assert [capacity.leave(name) for name in "abc"] == ["b", "c", None]
    assert capacity.share == 0.0


def test_who_gives_up_waiting_is_not_started() -> None:
    capacity: Capacity[str] = Capacity(1, 2)
    for name in "abc":
        capacity.enter(name)
    assert capacity.leave("b") is None
    assert capacity.leave("a") == "c"


def test_who_was_never_let_in_takes_no_place_away() -> None:
    capacity: Capacity[str] = Capacity(1, 1)
    for name in "abc":
        capacity.enter(name)
    assert capacity.leave("c") is None
    assert capacity.leave("a") == "b"
