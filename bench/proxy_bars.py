"""What the bench of the proxy holds against its bars."""

from collections.abc import Sequence
from typing import NamedTuple


class Finding(NamedTuple):
    """One figure; `value` is None where it could not be measured, `limit` where there is no bar."""

    what: str
    value: float | None
    unit: str
    limit: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether it is within its bar; None where one of the two is missing."""
        return None if self.value is None or self.limit is None else self.value <= self.limit

    def said(self) -> str:
        """Return it as a line."""
        value = "not measured" if self.value is None else f"{self.value:.2f} {self.unit}"
        if self.limit is None:
            return f"  {self.what:54}{value:>16}"
        word = {None: "", True: "met", False: "MISSED"}[self.met]
        return f"  {self.what:54}{value:>16}   (bar {self.limit:g}) {word}"


def exit_code(findings: Sequence[Finding]) -> int:
    """Return 1 when a bar is missed, 3 when one could not be measured."""
    barred = [one for one in findings if one.limit is not None]
    if any(one.met is False for one in barred):
        return 1
    return 3 if any(one.met is None for one in barred) else 0
