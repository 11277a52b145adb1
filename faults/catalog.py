"""The faults there are, by name."""

import math
from functools import cache

import msgspec

from faults import library, listener
from faults.fault import Fault, ListenerFault, Protocol
from telemetry import plugins

Reference = dict[str, dict[str, object]]


@cache
def fault_classes() -> dict[str, type[Fault]]:
    """Return every fault of an exchange by its name."""
    return plugins.classes(library, Fault)


def faults_over(protocol: Protocol) -> dict[str, type[Fault]]:
    """Return every fault of an exchange that has a meaning over a protocol."""
    return {name: kind for name, kind in fault_classes().items() if protocol in kind.protocols}


@cache
def listener_fault_classes() -> dict[str, type[ListenerFault]]:
    """Return every fault of a listener by its name."""
    return plugins.classes(listener, ListenerFault)


@cache
def aliases() -> dict[str, str]:
    """Return what other tools call our faults: the alias, and our name for it."""
    kinds: list[type[Fault | ListenerFault]] = [*fault_classes().values()]
    kinds += listener_fault_classes().values()
    found: dict[str, str] = {}
    for kind in kinds:
        for alias in kind.aliases:
            taken = alias in found or alias in fault_classes() or alias in listener_fault_classes()
            if taken:
                raise plugins.DuplicateNameError(f"{kind.name}: {alias!r} is already taken")
            found[alias] = kind.name
    return found


def own_name(name: str) -> str:
    """Return our name for a fault that may be called by another tool's; unknown ones as given."""
    return aliases().get(name, name)


def make_fault(reference: Reference) -> Fault | ListenerFault:
    """Build a fault from `{name: parameters}`; KeyError or `msgspec.ValidationError` if wrong."""
    if len(reference) != 1:
        raise msgspec.ValidationError(f"Expected one fault, got {len(reference)}")
    ((called, parameters),) = reference.items()
    name = own_name(called)
    classes: dict[str, type[Fault | ListenerFault]] = {}
    classes.update(fault_classes())
    classes.update(listener_fault_classes())
    return msgspec.convert(_with_infinity(parameters, classes[name]), classes[name])


def _with_infinity(parameters: dict[str, object], kind: type[msgspec.Struct]) -> dict[str, object]:
    """Undo that JSON writes `inf` as null, for those parameters that are `inf` by default."""
    endless = {field.name for field in msgspec.structs.fields(kind) if field.default == math.inf}
    return {
        name: math.inf if value is None and name in endless else value
        for name, value in parameters.items()
    }
