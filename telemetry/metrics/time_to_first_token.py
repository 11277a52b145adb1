"""First content token of the answer that the user got - planned start.

Never a role, filter or keep-alive event. An exchange that did not succeed counts as infinite, so
failing cannot look fast. It counts from the plan: a late generator cannot hide a wait.
"""

from telemetry.exchange import Evidence
from telemetry.figure import Distribution, Sample, Scope


def samples(evidence: Evidence, scope: Scope) -> list[Sample]:
    """Return one sample per exchange in scope."""
    return [
        Sample(value=exchange.time_to_first_token_s, trace_id=exchange.trace_id)
        for exchange in scope.exchanges(evidence)
    ]


METRIC = Distribution(name="time_to_first_token", unit="s", doc=str(__doc__), samples=samples)
