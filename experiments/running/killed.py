"""What the kill switch achieved: `crosswind kill`."""

import msgspec

from experiments.reading.problems import UsageError
from faults.control import ask_all, engage, kill_all


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
    """Empty every injector of this user of its faults, and let none have any until released."""
    engage()
    return [msgspec.convert(facts, Answer) for facts in kill_all()]


def kill_one(pid: int) -> list[Answer]:
    """Empty the injector of a process id; raises UsageError when there is none."""
    answers = ask_all("kill", pid=str(pid))
    if not answers:
        raise UsageError(f"no injector has the process id {pid}")
    return [msgspec.convert(facts, Answer) for facts in answers]


def told(answer: Answer) -> str:
    """Say in a line what an injector answered."""
    if answer.faults_left is None:
        return f"injector {answer.pid}: no answer: {answer.error}"
    return f"injector {answer.pid}: {answer.faults_left} faults left"
