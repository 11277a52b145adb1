"""The faults there are, by name."""

import math
from functools import cache

import msgspec

from faults import client, library, listener
from faults.fault import ClientFault, Fault, ListenerFault, Protocol
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
def client_fault_classes() -> dict[str, type[ClientFault]]:
    """Return every fault that a client meets within itself, by its name."""
    return plugins.classes(client, ClientFault)


@cache
def aliases() -> dict[str, str]:
    """Return what other tools call our faults: the alias, and our name for it."""
    kinds: list[type[Fault | ListenerFault]] = [*fault_classes().values()]
    kinds += listener_fault_classes().values()
    kinds += client_fault_classes().values()
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


def only_in_clients(name: str) -> str:
    """Say why a fault is for a client's transport alone; empty for any other name."""
    if own_name(name) not in client_fault_classes():
        return ""
    return f"{own_name(name)} is met within a client: only faults.transport can do it, no proxy"


def make_fault(reference: Reference, *, in_client: bool = False) -> Fault | ListenerFault:
    """Build a fault from `{name: parameters}`; KeyError or `msgspec.ValidationError` if wrong.

    `in_client`: of those, too, that only a client's own transport can do.
    """
    if len(reference) != 1:
        raise msgspec.ValidationError(f"Expected one fault, got {len(reference)}")
    ((called, parameters),) = reference.items()
    name = own_name(called)
    if not in_client and (told := only_in_clients(name)):
        raise msgspec.ValidationError(told)
    classes: dict[str, type[Fault | ListenerFault]] = {}
    classes.update(fault_classes())
    classes.update(listener_fault_classes())
    classes.update(client_fault_classes())
    return msgspec.convert(_with_infinity(parameters, classes[name]), classes[name])


def _with_infinity(parameters: dict[str, object], kind: type[msgspec.Struct]) -> dict[str, object]:
    """Undo that JSON writes `inf` as null, for those parameters that are `inf` by default."""
    endless = {field.name for field in msgspec.structs.fields(kind) if field.default == math.inf}
    return {
        name: math.inf if value is None and name in endless else value
        for name, value in parameters.items()
    }
