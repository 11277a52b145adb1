"""The plug-ins that an experiment may name, by kind: dialects, faults and arrival processes."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from faults.catalog import fault_classes, listener_fault_classes, only_in_clients, own_name
from faults.compositions_catalog import composition_classes, own_composition_name
from loadgen.catalog import arrivals_classes
from providers.catalog import dialect_classes

PLUG_IN_KINDS = ("dialect", "fault", "composition", "arrivals")


_OWN_NAMES: Final[Mapping[str, Callable[[str], str]]] = {
    "fault": own_name,
    "composition": own_composition_name,
}


def plug_ins(kind: str) -> Mapping[str, type[msgspec.Struct]]:
    """Return the plug-in classes of a kind by name; a new file in the folder is a new name."""
    if kind == "dialect":
        return dialect_classes()
    if kind == "fault":
        return {**fault_classes(), **listener_fault_classes()}
    if kind == "composition":
        return composition_classes()
    return arrivals_classes()


def canonical(kind: str, name: object) -> Any:  # noqa: ANN401 - whatever stands in the file
    """Return a plug-in's own name, where a file calls it as other tools do."""
    own = _OWN_NAMES.get(kind)
    return own(name) if own is not None and isinstance(name, str) else name


def elsewhere(kind: str, name: object) -> str:
    """Say why a plug-in that exists cannot stand in an experiment; empty for any other name."""
    return only_in_clients(name) if kind == "fault" and isinstance(name, str) else ""


def first_sentence(doc: str | None) -> str:
    """Return the first sentence of a docstring: what a plug-in is."""
    paragraph = " ".join((doc or "").strip().split("\n\n")[0].split())
    return paragraph.split(". ")[0].rstrip(".")
