"""What the command line asks for: an experiment, or an incident on one."""

from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from experiments.find import find_experiment
from experiments.incidents.cast import asked_first, read_maps
from experiments.incidents.read import find_incident
from experiments.incidents.replay import Pace, replayed
from experiments.model import Experiment
from experiments.reading.document import Document
from experiments.reading.overrides import Overrides, overridden, read_overridden
from experiments.reading.problems import UsageError
from experiments.reading.read import experiment_of
from experiments.reading.resolved import resolved

BASE = Path(__file__).parent / "two-stand-ins.yaml"
"""What an incident happens to unless an experiment is named."""

DIALECTS = {"azure": "azure-openai", "vertex": "vertex-gemini"}
"""Which dialect a cloud speaks: its own endpoint is the one that fails, unless told."""

AFTERWARDS = ("faults", "gates", "expect", "title")
"""What a replay writes: changes of these are made to it, all others to the experiment below."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for; `maps` are texts `role=endpoint`."""

    experiment: str | None = None
    incident: str | None = None
    speed: float | None = None
    maps: tuple[str, ...] = ()


def check_wish(wish: Wish) -> None:
    """Refuse options without what they are options of; raises UsageError."""
    if wish.incident is None and (wish.speed is not None or wish.maps):
        option = "--speed" if wish.speed is not None else "--map"
        raise UsageError(f"{option} goes with --incident ID; `crosswind list incidents` lists them")
    if wish.incident is None and wish.experiment is None:
        raise UsageError(
            "nothing to rehearse: name an EXPERIMENT, such as azure-outage, or an --incident; "
            "`crosswind list experiments` and `crosswind list incidents` say what there is"
        )


def read_wish(wish: Wish, overrides: Overrides) -> Experiment:
    """Read what was asked for, with the command line's changes.

    Raises UsageError or ExperimentError.
    """
    check_wish(wish)
    if wish.incident is None:
        return read_overridden(find_experiment(str(wish.experiment)), overrides)
    profile = find_incident(wish.incident)
    own = wish.experiment is None
    path = BASE if own else find_experiment(str(wish.experiment))
    before, after = _parted(overrides)
    base = read_overridden(path, before)
    if own and profile.cloud:
        base = asked_first(base, DIALECTS[profile.cloud])
    mapped = read_maps(wish.maps, profile, base)
    done = replayed(profile, base, Pace(speed=wish.speed, mapped=mapped, reorder=own))
    document = Document(file=base.file, data=_plain(resolved(done)))
    return replace(experiment_of(overridden(document, after)), name=done.name)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any part of a file
    """Return a value as a YAML file would have it: lists for tuples."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _parted(overrides: Overrides) -> tuple[Overrides, Overrides]:
    """Part the changes into those of the experiment below and those of the replay itself."""
    before: list[str] = []
    after: list[str] = []
    for text in overrides.sets:
        path = text.partition("=")[0].strip()
        if path == "phases.fault_s":
            raise UsageError(
                f"--set {text}: the incident says how long its faults last; --speed X says how fast"
            )
        (after if path.split(".")[0] in AFTERWARDS else before).append(text)
    return replace(overrides, sets=tuple(before)), Overrides(sets=tuple(after))
