"""The pipes between the conductor and a child: ready words up, orders down, EOF is the end.

A child inherits two descriptors, named in its environment. On the *ready* pipe it writes one JSON
line once its ports are bound. On the *leash* it reads orders, one JSON line each; end of file means
that the conductor is gone, however it went.
"""

import os

import msgspec

LEASH_VARIABLE = "CROSSWIND_LEASH_FD"
READY_VARIABLE = "CROSSWIND_READY_FD"


class Start(msgspec.Struct, frozen=True, kw_only=True, tag="start", tag_field="order"):
    """The run's time zero, CLOCK_MONOTONIC ns, in the near future: schedules count from it."""

    at_ns: int


class Stop(msgspec.Struct, frozen=True, kw_only=True, tag="stop", tag_field="order"):
    """End in order: finish what is in flight for at most `within_s`, write the end row, exit."""

    within_s: float = 5.0


class Disarm(msgspec.Struct, frozen=True, kw_only=True, tag="disarm", tag_field="order"):
    """Take every fault away now and answer on the ready pipe with how many are left."""


Order = Start | Stop | Disarm

_ORDERS: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order)


class OrderReader:
    """Turns the leash's bytes into orders, however they arrive."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Order]:
        """Return the orders completed by `data`; raises ValueError on a line that is none."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [_ORDERS.decode(line) for line in lines if line]


def write_order(descriptor: int, order: Order) -> None:
    """Send one order down a leash."""
    os.write(descriptor, msgspec.json.encode(order) + b"\n")


def say_ready(word: dict[str, object]) -> None:
    """Tell the conductor a fact: the bound ports first, later whatever an order asks for."""
    os.write(ready_descriptor(), msgspec.json.encode(word) + b"\n")


def leash_descriptor() -> int:
    """Return the descriptor to read orders from; raises KeyError outside a run."""
    return int(os.environ[LEASH_VARIABLE])


def ready_descriptor() -> int:
    """Return the descriptor to write ready words to; raises KeyError outside a run."""
    return int(os.environ[READY_VARIABLE])
