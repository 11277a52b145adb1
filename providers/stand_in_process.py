"""Serves stand-ins in a process of their own: `python -m providers.stand_in_process CONFIG.json`.

Under a conductor it says its ports on the ready pipe and ends with its leash; alone it prints the
same line and ends with SIGINT or SIGTERM. Exit codes: 0 ended in order, 2 the config is wrong or an
address cannot be had.
"""

import asyncio
import gc
import os
import signal
import sys
from pathlib import Path

import msgspec
import uvloop

from providers.config import StandInConfig
from providers.stand_in import CannotListenError, StandIns
from telemetry import leash
from telemetry.plain_speech import redact_standard_error

_WRONG = 2
_GRACE_S = 5.0


def main(arguments: list[str]) -> int:
    """Serve the stand-ins of a config file until told to stop; return the exit code."""
    if len(arguments) != 1:
        return _wrong("usage: python -m providers.stand_in_process CONFIG.json")
    try:
        config = msgspec.json.decode(Path(arguments[0]).read_bytes(), type=StandInConfig)
        stand_ins = StandIns(config)
    except (OSError, ValueError) as unreadable:
        return _wrong(f"{arguments[0]}: {unreadable}")
    try:
        uvloop.run(_serve(stand_ins))
    except CannotListenError as refused:
        return _wrong(str(refused))
    return 0


async def _serve(stand_ins: StandIns) -> None:
    await stand_ins.start()
    word = {"ready": True, "ports": stand_ins.ports}
    led = leash.LEASH_VARIABLE in os.environ
    end = _listen_for_the_end(led=led)  # first: whoever hears that it is ready may end it
    if led:
        leash.say_ready(word)
    else:
        sys.stdout.write(msgspec.json.encode(word).decode() + "\n")
        sys.stdout.flush()
    gc.freeze()
    await stand_ins.stop(await end)


def _listen_for_the_end(*, led: bool) -> "asyncio.Future[float]":
    """Return what will say how long answers under way may still take at the end, in seconds."""
    loop = asyncio.get_running_loop()
    end: asyncio.Future[float] = loop.create_future()
    loop.add_signal_handler(signal.SIGTERM, _settle, end, _GRACE_S)
    if led:
        loop.add_signal_handler(signal.SIGINT, lambda: None)
        loop.add_reader(leash.leash_descriptor(), _read_leash, leash.OrderReader(), end)
    else:
        loop.add_signal_handler(signal.SIGINT, _settle, end, _GRACE_S)
    return end


def _read_leash(orders: leash.OrderReader, end: asyncio.Future[float]) -> None:
    descriptor = leash.leash_descriptor()
    data = os.read(descriptor, 65536)
    if not data:
        asyncio.get_running_loop().remove_reader(descriptor)
        _settle(end, _GRACE_S)
    for order in orders.feed(data):
        if isinstance(order, leash.Stop):
            _settle(end, order.within_s)


def _settle(end: asyncio.Future[float], within_s: float) -> None:
    if not end.done():
        end.set_result(within_s)


def _wrong(message: str) -> int:
    sys.stderr.write(message + "\n")
    return _WRONG


if __name__ == "__main__":
    redact_standard_error()
    sys.exit(main(sys.argv[1:]))
