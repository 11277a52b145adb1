import pytest

from faults.api import placing
from faults.api.placing import Terms
from faults.api.problems import ApiError
from faults.api.register import Register
from faults.toxiproxy.bodies import ProxyAsked, ToxicAsked, ToxicChange

TERMS = Terms(dialects=("openai-chat", "azure-openai"))
HERE = "127.0.0.1:6379"


def placed(**said: object) -> Register:
    register = Register()
    asked = {"name": "a", "upstream": HERE, **said}
    placing.add_proxy(register, ProxyAsked(**asked), TERMS)  # type: ignore[arg-type]
    return register


@pytest.mark.parametrize(
    ("listen", "host", "port"),
    [
        ("", "127.0.0.1", 0),
        (":8080", "127.0.0.1", 8080),
        ("0.0.0.0:1", "127.0.0.1", 1),
        ("[::]:1", "127.0.0.1", 1),
        ("localhost:1", "127.0.0.1", 1),
        ("[::1]:1", "::1", 1),
    ],
)
def test_nobody_elses_door_is_opened_unasked(listen: str, host: str, port: int) -> None:
    listener = placed(listen=listen).proxies["a"].listener
    assert (listener.host, listener.port) == (host, port)


@pytest.mark.parametrize(
    ("said", "dialect", "upstream"),
    [
        ({}, {}, HERE),
        ({"upstream": f"http://{HERE}"}, {"openai-chat": {}}, f"http://{HERE}"),
        ({"dialect": "azure-openai"}, {"azure-openai": {}}, f"http://{HERE}"),
    ],
)
def test_a_dialect_is_read_where_one_is_said_or_the_upstream_is_a_url(
    said: dict[str, object], dialect: object, upstream: str
) -> None:
    listener = placed(**said).proxies["a"].listener
    assert (listener.dialect, listener.upstream) == (dialect, upstream)


@pytest.mark.parametrize(
    ("said", "status", "word"),
    [
        ({"name": ""}, 400, "missing required field: name"),
        ({"upstream": ""}, 400, "missing required field: upstream"),
        ({"dialect": "klingon"}, 400, "klingon"),
        ({"listen": "nowhere"}, 400, "nowhere"),
        ({"upstream": "far.example:1"}, 403, "far.example"),
    ],
)
def test_what_cannot_be_placed_is_refused(said: dict[str, object], status: int, word: str) -> None:
    with pytest.raises(ApiError, match=word) as refused:
        placed(**said)
    assert refused.value.status == status


def test_a_proxy_that_relays_bytes_does_not_begin_to_read() -> None:
    register = placed()
    with pytest.raises(ApiError, match="relays bytes"):
        placing.change_proxy(register, "a", ProxyAsked(upstream=f"http://{HERE}"), TERMS)
    moved = placing.change_proxy(register, "a", ProxyAsked(upstream="127.0.0.1:1"), TERMS)
    assert moved.listener.upstream == "127.0.0.1:1"


def test_what_the_injector_was_started_with_stays() -> None:
    register = placed()
    register.proxies["a"].fixed = True
    with pytest.raises(ApiError, match="experiment"):
        placing.remove_proxy(register, "a")
    with pytest.raises(ApiError, match="experiment"):
        placing.change_proxy(register, "a", ProxyAsked(listen=":1"), TERMS)
    assert not placing.change_proxy(register, "a", ProxyAsked(enabled=False), TERMS).enabled


def test_a_fault_lives_as_long_as_it_may() -> None:
    assert TERMS.end_ns(1.0) < TERMS.end_ns() <= TERMS.end_ns(600.0)
    for ttl_s in (0.0, -1.0, 601.0):
        with pytest.raises(ApiError, match="600 s"):
            TERMS.end_ns(ttl_s)


def test_a_toxic_is_changed_attribute_by_attribute() -> None:
    register = placed()
    proxy = register.proxies["a"]
    asked = ToxicAsked(type="latency", attributes={"latency": 5, "jitter": 2})
    made = placing.add_toxic(proxy, asked, register, TERMS)
    assert made.name == "latency_downstream"
    placing.change_toxic(proxy, made.name, ToxicChange(attributes={"latency": 9}, toxicity=0.5))
    assert proxy.toxics[made.name].attributes == {"latency": 9, "jitter": 2}
    assert proxy.toxics[made.name].toxicity == 0.5
    with pytest.raises(ApiError, match="between 0 and 1"):
        placing.change_toxic(proxy, made.name, ToxicChange(toxicity=float("nan")))


def test_a_toxic_rests_on_a_lease_that_there_is() -> None:
    register = placed()
    asked = ToxicAsked(type="latency", lease="gone")
    with pytest.raises(ApiError, match="no lease gone"):
        placing.add_toxic(register.proxies["a"], asked, register, TERMS)
