"""`crosswind preflight`: everything that a run would need, asked once, and nothing more."""

import secrets
import tempfile
from pathlib import Path

from experiments import terminal
from experiments.model import Experiment
from experiments.running.children import ChildFailedError
from experiments.running.ports import check_ports
from experiments.running.preflight import Canary
from experiments.running.preparation import Preparation
from experiments.running.processes import Processes
from experiments.running.rails import (
    Permission,
    is_live,
    peak_per_minute,
    quota_complaints,
    unknown_quotas,
    worst_case,
)
from experiments.running.run import RUN_TAG_BYTES
from loadgen.plan import Planned

NOT_READY = 4


def look_ahead(experiment: Experiment, planned: tuple[Planned, ...], permission: Permission) -> int:
    """Ask every endpoint once and tell what a run may cost; returns 0, or 4 with the reasons."""
    check_ports(experiment)
    _tell_costs(experiment, planned)
    complaints, canaries = _asked(experiment)
    complaints += list(quota_complaints(experiment, canaries, peak_per_minute(experiment, planned)))
    if is_live(experiment, permission) and (unknown := unknown_quotas(experiment, canaries)):
        terminal.say(f"warning: {', '.join(unknown)}: what is left of the quota is not told")
    for complaint in complaints:
        terminal.say(f"not ready: {complaint}")
    if not complaints:
        terminal.say("ready: every endpoint answers through its proxy")
    return NOT_READY if complaints else 0


def _asked(experiment: Experiment) -> tuple[list[str], tuple[Canary, ...]]:
    with tempfile.TemporaryDirectory(prefix="crosswind-") as name:
        folder = Path(name)
        children = Processes(folder)
        preparation = Preparation(
            experiment,
            folder,
            secrets.token_hex(RUN_TAG_BYTES),
            children,
            note=lambda *_facts, **_named: None,
            say=terminal.say,
        )
        complaint = ""
        try:
            preparation.prepare(0)
        except ChildFailedError as error:
            complaint = str(error)
        finally:
            children.release_all()
            preparation.close()
    _tell_canaries(preparation.canaries)
    return ([complaint] if complaint else []), preparation.canaries


def _tell_canaries(canaries: tuple[Canary, ...]) -> None:
    rows = [
        (
            canary.endpoint,
            "-" if canary.status is None else canary.status,
            _or_unknown(canary.quota.requests),
            _or_unknown(canary.quota.tokens),
            canary.reason or "answers through its proxy",
        )
        for canary in canaries
    ]
    columns = ("endpoint", "status", "requests left", "tokens left", "")
    terminal.table("\nEndpoints", columns, rows)


def _or_unknown(count: int | None) -> object:
    return "not told" if count is None else count


def _tell_costs(experiment: Experiment, planned: tuple[Planned, ...]) -> None:
    costs = worst_case(experiment, planned)
    rows = [(c.endpoint, c.requests, c.tokens, f"{c.money:.4g}") for c in costs]
    columns = ("endpoint", "requests", "tokens", "money")
    terminal.table("At the most, if every question goes there", columns, rows)
    requests, tokens = peak_per_minute(experiment, planned)
    terminal.say(f"peak of the fault: {requests:.0f} requests, {tokens:.0f} tokens per minute")
