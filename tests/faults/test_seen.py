"""What a client was given goes into its row, whatever framed it."""

import pytest

from faults.seen import ends_it, is_reset, note_seen
from providers.answer import Answer
from providers.dialect import Delta
from providers.heard import Heard
from telemetry.outcome import Outcome
from telemetry.rows import HopEnded
from tests.live.said import AZURE


def answer(*said: Delta) -> Heard:
    heard = Answer(AZURE, stream=True, numbered=False)
    for at_ns, delta in enumerate(said):
        heard.take(delta, at_ns)
    return heard


@pytest.mark.parametrize(
    ("ending", "decides", "reset"),
    [
        ("complete", True, False),
        ("fin", True, False),
        ("reset", True, True),
        ("upstream_unreachable", True, True),
        ("client_gone", False, False),
        ("shutdown", False, False),
    ],
)
def test_who_left_before_the_end_decides_nothing(ending: str, decides: bool, reset: bool) -> None:  # noqa: FBT001 - columns of the table
    assert ends_it(answer(Delta(text="a")), ending) is decides
    assert is_reset(ending) is reset


def test_who_left_with_the_last_word_had_it_whole() -> None:
    assert ends_it(answer(Delta(text="a", finish_reason="stop")), "client_gone")


def test_of_an_answer_that_never_began_nothing_is_seen() -> None:
    row = HopEnded(hop=1, end_ns=1, mode="relay", ending="client_gone")
    note_seen(row, answer(), 9)
    assert (row.outcome, row.tokens, row.tokens_up) == (None, None, None)


def test_what_came_is_counted_and_what_was_said_is_kept() -> None:
    row = HopEnded(hop=1, end_ns=1, mode="relay", ending="complete", bytes_out=9)
    heard = answer(Delta(text="a"), Delta(text="b", finish_reason="stop", model="m"))
    heard.end(heard.ending(Outcome.TRUNCATED))
    note_seen(row, heard, 9)
    assert (row.outcome, row.tokens, row.tokens_up) == (Outcome.OK, 2, 2)
    assert (row.finish_reason, row.model, row.largest_gap_ns) == ("stop", "m", 1)
