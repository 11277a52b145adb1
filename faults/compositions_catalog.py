"""The compositions there are, by name."""

from functools import cache

import msgspec

from faults import compositions
from faults.catalog import Reference
from faults.composition import Composition
from telemetry import plugins


@cache
def composition_classes() -> dict[str, type[Composition]]:
    """Return every composition by its name."""
    return plugins.classes(compositions, Composition)


@cache
def composition_aliases() -> dict[str, str]:
    """Return other names of compositions: the alias, and our name for it."""
    return {alias: name for name, one in composition_classes().items() for alias in one.aliases}


def own_composition_name(name: str) -> str:
    """Return our name for a composition that may be called by another; unknown ones as given."""
    return composition_aliases().get(name, name)


def make_composition(reference: Reference) -> Composition:
    """Build one from `{name: parameters}`; KeyError or `msgspec.ValidationError` if wrong."""
    ((called, parameters),) = reference.items()
    return msgspec.convert(parameters, composition_classes()[own_composition_name(called)])
