"""The dialects there are, by name."""

from collections.abc import Mapping
from functools import cache

import msgspec

from providers import dialects
from providers.dialect import Dialect
from telemetry import plugins


@cache
def dialect_classes() -> dict[str, type[Dialect]]:
    """Return every dialect class by its name."""
    return plugins.classes(dialects, Dialect)


def http_dialects() -> dict[str, type[Dialect]]:
    """Return the dialects that are spoken over HTTP/1.1 by their names; the others are gRPC's."""
    return {name: kind for name, kind in dialect_classes().items() if not kind.grpc}


def speaks_grpc(reference: Mapping[str, object]) -> bool:
    """Tell whether `{name: parameters}` is a dialect of gRPC; one that is unknown is not."""
    return any(name in dialect_classes() and dialect_classes()[name].grpc for name in reference)


def make_dialect(reference: dict[str, dict[str, object]]) -> Dialect:
    """Build a dialect from `{name: parameters}`; KeyError or `msgspec.ValidationError` if wrong."""
    ((name, parameters),) = reference.items()
    return msgspec.convert(parameters, dialect_classes()[name])
