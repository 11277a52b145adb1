import threading

import msgspec

from telemetry.exporting.delivery import Answer
from telemetry.metering.point import Reading
from telemetry.sending.sender import LONGEST_WAIT_S, SHORTEST_WAIT_S, Courier, wait_s
from tests.telemetry.sending.readings import READING
from tests.telemetry.sending.script import TAKEN, Script

DOWN = Answer(kind="later", reason="no answer")


def test_the_last_reading_is_sent_before_the_end() -> None:
    sender = Script(TAKEN)
    courier = Courier(sender, 5.0)
    last = msgspec.structs.replace(READING, at_unix_ns=READING.at_unix_ns + 1)
    courier.post(READING)
    courier.post(last)
    became = courier.close(5.0)
    assert sender.got[-1] == last
    assert (became.last_taken, became.reason, became.sent) == (True, "", len(sender.got))
    assert sender.closed


def test_a_backend_that_is_down_is_asked_at_the_end_once_more() -> None:
    sender = Script(DOWN)
    courier = Courier(sender, 5.0)
    courier.post(READING)
    courier.post(READING)
    became = courier.close(5.0)
    assert (became.sent, became.last_taken) == (0, False)
    assert became.reason == "http://there: no answer"
    assert sender.got


class Silent(Script):
    """Never answers before the test is over."""

    def __init__(self) -> None:
        super().__init__(TAKEN)
        self.over = threading.Event()

    def send(self, reading: Reading) -> Answer:
        """Wait."""
        self.over.wait(30)
        return super().send(reading)


def test_nobody_waits_for_one_that_is_silent() -> None:
    sender = Silent()
    courier = Courier(sender, 5.0)
    courier.post(READING)
    became = courier.close(0.05)
    sender.over.set()
    assert (became.last_taken, became.reason) == (False, "http://there: no answer")


def test_a_backend_is_left_alone_as_it_says_or_ever_longer() -> None:
    assert wait_s(Answer(kind="later", retry_after_s=12.0), 1) == 12.0
    assert wait_s(Answer(kind="later", retry_after_s=0.0), 1) == SHORTEST_WAIT_S
    waits = [wait_s(DOWN, failures) for failures in range(1, 9)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT_S
