"""Prints a plan: all of it for `plan`, what is wrong with it for `run` and `validate`."""

from collections.abc import Iterator

from experiments import terminal
from experiments.model import Experiment
from experiments.plan import Plan


def print_plan(plan: Plan) -> None:
    """Print phases, endpoints, windows and gates as tables, and what is to be feared."""
    experiment = plan.experiment
    terminal.say(f"{experiment.name}: {experiment.title}")
    terminal.say(f"seed {experiment.seed}; {plan.load}")
    terminal.say(
        f"{plan.arrivals} exchanges, at most {plan.attempts_at_most} attempts; "
        f"{experiment.phases.load_s:g} s of load and a drain of up to "
        f"{experiment.phases.drain_s:g} s"
    )
    _print_phases(plan)
    _print_endpoints(experiment)
    _print_windows(plan)
    _print_gates(plan)
    for line in remarks(plan):
        terminal.say(line)


def announce(plan: Plan) -> None:
    """Say in a few lines what is about to be run, and what will not be decidable."""
    experiment = plan.experiment
    terminal.say(f"{experiment.name}: {experiment.title}")
    terminal.say(f"seed {experiment.seed}; {plan.load}; {plan.arrivals} exchanges")
    for line in remarks(plan):
        terminal.say(line)


def remarks(plan: Plan) -> Iterator[str]:
    """Say what is replayed, what cannot be decided and what will probably go wrong, by the line."""
    if plan.experiment.incident is not None:
        yield from plan.experiment.incident.notes
    yield from (f"cannot be decided: {line}" for line in plan.undecidable)
    yield from (f"warning: {line}" for line in plan.warnings)


def _print_phases(plan: Plan) -> None:
    rows = [(p.name, p.start_s, p.end_s, p.arrivals) for p in plan.phases]
    terminal.table("\nPhases", ("phase", "from s", "to s", "arrivals"), rows)


def _print_endpoints(experiment: Experiment) -> None:
    order = {name: f"{rank}." for rank, name in enumerate(experiment.route.order, 1)}
    rows = [
        (order.get(e.name, "-"), e.name, next(iter(e.dialect)), e.base_url or "stand-in", e.listen)
        for e in experiment.endpoints
    ]
    columns = ("order", "endpoint", "dialect", "behind the proxy", "proxy listens on")
    terminal.table("\nEndpoints", columns, rows)


def _print_windows(plan: Plan) -> None:
    injected = {f.id: next(iter(f.inject)) for f in plan.experiment.faults}
    rows = [
        (w.group, ", ".join(injected[fault] for fault in w.faults), ", ".join(w.endpoints),
         w.start_s, w.end_s, w.share, w.arrivals, w.touched_at_most)
        for w in plan.windows
    ]  # fmt: skip
    columns = ("window", "faults", "at", "from s", "to s", "share", "arrivals", "touched at most")
    terminal.table("\nFault windows", columns, rows)


def _print_gates(plan: Plan) -> None:
    rows = [
        (gate.gate, gate.needed, gate.expected, "" if gate.decidable else "cannot be decided")
        for gate in plan.gates
    ]
    columns = ("gate", "needs samples", "expected at most", "")
    terminal.table("\nGates", columns, rows)
