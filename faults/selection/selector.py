"""What every selector is: a key of `match:`, and the test that its value makes."""

from collections.abc import Callable
from typing import Any, NamedTuple

from faults.traits import Traits

Test = Callable[[Traits], bool]


def _fine(_: Any) -> str:  # noqa: ANN401 - a value of whatever type the selector has
    return ""


class Selector(NamedTuple):
    """One question about requests.

    `test` makes of a value what tells whether a request is meant. `needs_body` tells whether that
    takes the beginning of this request's body, None for never. `complaint` says what is wrong with
    a value. `by_line`: of the head both look at the request line alone.
    """

    name: str
    test: Callable[[Any], Test]
    needs_body: Test | None = None
    complaint: Callable[[Any], str] = _fine
    by_line: bool = False
