"""What a toxic is called among the faults of exchanges, for proxies that read HTTP. Pure.

On a plain proxy Toxiproxy's seven act on bytes. Where exchanges are read, their like acts on
exchanges, so that a share is one of exchanges and not of connections.
"""

import math
from collections.abc import Callable, Mapping

import msgspec

from faults.catalog import make_fault
from faults.config import Rule
from faults.plain.catalog import make_toxic, toxic_classes

Attributes = Mapping[str, object]
Reference = dict[str, dict[str, object]]


def is_known(kind: str) -> bool:
    """Tell whether a toxic's `type` may say so."""
    if kind in toxic_classes():
        return True
    try:
        make_fault({kind: {}})
    except KeyError:
        return False
    except ValueError:
        return True  # it has parameters that have to be said
    return True


def checked(kind: str, attributes: dict[str, object], *, plain: bool) -> dict[str, object]:
    """Return all attributes of a toxic, with those that were not said; ValueError if wrong."""
    if kind in toxic_classes():
        whole: dict[str, object] = msgspec.to_builtins(make_toxic(kind, attributes))
        if not plain:
            make_fault(injected(kind, whole))
        return whole
    if plain:
        raise ValueError(
            f"{kind} acts on HTTP exchanges, and this proxy relays bytes: give it a dialect, or "
            "create it with an upstream of http://host:port"
        )
    found: dict[str, object] = msgspec.to_builtins(make_fault({kind: attributes}))
    return found


def rule_of(proxy: str, name: str, kind: str, attributes: dict[str, object], share: float) -> Rule:
    """Return the rule of a toxic at a proxy that reads HTTP; who holds it says when it ends."""
    return Rule(
        id=f"{proxy}/{name}",
        endpoints=(proxy,),
        inject=injected(kind, attributes),
        start_s=0.0,
        end_s=0.0,
        share=share,
    )


def injected(kind: str, attributes: dict[str, object]) -> Reference:
    """Return what a toxic injects into exchanges; ValueError where there is nothing like it."""
    if kind not in toxic_classes():
        return {kind: attributes}
    if kind not in _LIKE:
        raise ValueError(f"{kind} acts on bytes, and this proxy reads HTTP: take a plain one")
    return _LIKE[kind](attributes)


def _latency(attributes: Attributes) -> Reference:
    if attributes.get("jitter"):
        raise ValueError("jitter acts on bytes, and this proxy reads HTTP: take a plain one")
    return {"latency": {"delay_s": _seconds(attributes["latency"])}}


def _timeout(attributes: Attributes) -> Reference:
    return {"blackhole": {"hold_s": _seconds(attributes["timeout"]) or math.inf}}


def _reset_peer(attributes: Attributes) -> Reference:
    return {"reset_peer": {"after_s": _seconds(attributes["timeout"])}}


def _bandwidth(attributes: Attributes) -> Reference:
    # Toxiproxy's KB are 1,000 bytes, too.
    return {"bandwidth": {"rate_kb_per_s": msgspec.convert(attributes["rate"], float)}}


def _limit_data(attributes: Attributes) -> Reference:
    return {"limit_data": {"limit_bytes": attributes["bytes"]}}


def _slow_close(attributes: Attributes) -> Reference:
    return {"slow_close": {"delay_s": _seconds(attributes["delay"])}}


_LIKE: dict[str, Callable[[Attributes], Reference]] = {
    "latency": _latency,
    "timeout": _timeout,
    "reset_peer": _reset_peer,
    "bandwidth": _bandwidth,
    "limit_data": _limit_data,
    "slow_close": _slow_close,
}


def _seconds(milliseconds: object) -> float:
    return msgspec.convert(milliseconds, float) / 1e3
