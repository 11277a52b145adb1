"""What a meter is told of a run beside its rows, and of its verdict."""

import math
import os
from collections.abc import Iterator

from experiments.exported import injected_of, served_by_endpoint
from experiments.judging.evidence import quotas_of
from experiments.judging.verdict import Judgement
from experiments.model import Experiment
from telemetry.metering.facts import Concluded, FaultFacts, RunFacts
from telemetry.semconv import wants_latest


def facts_of(experiment: Experiment, run_id: str, run_tag: str) -> RunFacts:
    """Return what rows do not say; the environment chooses between the conventions' names."""
    injected = injected_of(experiment)
    return RunFacts(
        run_id=run_id,
        run_tag=run_tag,
        experiment=experiment.name,
        title=experiment.title,
        endpoints=served_by_endpoint(experiment),
        faults={
            fault.id: FaultFacts(kind=injected[fault.id].kind, endpoints=fault.at)
            for fault in experiment.faults
        },
        quotas=quotas_of(experiment),
        replicas=experiment.route.clients if experiment.gateway is None else 0,
        latest_names=wants_latest(os.environ),
    )


def concluded_of(judgement: Judgement) -> Concluded:
    """Return what a run added up to."""
    return Concluded(
        verdict=judgement.verdict.value,
        exit_code=int(judgement.exit_code),
        rulings=[(finding.gate, finding.verdict.value) for finding in judgement.findings],
        figures=list(_figures(judgement)),
    )


def _figures(judgement: Judgement) -> Iterator[tuple[str, str, float]]:
    """Yield every figure that is a number; infinity is one, unknown is none."""
    for metric, scopes in judgement.metrics.items():
        for scope, figure in scopes.items():
            value = figure.get("value")
            if isinstance(value, int | float) and not math.isnan(value):
                yield metric, scope, float(value)
