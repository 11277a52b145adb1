import msgspec
import pytest

from loadgen.config import Target
from loadgen.endpoint import endpoint_of
from providers.credentials import PLACEHOLDER_CREDENTIAL
from providers.dialect import Question


def target(base_url: str = "http://127.0.0.1:8080/base", *, numbered: bool = True) -> Target:
    return Target(
        endpoint="azure",
        dialect={"azure-openai": {}},
        base_url=base_url,
        credential_variable="KEY",
        numbered=numbered,
    )


def test_a_request_goes_to_the_base_urls_host_and_path() -> None:
    endpoint = endpoint_of(target(), {})
    asked = endpoint.request(Question(prompt="hi", max_output_tokens=1), (("x-more", "1"),))
    head, _, body = asked.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /base/openai/deployments/")
    assert b"\r\nHost: 127.0.0.1:8080\r\n" in head
    assert b"\r\nx-more: 1" in head
    assert b'"hi"' in body
    assert (endpoint.host, endpoint.port) == ("127.0.0.1", 8080)


def test_a_stand_in_never_sees_the_real_credential() -> None:
    assert endpoint_of(target(), {"KEY": "real"}).credential.current() == PLACEHOLDER_CREDENTIAL


def test_a_real_endpoint_sees_the_one_of_the_environment() -> None:
    assert endpoint_of(target(numbered=False), {"KEY": "real"}).credential.current() == "real"
    assert endpoint_of(target(numbered=False), {}).credential.current() == PLACEHOLDER_CREDENTIAL


@pytest.mark.parametrize("url", ["https://127.0.0.1", "127.0.0.1:80", "http://"])
def test_only_plain_http_can_be_asked(url: str) -> None:
    with pytest.raises(ValueError, match="endpoint azure: not an http:// URL"):
        endpoint_of(target(url), {})


def test_over_tls_it_is_asked_where_it_is_known_whom_to_trust() -> None:
    secure = msgspec.structs.replace(target("https://127.0.0.1"), ca_file="ca.pem")
    assert (endpoint_of(secure, {}).port, endpoint_of(secure, {}).ca_file) == (443, "ca.pem")
    clear = msgspec.structs.replace(secure, base_url="http://127.0.0.1:80")
    with pytest.raises(ValueError, match="endpoint azure: not an https:// URL"):
        endpoint_of(clear, {})


def test_an_unknown_dialect_is_named() -> None:
    wrong = Target(endpoint="x", dialect={"morse": {}}, base_url="http://127.0.0.1:1")
    with pytest.raises(ValueError, match="endpoint x: no dialect 'morse'"):
        endpoint_of(wrong, {})
