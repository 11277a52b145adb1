"""What a run added up to; nothing until it is over."""

from collections.abc import Iterator

from telemetry import names
from telemetry.metering.facts import Concluded, RunFacts
from telemetry.metering.family import Family, Now
from telemetry.metering.point import Measured, gauge, known


class Verdict(Family):
    """Says the exit code, each gate's ruling, and the figures that they rest on."""

    name = "verdict"

    def __init__(self, facts: RunFacts) -> None:
        """Begin without one."""
        super().__init__(facts)
        self._concluded: Concluded | None = None

    def conclude(self, concluded: Concluded) -> None:
        """Take the verdict."""
        self._concluded = concluded

    def readings(self, now: Now) -> Iterator[Measured]:  # noqa: ARG002 - as every family's
        """Yield exit code, rulings and figures, once there are any."""
        found = self._concluded
        if found is None:
            return
        of = known({names.VERDICT: found.verdict})
        yield gauge(names.RUN_EXIT_CODE, [(of, found.exit_code)])
        yield gauge(
            names.GATE_RULING,
            ((known({names.GATE: gate, names.RULING: said}), 1) for gate, said in found.rulings),
        )
        yield gauge(
            names.FIGURES,
            (
                (known({names.FIGURE: metric, names.FIGURE_SCOPE: scope}), value)
                for metric, scope, value in found.figures
            ),
        )
