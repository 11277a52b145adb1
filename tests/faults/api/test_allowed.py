import pytest

from faults.api.allowed import Allowed, is_loopback, upstream_address
from faults.api.problems import ApiError

FAR = Allowed(upstreams=("far.example", "near.example:443"))


@pytest.mark.parametrize(
    "upstream",
    ["127.0.0.1:1", "localhost:1", "[::1]:1", "http://127.9.9.9:80", "far.example:1",
     "https://near.example"],
)  # fmt: skip
def test_loopback_and_what_is_listed_may_be_relayed_to(upstream: str) -> None:
    FAR.check_upstream(upstream)


@pytest.mark.parametrize(
    ("upstream", "status"),
    [
        ("near.example:80", 403),
        ("http://10.0.0.1", 403),
        ("169.254.169.254:80", 403),
        ("far.example.evil.example:1", 403),
        ("ftp://127.0.0.1:1", 400),
        ("nonsense", 400),
    ],
)
def test_everything_else_is_refused(upstream: str, status: int) -> None:
    with pytest.raises(ApiError) as refused:
        FAR.check_upstream(upstream)
    assert refused.value.status == status


def test_what_makes_faults_listens_at_home() -> None:
    FAR.check_listen("127.0.0.1")
    with pytest.raises(ApiError, match="loopback"):
        FAR.check_listen("0.0.0.0")


def test_an_upstream_has_a_host_and_a_port() -> None:
    assert upstream_address("https://a.example/x") == ("a.example", 443)
    assert upstream_address("b:6379") == ("b", 6379)
    assert not is_loopback("localhost.evil.example")
