from faults.header_faults import NEVER, HeaderFaults
from faults.library.http_error import HttpError
from faults.library.latency import AddedLatency
from faults.rules import RuleBook


def head(fields: dict[str, str]) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join(["POST / HTTP/1.1", *lines, "", ""]).lower().encode()


def asked(**fields: str) -> list[object]:
    return [one.fault for one in HeaderFaults(1.0, 1).asked(head(fields), "a")]


def test_a_request_gets_what_it_asks_for() -> None:
    both = {"x_envoy_fault_abort_request": "429", "x_envoy_fault_delay_request": "250"}
    assert asked(**both) == [AddedLatency(delay_s=0.25), HttpError(status=429)]
    assert asked() == []


def test_what_means_nothing_is_passed_over() -> None:
    for value in ("200", "600", "-1", "soon", ""):
        assert asked(x_envoy_fault_abort_request=value) == []
    for value in ("0", "999999999", "1.5"):
        assert asked(x_envoy_fault_delay_request=value) == []


def got(share: float, percentage: str = "") -> int:
    fields = {"x_envoy_fault_abort_request": "503"}
    if percentage:
        fields["x_envoy_fault_abort_request_percentage"] = percentage
    faults = HeaderFaults(share, 1)
    return sum(bool(faults.asked(head(fields), str(key))) for key in range(1000))


def test_a_percentage_lowers_the_share_and_never_raises_it() -> None:
    assert got(1.0) == 1000
    # Four standard deviations of a binomial of 1,000.
    assert abs(got(0.5) - 500) < 64
    assert abs(got(1.0, "10") - 100) < 38
    assert got(0.5, "100") == got(0.5)
    assert got(1.0, "0") == 0


def test_the_candidate_that_lets_heads_be_read_touches_nobody() -> None:
    book = RuleBook((NEVER.rule,), seed=1, run_tag="00000000", bystanders=True)
    assert book.decide((NEVER,), None, None, "a#1", 0.0) == ()
