"""Exchanges that brought their user no byte for longer than 10 s at a stretch (`STUCK_S`).

How long the silence was is `largest_silence`.
"""

from telemetry.exchange import Evidence
from telemetry.figure import Figure, Measure, Scope
from telemetry.metrics import largest_silence
from telemetry.shares import counted

STUCK_S = 10.0


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the number of exchanges."""
    exchanges = scope.exchanges(evidence)
    if not exchanges:
        return Figure(value=None, samples=0, reason="there is no exchange to measure")
    silences = {e.trace_id: largest_silence.silence_s(e, evidence.end_ns) for e in exchanges}
    stuck = [trace for trace, silence_s in silences.items() if silence_s > STUCK_S]
    return Figure(
        value=float(len(stuck)),
        samples=len(exchanges),
        reason=f"{len(stuck)} of {counted(len(exchanges), 'exchange')} silent for over 10 s",
        worst=tuple(sorted(stuck, key=lambda trace: (-silences[trace], trace))[:5]),
    )


METRIC = Measure(name="stuck", unit="exchanges", doc=str(__doc__), figure=figure)
