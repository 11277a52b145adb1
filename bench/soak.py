"""Whether the injector leaks: an hour of mixed faults under load. `python -m bench.soak --hours 1`.

The injector that `crosswind run` and `crosswind serve` start, with its rows, in front of a
stand-in; two listeners, every tenth request over TLS; two dozen faults at small shares, listeners
that close for a second every minute, clients that hang up. Every ten seconds its resident memory
and its open descriptors are read.

Bars: less than 1 MB of growth per ten minutes once it has settled, descriptors back at the end,
every request on record (exactly one row of its beginning, one of its end; but for those that cross
a fault's RST of idle connections, or that their own client's RST overtakes), every connection that
failed explained by a closure. Ctrl-C ends it early and prints what there is.

Exits 1 when a bar is missed, 3 when one could not be measured.
"""

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from bench.soak_books import Balance, Books, balance, read_books
from bench.soak_faults import CLEAR, TLS, rules
from bench.soak_load import WORDS, Load, Told
from bench.soak_memory import Sample, look, slope_mb
from experiments.running.children import Child, await_word
from faults.config import InjectorConfig, Listener
from faults.config import Tls as TlsListener
from faults.tls.authority import CERTIFICATE
from providers.config import Latency, StandIn, StandInConfig, StandInListener

RUN_TAG: Final = "50a6c0de"
START_S, END_S = 20.0, 30.0
SLOPE_BAR_MB: Final = 1.0
"""Per ten minutes."""

DIALECT: Final[dict[str, dict[str, object]]] = {"azure-openai": {}}
QUICK: Final = Latency(overhead_s=0.01, per_prompt_token_s=0, token_gap_s=0.005)


class Soaked(NamedTuple):
    """What came of it; `before` and `after` without any client."""

    since_ns: int
    before: Sample
    samples: list[Sample]
    after: Sample
    cpu_s: float
    told: Told
    letters: bytes
    books: Books


def main() -> int:
    """Soak, print, and compare with the bars."""
    options = _options()
    with _folder(options.folder) as folder:
        soaked = _soak(folder, options)
    return _judge(soaked, options.settle_minutes * 60)


def _soak(folder: Path, options: argparse.Namespace) -> Soaked:
    length_s = options.hours * 3600
    with _stand_in(folder) as upstream, _injector(folder, upstream, length_s) as (child, ports):
        since_s = time.monotonic()
        before = look(child.pid, since_s)
        samples: list[Sample] = []
        load = Load(
            clear_port=ports[CLEAR],
            tls_port=ports[TLS],
            ca=str(folder / "ca" / CERTIFICATE),
            run_tag=RUN_TAG,
            rate_per_s=options.rate,
            length_s=length_s,
            letters=str(folder / "letters"),
            told=str(folder / "told.json"),
        )
        with _load(load) as asking:
            with contextlib.suppress(KeyboardInterrupt):
                _watch(child.pid, asking, samples, since_s, options.every)
            asking.communicate(timeout=END_S)
        after = look(child.pid, since_s)
        cpu_s = _cpu_s(child.pid)
    letters = Path(load.letters).read_bytes()
    told = msgspec.json.decode(Path(load.told).read_bytes(), type=Told)
    books = read_books(folder / "spool" / "injector-0.ndjson")
    return Soaked(round(since_s * 1e9), before, samples, after, cpu_s, told, letters, books)


def _watch(
    pid: int,
    asking: "subprocess.Popen[str]",
    samples: list[Sample],
    since_s: float,
    every_s: float,
) -> None:
    """Look every so often until the load is over."""
    while asking.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            due_s = since_s + (len(samples) + 1) * every_s
            asking.wait(max(0.0, due_s - time.monotonic()))
            return
        sample = look(pid, since_s)
        samples.append(sample)
        print(
            f"{sample.at_s:6.0f} s  {sample.rss_mb:6.1f} MB  {sample.descriptors:4} descriptors",
            flush=True,
        )


def _judge(soaked: Soaked, settled_s: float) -> int:
    even = balance(soaked.books, soaked.letters, soaked.told)
    _print_endings(soaked)
    slope = slope_mb(soaked.samples, settled_s)
    before, after = soaked.before.descriptors, soaked.after.descriptors
    most = max((one.descriptors for one in soaked.samples), default=before)
    seen = [one.rss_mb for one in soaked.samples]
    if seen:
        print(f"resident: {seen[0]:.1f} MB at first, {max(seen):.1f} at most, {seen[-1]:.1f} last")
    print(f"CPU: {soaked.cpu_s / max(1, even.rows) * 1e6:.0f} us per request")
    words = [
        ("growth per 10 min", "too short" if slope is None else f"{slope:+.2f} MB", _slope(slope)),
        ("descriptors", f"{before} before, {most} at most, {after} after", after <= before),
        (
            "requests",
            _sent(even),
            even.sent == even.rows + even.crossed + even.taken_back,
        ),
        ("accounts", _account(even), even.even),
        ("record", _record(soaked.books), soaked.books.in_order and not soaked.books.dropped),
    ]
    for name, figure, met in words:
        verdict = "not measured" if met is None else "PASS" if met else "FAIL"
        print(f"{name:20}{figure:80}{verdict}")
    _print_unexplained(even, soaked.since_ns)
    met_all = [met for _, _, met in words]
    return 1 if False in met_all else 3 if None in met_all else 0


def _print_unexplained(even: Balance, since_ns: int) -> None:
    for one in even.unexplained:
        at_s, took_s = (one.since_ns - since_ns) / 1e9, (one.until_ns - one.since_ns) / 1e9
        print(f"  {at_s:.2f} s: no connection within {took_s:.3f} s: {one.error}")


def _slope(slope: float | None) -> bool | None:
    return None if slope is None else slope < SLOPE_BAR_MB


def _sent(even: Balance) -> str:
    return (
        f"{even.sent} sent, {even.rows} on record, {even.crossed} crossed a reset, "
        f"{even.taken_back} taken back"
    )


def _account(even: Balance) -> str:
    return (
        f"{even.missing} missing, {even.twice} twice, {even.unknown} unknown, "
        f"{even.never_ended} never ended, {len(even.unexplained)} unexplained"
    )


def _record(books: Books) -> str:
    return f"{'ended in order' if books.in_order else 'torn'}, {books.dropped} rows dropped"


def _print_endings(soaked: Soaked) -> None:
    print(f"{soaked.told.planned} requests planned; for their clients:")
    for letter, word in WORDS.items():
        print(f"  {soaked.letters.count(ord(letter)):8} {word}")
    print("at the injector:")
    for ending, count in soaked.books.ended.most_common():
        print(f"  {count:8} {ending}")
    touched = soaked.books.touched
    closures = sum(map(len, soaked.books.closures.values()))
    print(f"  {touched.total():8} attested by {len(touched)} faults, {closures} closures")


def _cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process has used; its clock's id as in clock_getcpuclockid."""
    return time.clock_gettime((~pid << 3) | 2)


@contextlib.contextmanager
def _stand_in(folder: Path) -> Iterator[int]:
    listener = StandInListener(
        endpoint="origin", dialect=DIALECT, stand_in=StandIn(latency=QUICK, capacity=2000)
    )
    config = StandInConfig(seed=1, stand_ins=(listener,))
    with _child("stand-in", "providers.stand_in_process", config, folder) as (_, ports):
        yield ports["origin"]


@contextlib.contextmanager
def _injector(
    folder: Path, upstream: int, length_s: float
) -> Iterator[tuple[Child, dict[str, int]]]:
    behind = f"http://127.0.0.1:{upstream}"
    tls = TlsListener(ca_folder=str(folder / "ca"))
    config = InjectorConfig(
        seed=1,
        run_tag=RUN_TAG,
        listeners=(
            Listener(endpoint=CLEAR, dialect=DIALECT, upstream=behind),
            Listener(endpoint=TLS, dialect=DIALECT, upstream=behind, tls=tls),
        ),
        rules=rules(length_s),
        run_folder=str(folder),
        max_ttl_s=length_s + 600,
        begin_at_once=True,
    )
    with _child("injector", "faults.injector", config, folder) as found:
        yield found


@contextlib.contextmanager
def _child(
    role: str, module: str, config: msgspec.Struct, folder: Path
) -> Iterator[tuple[Child, dict[str, int]]]:
    path = folder / f"{role}.json"
    path.write_bytes(msgspec.json.encode(config))
    child = Child(role, module, path, folder / f"{role}.log")
    try:
        yield child, msgspec.convert(await_word(child, "ready", START_S)["ports"], dict[str, int])
    finally:
        child.release()
        if not child.wait(END_S):
            child.kill()
        if said := child.last_words():
            print(f"{role} said:\n{said}", file=sys.stderr)


@contextlib.contextmanager
def _load(load: Load) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "bench.soak_load", msgspec.json.encode(load).decode()]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None  # noqa: S101 - asked for above
        process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _folder(given: str | None) -> Iterator[Path]:
    if given is None:
        with tempfile.TemporaryDirectory(prefix="crosswind-soak-") as folder:
            yield Path(folder)
    else:
        Path(given).mkdir(parents=True, exist_ok=False)
        yield Path(given)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.soak", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=200.0, help="requests a second")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two looks")
    parser.add_argument("--settle-minutes", type=float, default=10.0, help="left out at first")
    parser.add_argument("--folder", help="keep the record here; about 500 MB an hour")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
