"""What there is to choose from: plug-ins, metrics, gates, experiments and incidents."""

import sys
from collections.abc import Callable, Mapping

import msgspec

from experiments import terminal
from experiments.find import catalog
from experiments.gate import gate_kinds
from experiments.incidents.pace import default_speed
from experiments.incidents.read import incidents, read_profile
from experiments.reading.nearest import listed, nearest
from experiments.reading.problems import UsageError
from experiments.reading.read import read_experiment
from experiments.reading.vocabulary import first_sentence, plug_ins
from telemetry.measure import metrics

Row = tuple[str, str, str]
"""A name, what it is in one sentence, and its parameters or unit."""


def listing(kind: str) -> list[Row]:
    """Return what there is of a kind; KeyError for a kind that there is not."""
    return KINDS[kind]()


def print_listing(kind: str | None) -> None:
    """Print what there is of a kind, or of every kind; raises UsageError for an unknown one."""
    if kind is not None and kind not in KINDS:
        hint = nearest(kind, KINDS)
        meant = f"; did you mean {hint}?" if hint else ""
        raise UsageError(f"there is no list of {kind}; there are {listed(KINDS)}{meant}")
    for name in KINDS if kind is None else [kind]:
        terminal.table(name, ("name", "what it is", LAST_COLUMN.get(name, "")), listing(name))
        terminal.say("")


def plug_in_rows(kind: str) -> list[Row]:
    """Return the plug-ins of a kind with their parameters and defaults."""
    return [
        (name, first_sentence(cls.__doc__) + _also(cls), _parameters(cls))
        for name, cls in sorted(plug_ins(kind).items())
    ]


def metric_rows() -> list[Row]:
    """Return the metrics that a gate may name, with their units."""
    return [(name, first_sentence(one.doc), one.unit) for name, one in sorted(metrics().items())]


def gate_rows() -> list[Row]:
    """Return the kinds of gate, each with an example."""
    docs = {name: sys.modules[cls.__module__].__doc__ for name, cls in gate_kinds().items()}
    return [(name, first_sentence(doc), "") for name, doc in sorted(docs.items())]


def experiment_rows() -> list[Row]:
    """Return the catalogue, with the verdict that each experiment is known to end in."""
    rows: list[Row] = []
    for name, path in catalog().items():
        experiment = read_experiment(path)
        expected = experiment.expect.verdict if experiment.expect else ""
        rows.append((name, experiment.title, expected))
    return rows


def incident_rows() -> list[Row]:
    """Return the incidents that can be replayed, with how fast that is unless told."""
    profiles = (read_profile(path) for path in incidents().values())
    return [(one.id, one.title, f"{default_speed(one):g}") for one in profiles]


def _also(cls: type[msgspec.Struct]) -> str:
    aliases = ", ".join(getattr(cls, "aliases", ()))
    return f" (also: {aliases})" if aliases else ""


def _parameters(cls: type[msgspec.Struct]) -> str:
    said = []
    for field in msgspec.structs.fields(cls):
        required = field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
        said.append(field.name if required else f"{field.name}={_default(field.default)}")
    return ", ".join(said)


def _default(value: object) -> str:
    return {"None": "none", "True": "true", "False": "false"}.get(str(value), str(value) or "''")


KINDS: Mapping[str, Callable[[], list[Row]]] = {
    "dialects": lambda: plug_in_rows("dialect"),
    "faults": lambda: plug_in_rows("fault"),
    "compositions": lambda: plug_in_rows("composition"),
    "arrivals": lambda: plug_in_rows("arrivals"),
    "metrics": metric_rows,
    "gates": gate_rows,
    "experiments": experiment_rows,
    "incidents": incident_rows,
}

LAST_COLUMN = {
    "dialects": "parameters",
    "faults": "parameters",
    "compositions": "parameters",
    "arrivals": "parameters",
    "metrics": "unit",
    "experiments": "ends in",
    "incidents": "usual speed",
}
