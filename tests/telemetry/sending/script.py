"""A backend for readings that says what it is told, one answer after the other."""

from telemetry.exporting.delivery import Answer
from telemetry.metering.point import Reading

TAKEN = Answer(kind="taken")


class Script:
    """Its last answer stays."""

    where = "http://there"

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.got: list[Reading] = []
        self.closed = False

    def send(self, reading: Reading) -> Answer:
        """Take a reading."""
        self.got.append(reading)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def close(self) -> None:
        """Be closed."""
        self.closed = True
