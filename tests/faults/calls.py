"""Honest gRPC answers to play faults against."""

from faults.steps import End, Event, Head, Step, Trailers
from providers.grpc import message_bytes

HEAD = Head(status=200, headers=(("content-type", "application/grpc"),))
FINE = Trailers(headers=(("grpc-status", "0"),))
REFUSED: list[Step] = [
    Head(status=200, headers=(("content-type", "application/grpc"), ("grpc-status", "14"))),
    End(),
]


def message(number: int) -> Event:
    """One message of a stream."""
    return Event(data=message_bytes(str(number).encode()), tokens=1)


def call(messages: int) -> list[Step]:
    """A whole call that succeeds."""
    return [HEAD, *map(message, range(messages)), FINE, End()]
