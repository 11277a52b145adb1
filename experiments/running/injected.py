"""Faults made by hand: what the command line says, and what the injectors answer."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from experiments.reading.document import parse_value
from experiments.reading.nearest import nearest
from experiments.reading.problems import UsageError
from experiments.reading.vocabulary import elsewhere, plug_ins
from faults.catalog import make_fault, own_name
from faults.config import Rule
from faults.control import Facts, ask_all

UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smh])")


def rule_of(fault: str, lasting: str, at: Iterable[str], share: float, sets: Iterable[str]) -> Rule:
    """Return the rule, its times from now; raises UsageError. No endpoints: all there are."""
    if not fault:
        raise UsageError(f"inject: name a fault: {', '.join(plug_ins('fault'))}; or say --list")
    duration_s = duration(lasting)
    parameters = dict(_parameter(text) for text in sets)
    fault = own_name(fault)
    if fault not in plug_ins("fault"):
        hint = nearest(fault, plug_ins("fault"))
        meant = f"; did you mean {hint}?" if hint else ""
        why = elsewhere("fault", fault) or f"no fault is called {fault}{meant}"
        raise UsageError(f"inject: {why}")
    try:
        make_fault({fault: parameters})
    except msgspec.ValidationError as error:
        raise UsageError(f"inject {fault}: {error}") from error
    name = f"by-hand-{fault}"
    return Rule(
        id=name,
        endpoints=tuple(at),
        inject={fault: parameters},
        start_s=0.0,
        end_s=duration_s,
        share=share,
    )


def duration(text: str, option: str = "inject: say how long with --for") -> float:
    """Read `30s`, `5m` or `1h`, in seconds; raises UsageError, which names the option."""
    found = _DURATION.fullmatch(text)
    if not found or float(found[1]) <= 0:
        got = f", got {text!r}" if text else ""
        raise UsageError(f"{option} 30s, 5m or 1h{got}")
    return float(found[1]) * UNITS_S[found[2]]


def inject_everywhere(rule: Rule, pid: int | None) -> tuple[bool, list[str]]:
    """Ask the injectors, or one; returns whether any took the fault, and a line for each."""
    lines: list[str] = []
    done = False
    asked = ask_all("list") if pid is None else ask_all("list", pid=str(pid))
    for facts in asked:
        answer = ask_all("inject", pid=str(facts["pid"]), rule=_there(rule, facts))[:1]
        error = str(answer[0].get("error", "")) if answer else "it is gone"
        done = done or not error
        until = f"armed for {rule.end_s:g} s" if not error else f"not armed: {error}"
        lines.append(f"injector {facts['pid']}: {until}")
    return done, lines or ["no injector of yours is running: crosswind serve starts one"]


def listed() -> Iterator[str]:
    """Say what is armed at each injector, a line each."""
    for facts in ask_all("list"):
        faults = msgspec.convert(facts.get("faults", []), list[dict[str, object]])
        said = ", ".join(f"{fault['id']} at {_joined(fault['endpoints'])}" for fault in faults)
        where = facts.get("run_folder") or "no run"
        yield f"injector {facts['pid']} ({where}): {said or 'no fault'}"


def _there(rule: Rule, facts: Facts) -> Rule:
    """Return the rule at this injector's endpoints, under a name that it does not have yet."""
    ports = msgspec.convert(facts.get("ports", {}), dict[str, int])
    faults = msgspec.convert(facts.get("faults", []), list[dict[str, object]])
    taken = {str(fault["id"]) for fault in faults}
    names = [rule.id, *(f"{rule.id}-{number}" for number in range(2, len(taken) + 3))]
    free = next(name for name in names if name not in taken)
    return msgspec.structs.replace(rule, id=free, endpoints=rule.endpoints or tuple(ports))


def _joined(endpoints: object) -> str:
    return ", ".join(map(str, endpoints)) if isinstance(endpoints, Sequence) else str(endpoints)


def _parameter(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"inject: --set {text}: expected NAME=VALUE")
    return name, parse_value(value)
