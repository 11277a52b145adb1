"""What an endpoint is called: by its provider, and further where that is not enough; pure.

No blank and no comma is in a name, so that a gate can say `endpoint:<name>`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from telemetry.foreign.genai import Place


class By(StrEnum):
    """What endpoints are told apart by.

    `auto`: the provider; one that was reached at several addresses, or else in several regions, by
    those too.
    """

    AUTO = "auto"
    PROVIDER = "provider"
    ADDRESS = "address"
    REGION = "region"
    MODEL = "model"


Namer = Callable[[Place], str]


def namer(places: Iterable[Place], by: By, renamed: Mapping[str, str]) -> Namer:
    """Return what names a place among these; `renamed`: new names by the ones made here."""
    seen: dict[str, set[Place]] = defaultdict(set)
    for place in places:
        seen[place.provider].add(place)
    parts = {provider: _part(found, by) for provider, found in seen.items()}

    def name(place: Place) -> str:
        part = parts.get(place.provider, "")
        made = "/".join(filter(None, (place.provider, getattr(place, part) if part else "")))
        plain = "_".join(made.replace(",", "_").split())
        return renamed.get(plain, plain)

    return name


def _part(places: Iterable[Place], by: By) -> str:
    found = tuple(places)
    if by is By.AUTO:
        several = (p for p in ("address", "region") if len({getattr(f, p) for f in found}) > 1)
        return next(several, "")
    return "" if by is By.PROVIDER else by.value
