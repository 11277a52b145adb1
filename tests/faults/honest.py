"""Honest answers to play faults against, and a dialect that refuses in one plain line."""

from collections.abc import Sequence
from typing import ClassVar

from faults.catalog import make_fault
from faults.fault import Fault
from faults.layers import Layer, compose
from faults.rehearse import Play, rehearse
from faults.steps import End, Event, Head, Step, Wait
from providers.dialect import Answer, Asked, Delta, Dialect, HttpAnswer

EVENT_STREAM = Head(status=200, headers=(("Content-Type", "text/event-stream; charset=utf-8"),))
JSON = Head(status=200, headers=(("content-type", "application/json"),))
BUSY = Head(status=503, headers=(("content-type", "application/json"),))
OPENING = Event(data=b"data: opening\n\n")
FINISH = Event(data=b"data: stop\n\n", finish=True)
DONE = Event(data=b"data: [DONE]\n\n")


class PlainDialect(Dialect, frozen=True, kw_only=True):
    """Refuses with its own arguments as the body, so that a test can read them back."""

    name: ClassVar[str] = "plain"
    provider: ClassVar[str] = "plain"
    credential_variable: ClassVar[str] = "PLAIN"

    def refusal(
        self,
        status: int,
        *,
        retry_after_s: float | None = None,
        message: str | None = None,
        exhausted: str = "",
        asked: Asked | None = None,
    ) -> HttpAnswer:
        body = f"{status} {retry_after_s} {message}{exhausted}{asked or ''}".encode()
        return HttpAnswer(status=status, headers=(("x-plain", "yes"),), body=body)

    def credential_expired(self) -> HttpAnswer:
        return HttpAnswer(status=401, headers=(("x-plain", "yes"),), body=b"expired")

    def error_event(self, status: int, *, message: str | None = None) -> bytes:
        return f"data: error {status} {message}\n\n".encode()

    def read_event(self, data: bytes) -> Delta:
        return Delta(finish_reason="stop" if data == b"stop" else None)

    def empty_stream(self, answer: Answer) -> Sequence[bytes]:
        return f"data: empty at {answer.created_s}\n\n".encode(), FINISH.data

    def empty_body(self, answer: Answer) -> bytes:
        return f"empty at {answer.created_s}".encode()


def token(index: int) -> Event:
    """An event that carries one content token."""
    return Event(data=f"data: {index}\n\n".encode(), tokens=1)


def stream(tokens: int, *, gap_s: float = 0.0) -> list[Step]:
    """A whole streamed answer as Azure OpenAI's is: opening, tokens, finish, `[DONE]`."""
    paced: list[Step] = []
    for index in range(tokens):
        paced += [Wait(seconds=gap_s), token(index)] if gap_s else [token(index)]
    return [EVENT_STREAM, OPENING, *paced, FINISH, DONE, End()]


def body(*pieces: bytes) -> list[Step]:
    """A whole answer that is no stream, in the pieces that it came in."""
    return [JSON, *[Event(data=piece) for piece in pieces], End()]


def fault(name: str, **parameters: object) -> Fault:
    """Build a fault of an exchange."""
    made = make_fault({name: parameters})
    assert isinstance(made, Fault)
    return made


def play(faults: list[Fault], honest: list[Step]) -> tuple[Play, list[tuple[str, str]]]:
    """Rehearse faults in list order; return the play and the attestations, ids being indices."""
    attested: list[tuple[str, str]] = []
    layers = [
        Layer(str(index), one.script(PlainDialect()), bool(one.untouched))
        for index, one in enumerate(faults)
    ]
    told = compose(layers, lambda rule, action: attested.append((rule, action)))
    return rehearse(told, honest), attested


def played(one: Fault, honest: list[Step]) -> Play:
    """Rehearse one fault."""
    return play([one], honest)[0]


def attested(one: Fault, honest: list[Step]) -> list[str]:
    """Rehearse one fault; return what it is attested as."""
    return [action for _, action in play([one], honest)[1]]


def said(play_: Play) -> list[Step]:
    """What the client got, whenever it got it."""
    return [step for _, step in play_.steps]
