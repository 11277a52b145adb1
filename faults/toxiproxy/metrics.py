"""`GET /metrics`: Toxiproxy's families, and how often each fault reached a client. Pure.

Prometheus' text format 0.0.4. The first family is what Toxiproxy's own library says of itself.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from faults.api.register import Register
from faults.control import Facts
from faults.plain.proxy import told_address

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
HANDLER: Final = (
    "# HELP promhttp_metric_handler_errors_total Total number of internal errors encountered by "
    "the promhttp metric handler.\n"
    "# TYPE promhttp_metric_handler_errors_total counter\n"
    'promhttp_metric_handler_errors_total{cause="encoding"} 0\n'
    'promhttp_metric_handler_errors_total{cause="gathering"} 0\n'
)
INJECTED: Final = "crosswind_fault_injections_total"
FAMILIES: Final = {
    INJECTED: "Exchanges, on plain proxies connections, that a fault changed.",
    "toxiproxy_proxy_received_bytes_total": "Bytes received, of connections that have ended.",
    "toxiproxy_proxy_sent_bytes_total": "Bytes sent, of connections that have ended.",
}
Samples = dict[str, dict[str, int]]


def told(register: Register, facts: Iterable[Facts]) -> str:
    """Return the page."""
    samples = _samples(register, list(facts))
    families = {name: dict(sorted(found.items())) for name, found in samples.items() if found}
    ours = "".join(_family(name, families[name]) for name in (INJECTED,) if name in families)
    rest = (name for name in FAMILIES if name != INJECTED and name in families)
    return ours + HANDLER + "".join(_family(name, families[name]) for name in rest)


def summed(facts: Iterable[Facts], key: str) -> Counter[str]:
    """Return a count of the injectors' together."""
    total: Counter[str] = Counter()
    for one in facts:
        total.update(msgspec.convert(one.get(key, {}), dict[str, int]))
    return total


def _samples(register: Register, facts: list[Facts]) -> Samples:
    found: Samples = {name: {} for name in FAMILIES}
    for fault, count in summed(facts, "touched").items():
        found[INJECTED][_labels({"fault": fault})] = count
    for key, count in summed(facts, "bytes").items():
        name, direction, what = key.rsplit(" ", 2)
        if name in register.proxies:
            labels = _labels(_proxy_labels(register, name, direction))
            found[f"toxiproxy_proxy_{what}_bytes_total"][labels] = count
    return found


def _proxy_labels(register: Register, name: str, direction: str) -> dict[str, str]:
    listener = register.proxies[name].listener
    return {
        "direction": direction,
        "listener": told_address(listener.host, listener.port),
        "proxy": name,
        "upstream": listener.upstream,
    }


def _labels(labels: dict[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _family(name: str, samples: dict[str, int]) -> str:
    return "".join(_lines(name, samples))


def _lines(name: str, samples: dict[str, int]) -> Iterator[str]:
    yield f"# HELP {name} {FAMILIES[name]}\n# TYPE {name} counter\n"
    for labels, count in samples.items():
        yield f"{name}{{{labels}}} {count}\n"
