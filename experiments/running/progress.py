"""One plain line on how a run goes, for the person who watches it."""

from collections.abc import Sequence

import msgspec

from experiments.model import Experiment
from faults.catalog import listener_fault_classes
from telemetry.progress import Progress


def progress_line(
    elapsed_s: float,
    phase: str,
    progress: Progress,
    endpoints: Sequence[str],
    faults: str,
) -> str:
    """Return e.g. ` 27 s  fault     azure  0.0/s  vertex 19.5/s  failed  0.0/s  ttft 0.34 s`.

    `faults`: what `faults_told` said of them.
    """
    rates = [f"{name} {_rate(progress, name):4.1f}/s" for name in endpoints]
    failed = progress.failed_lately / progress.span_s
    line = f"{elapsed_s:4.0f} s  {phase:<8}  {'  '.join(rates)}  failed {failed:4.1f}/s"
    if progress.time_to_first_token_p50_s is not None:
        line += f"  first token p50 {progress.time_to_first_token_p50_s:.2f} s"
    if faults:
        line += f"  fault on: {faults}"
    return line


def faults_told(experiment: Experiment, elapsed_s: float, touched: int) -> str:
    """Name the faults that are on and how many attempts they touched, as far as proxies know.

    Whom a closed listener refuses is known only from the finished record.
    """
    on = faults_now(experiment, elapsed_s)
    injected = {next(iter(fault.inject)) for fault in experiment.faults}
    counted = on and not injected & listener_fault_classes().keys()
    return ", ".join(on) + (f" ({touched} touched)" if counted else "")


def faults_now(experiment: Experiment, elapsed_s: float) -> tuple[str, ...]:
    """Return the ids of the faults whose schedule covers this moment of the run."""
    since_fault_s = elapsed_s - experiment.phases.fault_start_s
    return tuple(
        fault.id
        for fault in experiment.faults
        if fault.start_s <= since_fault_s < fault.start_s + fault.duration_s
    )


def read_progress(word: object) -> Progress:
    """Read what the store said; raises `msgspec.ValidationError` when it is no progress."""
    return msgspec.convert(word, Progress)


def _rate(progress: Progress, endpoint: str) -> float:
    return progress.served.get(endpoint, 0) / progress.span_s
