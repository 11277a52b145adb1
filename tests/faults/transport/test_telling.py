import math

import pytest

from faults.library.stream_stall import StreamStall
from faults.steps import End, Event, Head, Step
from faults.transport.telling import Patience, Telling, TimedOutError, tell
from tests.faults.honest import PlainDialect

STREAM = (("content-type", "text/event-stream"),)
HONEST: list[Step] = [
    Head(status=200, headers=STREAM),
    *(Event(data=b"%d" % number, tokens=1) for number in range(4)),
    End(),
]


def stalled(*, unseen: bool = False) -> Telling:
    script = StreamStall(after_tokens=2).script(PlainDialect())
    return Telling(script, lambda: unseen)


def test_patience_is_spent_by_waits_and_renewed_by_words() -> None:
    patience = Patience(1.0, lambda: 60.0)
    assert patience.spend(0.4) == (0.4, False)
    spent_s, gives_up = patience.spend(0.7)
    assert (spent_s, gives_up) == (1.0 - 0.4, True)
    patience.renew()
    assert patience.spend(0.7) == (0.7, False)


def test_an_endless_wait_lasts_as_long_as_its_fault() -> None:
    assert Patience(math.inf, lambda: 3.0).spend(math.inf) == (3.0, False)
    assert Patience(math.inf, lambda: -1.0).spend(math.inf) == (0.0, False)
    assert Patience(2.0, lambda: 3.0).spend(math.inf) == (2.0, True)


def test_a_client_without_patience_left_gives_up() -> None:
    heard: list[Step] = []
    with pytest.raises(TimedOutError):
        heard.extend(tell(stalled(), iter(HONEST), lambda _s: False, Patience(1.0, lambda: 9.0)))


def test_a_client_that_is_let_go_misses_nothing() -> None:
    heard = list(tell(stalled(), iter(HONEST), lambda _s: True, Patience(9.0, lambda: 9.0)))
    assert heard == HONEST


def test_an_answer_in_which_no_event_can_be_seen_passes() -> None:
    telling = stalled(unseen=True)
    heard = list(tell(telling, iter(HONEST), lambda _s: False, Patience(1.0, lambda: 9.0)))
    assert heard == HONEST
