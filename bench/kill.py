"""How fast the kill switch empties a proxy under load: `python -m bench.kill`.

A third of 500 requests/s (or of `--rate`) is refused, and one in 25 is held: in silence, or in the
middle of its stream. Three seconds in, the switch is thrown as `crosswind kill` throws it. What
counts is what the clients saw: the last request that was begun and still faulted, and how those
held ended.

Exits 1 when a request begun more than 100 ms after the switch was faulted, or a held one is still
open five seconds later.
"""

import argparse
import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import msgspec
import uvloop

from faults.control import kill_all

RATE_PER_S: Final = 500
BEFORE_S, AFTER_S, PATIENCE_S = 3.0, 1.0, 5.0
HELD_S: Final = 0.5
"""An exchange that takes longer than this is held: an honest one takes 20 ms."""
BAR_S: Final = 0.1
START_S: Final = 20.0
WHOLE: Final = b"0\r\n\r\n"

EXPERIMENT: Final = """\
title: One endpoint that refuses a third and holds one in twenty-five
endpoints:
  azure: {dialect: azure-openai, stand_in: {latency: {overhead_s: 0.005, token_gap_s: 0.001}}}
  vertex: {dialect: vertex-gemini, stand_in: {}}
route: {client: {order: [azure, vertex]}}
load: {constant: {rate_per_s: 20}}
phases: {fault_s: 60}
faults:
  - {id: refused, at: azure, duration_s: 60, share: 0.33, inject: {http_error: {status: 503}}}
  - {id: silent, at: azure, duration_s: 60, share: 0.02, inject: blackhole}
  - {id: stalled, at: azure, duration_s: 60, share: 0.02, inject: {stream_stall: {after_tokens: 2}}}
gates: [user_errors <= 50 %]
"""
QUESTION: Final = (
    "POST /openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21 HTTP/1.1\r\n"
    "host: localhost\r\napi-key: k\r\ncontent-type: application/json\r\nconnection: close\r\n"
    "content-length: {length}\r\n\r\n"
)


class Asked(msgspec.Struct):
    """One request as its client saw it; monotonic seconds, `ended` is 0 while it is open."""

    begun: float
    ended: float = 0.0
    status: int = 0
    ending: str = "open"

    def faulted(self) -> bool:
        """Tell whether it got anything but a prompt, whole answer."""
        prompt = 0 < self.ended - self.begun < HELD_S
        return not (prompt and self.status == 200 and self.ending == "whole")


class Killed(NamedTuple):
    """What clients saw of one kill; times in monotonic seconds."""

    sent: float
    acknowledged: float
    faults_left: int
    asked: Sequence[Asked]

    def held(self) -> list[Asked]:
        """Return what was held when the switch was thrown."""
        return [
            a for a in self.asked if a.begun < self.sent - HELD_S and not 0 < a.ended < self.sent
        ]

    def refused_before(self) -> int:
        """Return how many were refused before the switch."""
        return sum(a.status == 503 and a.begun < self.sent for a in self.asked)

    def latest_faulted_s(self) -> float:
        """Return how long after the switch the last faulted request was begun; 0 for none."""
        return max(
            (a.begun - self.sent for a in self.asked if a.begun > self.sent and a.faulted()),
            default=0.0,
        )

    def begun_later(self) -> int:
        """Return how many requests were begun after the bar."""
        return sum(a.begun > self.sent + BAR_S for a in self.asked)

    def still_open(self) -> int:
        """Return how many never ended."""
        return sum(not a.ended for a in self.asked)

    def per_s(self) -> float:
        """Return the requests a second that were sent."""
        begun = [a.begun for a in self.asked]
        return len(begun) / (max(begun) - min(begun))


def main() -> int:
    """Kill several times, print a line each and the medians; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.kill", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rate", type=float, default=RATE_PER_S, help="requests a second")
    options = parser.parse_args()
    rounds = [kill_under_load(options.rate) for _ in range(options.rounds)]
    for one in rounds:
        print(told(one))
    acknowledged = [(one.acknowledged - one.sent) * 1e3 for one in rounds]
    latest = [one.latest_faulted_s() * 1e3 for one in rounds]
    print(f"acknowledged: median {median(acknowledged):.1f} ms, most {max(acknowledged):.1f} ms")
    print(f"last faulted request: median {median(latest):.1f} ms, most {max(latest):.1f} ms")
    return int(max(latest) > BAR_S * 1e3 or any(one.still_open() for one in rounds))


def told(one: Killed) -> str:
    """Say in a line what a kill did."""
    held = one.held()
    endings = {how: sum(a.ending == how for a in held) for how in ("whole", "cut", "reset", "open")}
    ended = ", ".join(f"{count} {how}" for how, count in endings.items() if count)
    last = max((a.ended - one.sent for a in held if a.ended), default=0.0)
    return (
        f"{one.per_s():.0f} requests/s, {one.refused_before()} refused before; acknowledged after"
        f" {(one.acknowledged - one.sent) * 1e3:.1f} ms, {one.faults_left} faults left; last"
        f" faulted request begun {one.latest_faulted_s() * 1e3:.1f} ms after it; {len(held)} held:"
        f" {ended}, the last {last * 1e3:.0f} ms after it"
    )


def kill_under_load(rate_per_s: float = RATE_PER_S) -> Killed:
    """Serve, ask, throw the switch, and go on asking; return what the clients saw."""
    with tempfile.TemporaryDirectory() as folder, _private(folder), _served(Path(folder)) as port:
        return uvloop.run(_rehearse(port, rate_per_s))


async def _rehearse(port: int, rate_per_s: float) -> Killed:
    asked: list[Asked] = []
    asking = asyncio.create_task(_ask_on(port, rate_per_s, asked))
    await asyncio.sleep(BEFORE_S)
    sent = time.monotonic()
    answers = await asyncio.to_thread(kill_all)
    acknowledged = time.monotonic()
    await asking
    left = sum(msgspec.convert(answer["faults_left"], int) for answer in answers)
    return Killed(sent, acknowledged, left if answers else -1, asked)


async def _ask_on(port: int, rate_per_s: float, asked: list[Asked]) -> None:
    loop, tasks = asyncio.get_running_loop(), []
    zero = loop.time()
    for number in range(int(rate_per_s * (BEFORE_S + AFTER_S))):
        await asyncio.sleep(max(0.0, zero + number / rate_per_s - loop.time()))
        asked.append(Asked(time.monotonic()))
        tasks.append(loop.create_task(_ask(port, number, asked[-1])))
    _, late = await asyncio.wait(tasks, timeout=PATIENCE_S)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _ask(port: int, number: int, asked: Asked) -> None:
    body = b'{"messages":[{"role":"user","content":"%d"}],"max_tokens":5,"stream":true}' % number
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(QUESTION.format(length=len(body)).encode() + body)
        answer = await reader.read(-1)
        asked.ending = "whole" if answer.endswith(WHOLE) else "cut"
        asked.status = int(answer[9:12] or 0)
        asked.ended = time.monotonic()
    except ConnectionError:
        asked.ending, asked.ended = "reset", time.monotonic()
    finally:
        writer.close()


@contextlib.contextmanager
def _private(folder: str) -> Iterator[None]:
    """Let the switch reach nobody else's injectors."""
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = folder
    try:
        yield
    finally:
        del os.environ["XDG_RUNTIME_DIR"]
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before


@contextlib.contextmanager
def _served(folder: Path) -> Iterator[int]:
    """Serve the experiment; yield the port of the endpoint that fails."""
    (folder / "kill.yaml").write_text(EXPERIMENT)
    command = [sys.executable, "-u", "-m", "experiments.cli", "serve", str(folder / "kill.yaml")]
    output = folder / "output.txt"
    with output.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT)
    try:
        yield _port(output)
        process.send_signal(signal.SIGINT)
        process.wait(START_S)
    finally:
        process.kill()
        process.wait()


def _port(output: Path) -> int:
    deadline = time.monotonic() + START_S
    while "serving until" not in output.read_text():
        if time.monotonic() > deadline:
            sys.exit(output.read_text())
        time.sleep(0.02)
    found = re.search(r"azure: http://127\.0\.0\.1:(\d+)", output.read_text())
    return int(found[1]) if found else sys.exit(output.read_text())


if __name__ == "__main__":
    sys.exit(main())
