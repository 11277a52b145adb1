"""The store as a process: spools that grow, kills in between, a seal at the end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from telemetry.leash import LEASH_VARIABLE, READY_VARIABLE, Order, Stop, write_order
from telemetry.record import Record
from telemetry.recorder import Recorder
from telemetry.rows import AnyRow
from telemetry.seal import Reading, is_sealed, read_record
from telemetry.store_config import StoreConfig
from tests.telemetry.scenes import BIG_NS, MS, TAG, failover, recorder, small_run, write_spools

pytestmark = pytest.mark.live

BARE = (sys.executable, "-m", "telemetry.store")


class Started:
    """A store process with its two pipes."""

    def __init__(self, run: Path, *command: str) -> None:
        config = run / "store-0.json"
        told = StoreConfig(run_folder=str(run), run_tag=TAG, progress_every_s=0.1)
        config.write_bytes(msgspec.json.encode(told))
        leash, self.leash = os.pipe()
        self._ready, ready = os.pipe()
        self.process = subprocess.Popen(
            [*command, str(config)],
            env=os.environ | {LEASH_VARIABLE: str(leash), READY_VARIABLE: str(ready)},
            pass_fds=(leash, ready),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        os.close(leash)
        os.close(ready)
        self._words = os.fdopen(self._ready, "rb")

    def order(self, order: Order) -> None:
        write_order(self.leash, order)

    def word(self, key: str, accept: Callable[[Any], bool] = bool) -> dict[str, Any]:
        """Wait for a word that holds `key` with a value that is accepted."""
        for line in self._words:
            word = msgspec.json.decode(line, type=dict[str, Any])
            if key in word and accept(word[key]):
                return word
        raise AssertionError(f"the store ended without saying {key}")

    def ended(self) -> tuple[int, str]:
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors.decode()

    def close(self) -> None:
        self._words.close()
        if self.leash >= 0:
            os.close(self.leash)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()


@contextmanager
def store(run: Path, *command: str) -> Iterator[Started]:
    started = Started(run, *(command or BARE))
    try:
        started.word("ready")
        yield started
    finally:
        started.close()


class Writers:
    """The recorders of a run, written to while a store follows."""

    def __init__(self, run: Path) -> None:
        (run / "spool").mkdir(parents=True, exist_ok=True)
        self._run = run
        self._recorders: dict[str, Recorder] = {}

    def write(self, name: str, rows: list[AnyRow]) -> None:
        if name not in self._recorders:
            path = self._run / "spool" / f"{name}.ndjson"
            self._recorders[name] = recorder(path, name.split("-", maxsplit=1)[0])
        for row in rows:
            self._recorders[name].record(row)
        self._recorders[name].flush()

    def fail_over(self, number: int) -> None:
        for name, rows in failover(number, BIG_NS + number * MS).items():
            self.write(name, rows)

    def close(self) -> None:
        for one in self._recorders.values():
            one.close()


def as_it_stands(run: Path) -> Record:
    reading = Reading(run, TAG)
    reading.read_to_end()
    return reading.assembly.record(TAG, reading.spools.facts())


def exchanges_seen(count: int) -> Callable[[Any], bool]:
    return lambda progress: bool(progress["exchanges"] == count)


def test_growing_spools_are_followed_and_sealed(tmp_path: Path) -> None:
    writers = Writers(tmp_path)
    with store(tmp_path) as one:
        writers.fail_over(1)
        one.word("progress", exchanges_seen(1))
        writers.fail_over(2)
        progress = one.word("progress", exchanges_seen(2))["progress"]
        assert (progress["in_flight"], progress["touched"]) == (0, 2)
        writers.close()
        expected = as_it_stands(tmp_path)
        one.order(Stop())
        assert one.word("sealed") == {
            "sealed": True,
            "rows": sum(spool.rows for spool in expected.spools),
            "lost": 0,
            "kept": "",
        }
        assert one.ended() == (0, "")
    assert not (tmp_path / "spool").exists()
    assert read_record(tmp_path) == expected
    assert all(spool.ended for spool in expected.spools)


def test_a_killed_store_loses_nothing(tmp_path: Path) -> None:
    writers = Writers(tmp_path)
    writers.fail_over(1)
    with store(tmp_path) as one:
        one.word("progress", exchanges_seen(1))
        one.process.send_signal(signal.SIGKILL)
        assert one.ended()[0] == -signal.SIGKILL
    writers.fail_over(2)
    with store(tmp_path) as two:
        two.word("progress", exchanges_seen(2))
        writers.close()
        expected = as_it_stands(tmp_path)
        two.order(Stop())
        assert two.ended()[0] == 0
    assert read_record(tmp_path) == expected
    assert [exchange.number for exchange in expected.exchanges] == [1, 2]


def test_a_store_that_is_stopped_waits_for_the_last_rows(tmp_path: Path) -> None:
    writers = Writers(tmp_path)
    writers.fail_over(1)
    with store(tmp_path) as one:
        one.order(Stop())
        time.sleep(0.3)
        assert not is_sealed(tmp_path)
        writers.fail_over(2)
        writers.close()
        assert one.word("sealed")["lost"] == 0
        assert one.ended() == (0, "")
    record = read_record(tmp_path)
    assert len(record.exchanges) == 2
    assert all(spool.ended for spool in record.spools)


def test_a_writer_that_died_is_sealed_without_its_end(tmp_path: Path) -> None:
    spools = small_run()
    spools["worker-0"] = spools["worker-0"][:-2]
    write_spools(tmp_path, spools)
    with (tmp_path / "spool" / "worker-0.ndjson").open("ab") as torn:
        torn.write(b'{"kind":"exchange_end","exch')
    with store(tmp_path) as one:
        one.order(Stop(within_s=0.2))
        assert one.word("sealed")["lost"] == 1
        assert one.ended()[0] == 0
    record = read_record(tmp_path)
    (worker,) = [spool for spool in record.spools if spool.role == "worker"]
    assert (worker.ended, worker.lost) == (False, 1)
    assert record.exchanges[-1].end_ns is None


@pytest.mark.parametrize("how", ["leash", "sigterm"])
def test_a_store_whose_conductor_is_gone_leaves_the_run_unsealed(tmp_path: Path, how: str) -> None:
    write_spools(tmp_path, small_run())
    with store(tmp_path) as one:
        one.word("progress", exchanges_seen(3))
        if how == "leash":
            os.close(one.leash)
            one.leash = -1
        else:
            one.process.terminate()
        assert one.ended() == (0, "")
    assert not is_sealed(tmp_path)
    assert len(read_record(tmp_path).exchanges) == 3


def test_a_disk_that_takes_no_more_is_told_and_the_spools_stay(tmp_path: Path) -> None:
    write_spools(tmp_path, small_run())
    before = as_it_stands(tmp_path)
    # A limit on the size of files fails a write as a full disk does, without filling one.
    with store(tmp_path, "sh", "-c", 'ulimit -f 1; exec "$@"', "sh", *BARE) as one:
        one.order(Stop())
        code, errors = one.ended()
    assert code == 1
    assert "cannot seal" in errors
    assert "spools stay" in errors
    assert "Traceback" not in errors
    assert not is_sealed(tmp_path)
    assert not (tmp_path / "spans.partial").exists()
    assert read_record(tmp_path) == before


def test_an_order_that_is_none_is_refused(tmp_path: Path) -> None:
    with ExitStack() as stack:
        one = stack.enter_context(store(tmp_path))
        os.write(one.leash, b'{"order": "dance"}\n')
        code, errors = one.ended()
    assert code == 2
    assert "not an order" in errors
