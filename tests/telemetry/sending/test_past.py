import pytest

from telemetry.exporting.delivery import Answer
from telemetry.sending.past import PATIENCE, explained, send_past
from tests.telemetry.sending.readings import READING
from tests.telemetry.sending.script import TAKEN, Script

LATER = Answer(kind="later", reason="HTTP 429", retry_after_s=7.0)


def test_every_reading_is_sent_in_order() -> None:
    sender = Script(TAKEN)
    told = send_past(sender, [READING] * 3)
    assert (told.where, told.sent, told.reason) == ("http://there", 3, "")
    assert len(sender.got) == 3


def test_the_first_that_is_refused_ends_it() -> None:
    sender = Script(TAKEN, Answer(kind="refused", reason="HTTP 401"), TAKEN)
    told = send_past(sender, [READING] * 3)
    assert (told.sent, told.reason) == (1, "HTTP 401")


def test_points_that_were_not_kept_end_it_too() -> None:
    told = send_past(Script(Answer(kind="taken", rejected=4)), [READING] * 3)
    assert (told.sent, told.rejected) == (1, 4)
    assert "rejected" in told.reason


def test_one_that_wants_to_be_asked_later_is() -> None:
    waits: list[float] = []
    told = send_past(Script(LATER, LATER, TAKEN), [READING], waits.append)
    assert (told.sent, told.reason, waits) == (1, "", [7.0, 7.0])


def test_but_not_for_ever() -> None:
    waits: list[float] = []
    sender = Script(LATER)
    assert send_past(sender, [READING], waits.append).reason == "HTTP 429"
    assert len(sender.got) == PATIENCE


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("HTTP 400: out of bounds", "takes no samples as old as this run's"),
        ("too old sample", "out_of_order_time_window"),
        ("out of order sample", "has later samples of this run"),
        ("duplicate sample for timestamp", "exported there, but differently"),
    ],
)
def test_what_a_backend_says_of_the_past_is_explained(said: str, word: str) -> None:
    assert explained(said).startswith(f"{said}: ")
    assert word in explained(said)


def test_anything_else_stands_as_it_was_said() -> None:
    assert explained("HTTP 401 Unauthorized") == "HTTP 401 Unauthorized"
