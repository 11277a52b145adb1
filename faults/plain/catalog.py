"""The toxics of plain TCP there are, by name."""

from functools import cache

import msgspec

from faults import toxics
from faults.plain.toxic import Toxic
from telemetry import plugins


@cache
def toxic_classes() -> dict[str, type[Toxic]]:
    """Return every toxic by what Toxiproxy calls it."""
    return plugins.classes(toxics, Toxic)


def make_toxic(kind: str, attributes: dict[str, object]) -> Toxic:
    """Build a toxic; KeyError or `msgspec.ValidationError` if wrong."""
    return msgspec.convert(attributes, toxic_classes()[kind])
