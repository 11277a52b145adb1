"""TraceQL over our spans, put together from names: searches for exchanges.

Only what was seen to work in Tempo 3.0.3: comparisons and `select`; no arithmetic, no quantiles
over floating-point attributes. What is asked for are attributes that exchanges alone have, so their
attempts are never matched.
"""

from telemetry import names
from telemetry.dashboards.series_names import UnknownNameError


def span(attribute: str) -> str:
    """Return how a query names a span's attribute; raises UnknownNameError."""
    return f"span.{_known(attribute, on='exchange')}"


def resource(attribute: str) -> str:
    """Return how a query names a resource's attribute; raises UnknownNameError."""
    return f"resource.{_known(attribute, on='resource')}"


def exchanges(*conditions: str, show: tuple[str, ...] = ()) -> str:
    """Search the chosen run's exchanges that meet all conditions, and show attributes of theirs."""
    run = f'{resource(names.RUN_ID)} = "$run"'
    wanted = " && ".join((run, *conditions))
    shown = f" | select({', '.join(map(span, show))})" if show else ""
    return f"{{ {wanted} }}{shown}"


def _known(attribute: str, *, on: str) -> str:
    for name in names.TABLE:
        if name.name == attribute and on in name.on.split(", "):
            return attribute
    raise UnknownNameError(f"no {on} carries {attribute!r}")
