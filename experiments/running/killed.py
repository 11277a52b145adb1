"""What the kill switch achieved: `crosswind kill`."""

import msgspec

from faults.control import kill_all


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one injector says; `faults_left` is None for one that gave no answer."""

    pid: int | str = "?"
    faults_left: int | None = None
    error: str = ""

    @property
    def done(self) -> bool:
        """True when it has no fault left."""
        return self.faults_left == 0


def kill_everything() -> list[Answer]:
    """Empty every injector of this user of its faults."""
    return [msgspec.convert(facts, Answer) for facts in kill_all()]


def told(answer: Answer) -> str:
    """Say in a line what an injector answered."""
    if answer.faults_left is None:
        return f"injector {answer.pid}: no answer: {answer.error}"
    return f"injector {answer.pid}: {answer.faults_left} faults left"
