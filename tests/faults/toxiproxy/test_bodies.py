import pytest

from faults.api.problems import ApiError
from faults.api.register import ProxyKept, ToxicKept
from faults.config import Listener
from faults.plain.orders import Stream
from faults.toxiproxy import bodies
from faults.toxiproxy.bodies import ProxyAsked, ToxicAsked


def proxy() -> ProxyKept:
    plain = Listener(endpoint="a", dialect={}, upstream="127.0.0.1:1", port=5)
    return ProxyKept(
        listener=plain, toxics={"d": toxic("d", "downstream"), "u": toxic("u", "upstream")}
    )


def toxic(name: str, stream: Stream) -> ToxicKept:
    return ToxicKept(
        name=name, kind="timeout", stream=stream, toxicity=0.5, attributes={}, ends_ns=1
    )


def test_toxics_upstream_come_first() -> None:
    assert [one["name"] for one in bodies.toxics_said(proxy())] == ["u", "d"]


def test_a_proxy_that_reads_says_its_dialect() -> None:
    assert "dialect" not in bodies.proxy_said(proxy())
    reading = Listener(endpoint="b", dialect={"azure-openai": {}}, upstream="http://127.0.0.1:1")
    assert bodies.proxy_said(ProxyKept(listener=reading))["dialect"] == "azure-openai"


def test_proxies_come_by_name() -> None:
    other = Listener(endpoint="A", dialect={}, upstream="127.0.0.1:1")
    assert list(bodies.proxies_said([proxy(), ProxyKept(listener=other)])) == ["A", "a"]


def test_strange_keys_are_passed_over_as_toxiproxy_does() -> None:
    assert bodies.read(b'{"name":"a","colour":"red"}', ProxyAsked).name == "a"


def test_what_is_no_body_is_refused() -> None:
    with pytest.raises(ApiError, match="bad request body: EOF"):
        bodies.read(b"", ToxicAsked)
