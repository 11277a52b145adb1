import json

from faults.steps import Event
from providers.sse import event_data
from tests.faults.honest import BUSY, attested, body, fault, played, said, stream
from tests.faults.library.whole import CASES, TEXTS, Case


@CASES
def test_of_so_many_events_with_text_the_last_says_something_else(case: Case) -> None:
    read = "".join(delta.text for delta in case.deltas(fault("token_scramble", every=2)))
    assert read == ("0 6 2 " if case.stream else "".join(TEXTS))


@CASES
def test_the_answer_is_otherwise_as_it_was(case: Case) -> None:
    scrambled = case.deltas(fault("token_scramble", every=1))
    honest = case.deltas()
    assert [(d.finish_reason, d.usage, d.model) for d in scrambled] == [
        (d.finish_reason, d.usage, d.model) for d in honest
    ]


def test_letters_stay_letters_and_the_rest_stays() -> None:
    choice = {"delta": {"content": "Hello, Zoë: a 9!"}}
    event = Event(data=b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n", tokens=1)
    honest = [*stream(0)[:1], event, *stream(0)[1:]]
    told = said(played(fault("token_scramble", every=1), honest))[1]
    assert isinstance(told, Event)
    (read,) = json.loads(event_data(told.data) or b"")["choices"]
    assert read["delta"]["content"] == "Czggj, Ujë: v 4!"
    assert told.tokens == 1


def test_an_answer_without_so_many_events_with_text_passes() -> None:
    for honest in (stream(9), body(b'{"a": 1}'), [BUSY, *body(b"{}")[1:]]):
        assert attested(fault("token_scramble"), honest) == []
