"""Evidence whose exchanges lie in a database: what a metric's columnar definition looks at.

Two relations: `$exchanges`, a row per exchange as it was reviewed, and `$attempts`, a row per
attempt with what is needed of its exchange. `telemetry.columnar.relations` tells their columns.
"""

import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from string import Template
from typing import Any, Protocol, TypeVar

import msgspec

from telemetry.columnar.text import literal
from telemetry.exchange import Evidence, Exchange, Window
from telemetry.figure import Scope

NEVER = 9_223_372_036_854_775_807
"""What did not happen, in a column of whole numbers: the largest of them, as `inf` is of floats."""

PUNCTUAL, STEADY, WARM = "_punctual", "_steady", "_warm"


T = TypeVar("T")


class Result(Protocol):
    """What a database answers."""

    def fetchall(self) -> list[Any]:
        """Return all rows."""


class Database(Protocol):
    """A connection that runs SQL."""

    def execute(self, query: str, /) -> Result:
        """Run one statement."""

    def cursor(self) -> "Database":
        """Return another connection to the same database."""


class Unread(Sequence[Exchange]):
    """The exchanges of a run in columns: read, all of them, when somebody looks at each."""

    def __init__(self, count: int, read: Callable[[], Sequence[Exchange]]) -> None:
        self._count = count
        self._read = read
        self._kept: Sequence[Exchange] | None = None

    def __len__(self) -> int:
        """Return how many there are, without reading them."""
        return self._count

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - a number or a slice
        """Return one, or some."""
        if self._kept is None:
            self._kept = self._read()
        return self._kept[index]


class ColumnarEvidence(Evidence, frozen=True, kw_only=True, dict=True):
    """Evidence in columns; `exchanges` are read as objects only by those who look at each.

    `view` is the suffix of the relations: as recorded, or as if planned when dispatched.
    """

    database: Database
    some: Callable[[Sequence[int]], tuple[Exchange, ...]]
    view: str = ""

    def reviewed(self, condition: str, order: str = "planned_ns, number") -> tuple[Exchange, ...]:
        """Return as objects, as they were reviewed, the exchanges that a query keeps, in order."""
        query = "SELECT number FROM $exchanges WHERE $condition ORDER BY $order"
        numbers = [number for (number,) in self.ask(query, condition=condition, order=order)]
        found = {exchange.number: exchange for exchange in self.some(numbers)}
        return tuple(found[number] for number in numbers)

    def ask(self, template: str, **parts: object) -> list[Any]:
        """Return a query's rows; `$exchanges`, `$attempts` and the parts are put in."""
        names = {"exchanges": f"exchanges{self.view}", "attempts": f"attempts{self.view}"}
        query = Template(template).substitute(names | parts)
        found = self._answers.get(query)
        if found is None:
            found = self._answers[query] = self._connection().execute(query).fetchall()
        return found

    def once(self, what: str, make: Callable[[], T]) -> T:
        """Return what several metrics rest on; who asks while it is made waits for it."""
        with self._locks.setdefault(what, threading.Lock()):
            if what not in self._made:
                self._made[what] = make()
            found: T = self._made[what]
            return found

    @cached_property
    def _locks(self) -> dict[str, threading.Lock]:
        return {}

    @cached_property
    def _made(self) -> dict[str, Any]:
        return {}

    @cached_property
    def _answers(self) -> dict[str, list[Any]]:
        """What was asked before: metrics share what they rest on."""
        return {}

    @cached_property
    def _own(self) -> threading.local:
        """Each thread's own way into the database: what one asks does not wait for another."""
        return threading.local()

    def _connection(self) -> Database:
        if not hasattr(self._own, "database"):
            self._own.database = self.database.cursor()
        found: Database = self._own.database
        return found

    def index(self, window: Window) -> int:
        """Return a window's number, by which its hits are kept."""
        return self.windows.index(window)

    @cached_property
    def rests_on_inference(self) -> bool:
        """True when touches were concluded from outcomes: sealed ones are attested."""
        return self.inferred

    def without_lateness(self) -> "ColumnarEvidence":
        """Return the same evidence as if every exchange had been planned when dispatched."""
        return msgspec.structs.replace(self, view=PUNCTUAL)

    def without_baseline_lateness(self) -> "ColumnarEvidence":
        """Return the same evidence as if the baseline alone had been planned when dispatched."""
        return msgspec.structs.replace(self, view=STEADY)

    def without_warm_up(self) -> "ColumnarEvidence":
        """Return the evidence without the exchanges of the warm-up."""
        return msgspec.structs.replace(self, view=self.view + WARM)


def where(scope: Scope) -> str:
    """Return the condition that both relations' rows in scope meet."""
    if scope.window is not None:
        return meets(scope.window.start_ns, scope.window.end_ns)
    return "true" if scope.phase is None else f"phase = {literal(scope.phase)}"


def meets(start_ns: int, end_ns: int) -> str:
    """Return the condition of `Exchange.meets`: what has not ended reaches for ever."""
    return f"(planned_ns < {end_ns} AND reach_ns >= {start_ns})"
