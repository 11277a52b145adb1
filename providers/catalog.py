"""The dialects there are, by name."""

from functools import cache

import msgspec

from providers import dialects
from providers.dialect import Dialect
from telemetry import plugins


@cache
def dialect_classes() -> dict[str, type[Dialect]]:
    """Return every dialect class by its name."""
    return plugins.classes(dialects, Dialect)


def make_dialect(reference: dict[str, dict[str, object]]) -> Dialect:
    """Build a dialect from `{name: parameters}`; KeyError or `msgspec.ValidationError` if wrong."""
    ((name, parameters),) = reference.items()
    return msgspec.convert(parameters, dialect_classes()[name])
