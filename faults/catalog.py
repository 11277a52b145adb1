"""The faults there are, by name."""

import math
from functools import cache

import msgspec

from faults import library, listener
from faults.fault import Fault, ListenerFault
from telemetry import plugins

Reference = dict[str, dict[str, object]]


@cache
def fault_classes() -> dict[str, type[Fault]]:
    """Return every fault of an exchange by its name."""
    return plugins.classes(library, Fault)


@cache
def listener_fault_classes() -> dict[str, type[ListenerFault]]:
    """Return every fault of a listener by its name."""
    return plugins.classes(listener, ListenerFault)


def make_fault(reference: Reference) -> Fault | ListenerFault:
    """Build a fault from `{name: parameters}`; KeyError or `msgspec.ValidationError` if wrong."""
    if len(reference) != 1:
        raise msgspec.ValidationError(f"Expected one fault, got {len(reference)}")
    ((name, parameters),) = reference.items()
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
