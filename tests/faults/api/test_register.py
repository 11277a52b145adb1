from faults.api.register import FaultKept, Lease, ProxyKept, Register, ToxicKept
from faults.config import Listener, Rule

RULE = Rule(id="r", endpoints=("http",), inject={"http_error": {}}, start_s=0, end_s=0)


def register() -> Register:
    found = Register()
    plain = Listener(endpoint="plain", dialect={}, upstream="127.0.0.1:1")
    reading = Listener(endpoint="http", dialect={"openai-chat": {}}, upstream="http://127.0.0.1:1")
    for listener in (plain, reading):
        found.proxies[listener.endpoint] = ProxyKept(listener=listener)
    return found


def toxic(ends_ns: int, lease: str = "", kind: str = "timeout") -> ToxicKept:
    return ToxicKept(
        name="t",
        kind=kind,
        stream="downstream",
        toxicity=1.0,
        attributes={"timeout": 0},
        ends_ns=ends_ns,
        lease=lease,
    )


def test_what_has_come_to_its_end_is_dropped() -> None:
    kept = register()
    kept.proxies["plain"].toxics["t"] = toxic(10)
    kept.proxies["http"].disabled_until_ns = 20
    kept.faults["r"] = FaultKept(rule=RULE, ends_ns=30)
    kept.expire(9)
    assert kept.proxies["plain"].toxics
    kept.expire(10)
    assert not kept.proxies["plain"].toxics
    assert kept.proxies["http"].disabled_until_ns == 20
    kept.expire(20)
    assert kept.proxies["http"].disabled_until_ns == 0
    assert kept.faults
    kept.expire(30)
    assert not kept.has_faults


def test_a_lease_takes_its_faults_along() -> None:
    kept = register()
    kept.leases["l"] = Lease(ttl_s=1, ends_ns=5)
    kept.proxies["plain"].toxics["t"] = toxic(100, "l")
    kept.faults["r"] = FaultKept(rule=RULE, ends_ns=100, lease="l")
    kept.faults["s"] = FaultKept(rule=RULE, ends_ns=100)
    assert [held.ends_ns for held in kept.arrangement(0).rules] == [5, 100]
    assert kept.arrangement(0).proxies[0].toxins[0].ends_ns == 5
    kept.expire(5)
    assert list(kept.faults) == ["s"]
    assert not kept.proxies["plain"].toxics
    assert not kept.leases


def test_toxics_of_plain_proxies_act_on_bytes_and_others_are_rules() -> None:
    kept = register()
    for proxy in kept.proxies.values():
        proxy.toxics["t"] = toxic(10)
    kept.proxies["http"].disabled_until_ns = 20
    said = kept.arrangement(3)
    assert said.kills == 3
    assert [len(placed.toxins) for placed in said.proxies] == [1, 0]
    assert [held.rule.id for held in said.rules] == ["http/t", "http disabled"]
    assert [held.rule.inject for held in said.rules] == [
        {"blackhole": {"hold_s": float("inf")}},
        {"connect_refused": {"reset_connections": "all"}},
    ]


def test_fixed_proxies_are_not_placed() -> None:
    kept = register()
    kept.proxies["http"].fixed = True
    assert [placed.listener.endpoint for placed in kept.arrangement(0).proxies] == ["plain"]


def test_forgetting_faults_leaves_proxies_and_leases() -> None:
    kept = register()
    kept.leases["l"] = Lease(ttl_s=1, ends_ns=5)
    kept.proxies["plain"].toxics["t"] = toxic(10)
    before = kept.copied()
    kept.forget_faults()
    assert not kept.has_faults
    assert (list(kept.proxies), list(kept.leases)) == (["plain", "http"], ["l"])
    assert before.has_faults
