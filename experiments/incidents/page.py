"""Writes docs/incidents.md from the profiles: `python -m experiments.incidents.page`."""

import sys
from collections.abc import Iterator

from experiments.incidents.incident import Level, Phase, Profile, Slope
from experiments.incidents.pace import USUAL_FAULT_S, default_speed
from experiments.incidents.read import incidents, read_profile
from experiments.incidents.steps import POOL_S
from loadgen.config import Reference

_OPENING = f"""\
# Incidents

Published incidents of inference providers, to be replayed against a client, a gateway or code of
yours. This page is written from `experiments/incidents/profiles/` by
`python -m experiments.incidents.page > docs/incidents.md`; a test compares the two.

```sh
crosswind list incidents
crosswind plan --incident gcp-2025-06-12-global-503
crosswind plan --incident openai-2023-11-08-metastable azure-outage --speed 30 --map failing=vertex
```

```sh not run here: three minutes; a test runs a short one
crosswind run --incident gcp-2025-06-12-global-503
```

- **What it happens to.** Two stand-ins and a client with breakers, or the experiment that is
  named: its endpoints, route and load stay, the incident takes the place of its faults and
  gates.
- **Roles.** A profile names roles, not clouds. They go to the endpoints of the route in their
  order; `--map failing=vertex` says otherwise. A role that is `like` another is a further
  region, model or surface of the same provider: a stand-in like the other's is made for it,
  unless it is mapped. Status and body come in the dialect of the endpoint that plays the role.
- **Speed.** `--speed X` makes a minute of the incident last 60 / X seconds. Without it the
  faults last {USUAL_FAULT_S:g} s at the most, and a rehearsal less than three minutes. Fault
  windows shrink; timeouts, cooldowns, the load and what a fault itself asks to wait stay in
  real seconds.
- **Too short to observe.** A step of a phase shorter than {POOL_S:g} s, the pools of the figures,
  cannot be seen by itself, nor one in which fewer than three exchanges are expected to be
  touched, a calm shorter than the cooldown, or a silence shorter than two of the client's
  timeouts. `plan`, `run` and the report name each such phase, and the speed at which it would
  be long enough. Such a fault may touch nobody.
- **Levels.** A share of attempts; `a -> b` changes evenly (rising from 0 as a ramp, otherwise
  in up to four steps); `a, b, c` are equal steps. `room` is how much of the usual load an
  endpoint still carries, for what depends on load: the fault then allows so many answers at
  once.
- **Gates.** What any client should manage (user errors, silent failures, delay, amplification,
  traffic that comes back), and what the incident asks beside it. `--set 'gates=[...]'` claims
  something else.
- **Grades.** Of each phase's times, level and fault: *published* by somebody, *derived* from
  what was published, or *ours*. Most error rates are ours, since few providers publish any.
  Sources: the *provider* itself, *relayed* by somebody else, the *press*, a *user*'s report, a
  *dataset*.

Facts and figures only; the words are ours. Nothing here says how a provider is today.
"""


def page() -> str:
    """Return the page."""
    profiles = [read_profile(path) for path in incidents().values()]
    return "\n".join(
        [_OPENING, *_table(profiles), *(line for one in profiles for line in _of(one))]
    )


def _table(profiles: list[Profile]) -> Iterator[str]:
    yield f"## The {len(profiles)} profiles"
    yield ""
    yield "| incident | what happened | lasted | usual speed | what it tests |"
    yield "|---|---|---|---|---|"
    for one in profiles:
        lasted = f"{one.lasts_min:g} min"
        speed = f"{default_speed(one):g}"
        yield f"| [`{one.id}`](#{one.id}) | {one.title} | {lasted} | {speed} | {one.tests} |"
    yield ""


def _of(profile: Profile) -> Iterator[str]:
    yield from (f"### `{profile.id}`", "", f"{profile.when}. {profile.happened}", "")
    yield f"For a client: {_lower(profile.client)}"
    yield ""
    roles = [f"`{name}`{_like(one.like)}: {one.says}" for name, one in profile.roles.items()]
    yield f"Roles: {'; '.join(roles)}."
    yield ""
    yield "| minutes | phase | at | fault | level | grades: time, level, fault | what is known |"
    yield "|---|---|---|---|---|---|---|"
    yield from (_phase(phase) for phase in profile.phases)
    yield ""
    told = [f"<{source.url}> ({source.by})" for source in profile.sources]
    yield f"Sources: {', '.join(told)}"
    yield ""


def _phase(phase: Phase) -> str:
    grades = phase.grades
    instead = f" *Instead:* {phase.instead}." if phase.instead else ""
    cells = (
        f"{phase.start_min:g}-{phase.end_min:g}",
        f"`{phase.id}`",
        ", ".join(phase.roles),
        _faults(phase),
        _level(phase),
        f"{grades.time}, {grades.level}, {grades.fault}",
        f"{phase.note}.{instead}",
    )
    return f"| {' | '.join(cells)} |"


def _faults(phase: Phase) -> str:
    if not phase.parts:
        return "none"
    one = len(phase.parts) == 1
    return ", ".join(_fault(fault) + ("" if one else f" {of:.0%}") for of, fault in phase.parts)


def _fault(fault: Reference) -> str:
    ((name, parameters),) = fault.items()
    status = parameters.get("status")
    return f"`{name}` {status}" if status else f"`{name}`"


def _level(phase: Phase) -> str:
    if phase.room is not None:
        return f"room {_said(phase.room)}"
    sticky = " of questions" if phase.draw == "exchange" else ""
    return "" if phase.level is None else _said(phase.level) + sticky


def _said(level: Level) -> str:
    if isinstance(level, Slope):
        return f"{level.start:g} -> {level.to:g}"
    return ", ".join(f"{one:g}" for one in (level if isinstance(level, tuple) else (level,)))


def _like(role: str) -> str:
    return f" (like {role})" if role else ""


def _lower(text: str) -> str:
    """Return a sentence as it goes on after a colon."""
    return text[0].lower() + text[1:]


if __name__ == "__main__":
    sys.stdout.write(page())
