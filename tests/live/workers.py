"""Load workers under test: started on a leash as the conductor does, read back from their spool."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from loadgen.config import Breaker, Load, Route, Target, Timeouts, WorkerConfig
from telemetry.clock import now_ns
from telemetry.leash import LEASH_VARIABLE, READY_VARIABLE, Order, Start, write_order
from telemetry.rows import AnyRow, AttemptEnded, ExchangeEnded, decode_row

R = TypeVar("R")
RUN_TAG = "5eed0001"
START_LEAD_NS = 100_000_000


def target(name: str, port: int) -> Target:
    """Return a numbered Azure endpoint on loopback."""
    return Target(endpoint=name, dialect={"azure-openai": {}}, base_url=f"http://127.0.0.1:{port}")


def config(folder: Path, targets: tuple[Target, ...], **changes: object) -> WorkerConfig:
    """Return a short worker config: 20 exchanges in a second, one client, no breaker."""
    short = WorkerConfig(
        run_folder=str(folder),
        run_tag=RUN_TAG,
        seed=1,
        targets=targets,
        route=Route(
            order=tuple(each.endpoint for each in targets),
            clients=1,
            breaker=Breaker(enabled=False),
            timeouts=Timeouts(connect_s=1, first_token_s=0.5, gap_s=0.5),
        ),
        load=Load(arrivals={"constant": {"rate_per_s": 20}}),
        duration_s=1.0,
        drain_s=5.0,
    )
    return msgspec.structs.replace(short, **changes)


class Worker:
    """One worker process."""

    def __init__(self, told: WorkerConfig) -> None:
        self.told = told
        folder = Path(told.run_folder)
        path = folder / f"worker-{told.index}.json"
        path.write_bytes(msgspec.json.encode(told))
        leash_read, self._leash = os.pipe()
        self._ready, ready_write = os.pipe()
        self.errors = folder / f"worker-{told.index}.log"
        with self.errors.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "loadgen.worker", str(path)],
                stdin=subprocess.DEVNULL,
                stderr=sink,
                pass_fds=(leash_read, ready_write),
                env={
                    **os.environ,
                    LEASH_VARIABLE: str(leash_read),
                    READY_VARIABLE: str(ready_write),
                },
                start_new_session=True,
            )
        os.close(leash_read)
        os.close(ready_write)
        self._words = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._ready)

    def word(self) -> dict[str, object]:
        """Return the next thing it says; {} when it has ended instead."""
        while b"\n" not in self._words:
            data = os.read(self._ready, 65536)
            if not data:
                return {}
            self._words += data
        line, _, self._words = self._words.partition(b"\n")
        return msgspec.json.decode(line, type=dict[str, object])

    def start(self) -> int:
        """Wait until it is ready, start it, and return the run's time zero."""
        assert self.word().get("ready") is True, self.errors.read_text()
        zero_ns = now_ns() + START_LEAD_NS
        self.order(Start(at_ns=zero_ns))
        return zero_ns

    def order(self, order: Order) -> None:
        """Send an order."""
        write_order(self._leash, order)

    def let_go(self) -> None:
        """Close the leash, as a conductor that dies does."""
        if self._leash >= 0:
            os.close(self._leash)
            self._leash = -1

    def exit_code(self, within_s: float = 15.0) -> int:
        """Wait for its end."""
        return self.process.wait(within_s)

    def rows(self) -> list[AnyRow]:
        """Return all whole rows of its spool so far."""
        spool = Path(self.told.run_folder) / "spool" / f"worker-{self.told.index}.ndjson"
        if not spool.exists():
            return []
        *lines, _ = spool.read_bytes().split(b"\n")
        return [decode_row(line) for line in lines if line]

    def rows_of(self, kind: type[R]) -> list[R]:
        """Return its rows of one kind."""
        return [row for row in self.rows() if isinstance(row, kind)]

    def wait_for_rows(self, kind: type[R], count: int, within_s: float = 10.0) -> None:
        """Wait until its spool has that many rows of a kind."""
        end = time.monotonic() + within_s
        while len(self.rows_of(kind)) < count:
            assert time.monotonic() < end, self.errors.read_text()
            time.sleep(0.02)

    def outcomes(self) -> dict[int, str]:
        """Return how each exchange ended."""
        return {row.exchange: row.outcome.value for row in self.rows_of(ExchangeEnded)}

    def attempts(self, exchange: int) -> list[AttemptEnded]:
        """Return the ended attempts of one exchange."""
        return [row for row in self.rows_of(AttemptEnded) if row.exchange == exchange]
