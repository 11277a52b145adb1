import pytest

from faults.api.translate import checked, injected, is_known, rule_of
from faults.catalog import make_fault


def test_every_kind_of_toxic_and_fault_is_known() -> None:
    assert all(
        map(is_known, ("latency", "slicer", "http_error", "stream_stall", "connect_refused"))
    )
    assert not is_known("earthquake")


@pytest.mark.parametrize(
    ("kind", "attributes", "like"),
    [
        ("latency", {"latency": 250, "jitter": 0}, {"latency": {"delay_s": 0.25}}),
        ("timeout", {"timeout": 500}, {"blackhole": {"hold_s": 0.5}}),
        ("reset_peer", {"timeout": 100}, {"reset_peer": {"after_s": 0.1}}),
        ("bandwidth", {"rate": 20}, {"bandwidth": {"rate_kb_per_s": 20.0}}),
        ("limit_data", {"bytes": 90}, {"limit_data": {"limit_bytes": 90}}),
        ("slow_close", {"delay": 1500}, {"slow_close": {"delay_s": 1.5}}),
        ("http_error", {"status": 429}, {"http_error": {"status": 429}}),
    ],
)
def test_a_toxic_has_its_like_among_faults_of_exchanges(
    kind: str, attributes: dict[str, object], like: dict[str, dict[str, object]]
) -> None:
    assert injected(kind, attributes) == like
    make_fault(injected(kind, attributes))


def test_all_attributes_are_told_also_those_that_were_not_said() -> None:
    assert checked("latency", {"latency": 5}, plain=True) == {"latency": 5, "jitter": 0}
    told = checked("http_error", {}, plain=False)
    assert told["status"] == 503


@pytest.mark.parametrize(
    ("kind", "attributes", "plain", "said"),
    [
        ("latency", {"latencyy": 5}, True, "latencyy"),
        ("latency", {"jitter": 5}, False, "jitter"),
        ("http_error", {}, True, "HTTP"),
        ("http_error", {"status": 200}, False, "400"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    kind: str, attributes: dict[str, object], *, plain: bool, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        checked(kind, attributes, plain=plain)


def test_a_rule_is_named_after_its_proxy() -> None:
    rule = rule_of("azure", "slow", "latency", {"latency": 5, "jitter": 0}, 0.5)
    assert (rule.id, rule.endpoints, rule.share) == ("azure/slow", ("azure",), 0.5)
