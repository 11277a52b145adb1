import msgspec
import pytest

from faults.catalog import make_fault
from faults.client.dns_failure import DnsFailure
from faults.fault import ClientFault


def failure(**parameters: object) -> ClientFault:
    made = make_fault({"dns_failure": parameters}, in_client=True)
    assert isinstance(made, DnsFailure)
    return made


@pytest.mark.parametrize(
    ("rcode", "number"),
    [("nxdomain", -2), ("servfail", -3), ("refused", -3), ("timeout", -3), ("empty", -5)],
)
def test_each_is_the_error_of_getaddrinfo_that_it_leads_to(rcode: str, number: int) -> None:
    assert failure(rcode=rcode).words.startswith(f"[Errno {number}] ")


def test_an_answer_takes_no_time_and_none_takes_as_long_as_the_resolver_asks() -> None:
    assert failure().takes_s == 0
    assert failure(rcode="timeout").takes_s == 10
    assert failure(rcode="timeout", delay_s=3).takes_s == 3
    assert failure(delay_s=0.5).takes_s == 0.5


@pytest.mark.parametrize(
    "parameters", [{"rcode": "notimp"}, {"delay_s": -1}, {"delay_s": float("inf")}]
)
def test_what_no_resolver_does_is_refused(parameters: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        failure(**parameters)


def test_no_proxy_takes_it() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"only faults\.transport can do it"):
        make_fault({"dns_failure": {}})
