from faults.api.register import ProxyKept, Register
from faults.config import Listener
from faults.control import Facts
from faults.toxiproxy.metrics import HANDLER, told

FACTS: list[Facts] = [
    {"touched": {'a/"x"': 2}, "bytes": {"a upstream received": 5, "gone upstream sent": 1}},
    {"touched": {'a/"x"': 1}, "bytes": {"a upstream received": 4}},
]


def register() -> Register:
    found = Register()
    plain = Listener(endpoint="a", dialect={}, upstream="127.0.0.1:1", port=5)
    found.proxies["a"] = ProxyKept(listener=plain)
    return found


def test_nothing_is_told_of_what_did_not_happen() -> None:
    assert told(register(), []) == HANDLER


def test_counts_of_all_injectors_are_one() -> None:
    lines = told(register(), FACTS).splitlines()
    assert 'crosswind_fault_injections_total{fault="a/\\"x\\""} 3' in lines
    labels = 'direction="upstream",listener="127.0.0.1:5",proxy="a",upstream="127.0.0.1:1"'
    assert f"toxiproxy_proxy_received_bytes_total{{{labels}}} 9" in lines
    assert not any("sent_bytes" in line for line in lines)
