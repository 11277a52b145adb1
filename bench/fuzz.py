"""Fuzz what reads other people's bytes: `python -m bench.fuzz`, a minute for each reader.

The checks are those of `tests/laws/parsers.py`. Bytes come from atheris, which keeps what reaches a
branch that nothing reached before. It is no dependency: `pip install atheris`. Each reader has a
process of its own, which ends by itself; bytes that fail a check are kept in `--out`, and tried
first by the next run.

Exits 1 where a check failed, 2 where there is no atheris.
"""

import argparse
import importlib.util
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.laws.parsers import TARGETS

SECONDS: Final = 60
GRACE_S: Final = 60


class Tried(NamedTuple):
    """How a reader fared; `covered`: the branches that its bytes reached."""

    runs: int
    covered: int
    failed: bool
    words: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz and print one line per reader."""
    asked = _parser(list(TARGETS)).parse_args(arguments)
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed in this environment: pip install atheris", file=sys.stderr)
        return 2
    failed = False
    print(f"{'reader':<12}{'inputs':>12}{'branches':>10}")
    for name in asked.readers or TARGETS:
        tried = _tried(name, asked.out, asked.seconds)
        failed = failed or tried.failed
        print(f"{name:<12}{tried.runs:>12,}{tried.covered:>10,}  {tried.words}", flush=True)
    return int(failed)


def _parser(names: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("readers", nargs="*", choices=[*names, []], help="all, if none is named")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for each reader")
    parser.add_argument("--out", type=Path, default=Path("fuzz-out"), help="bytes that were found")
    return parser


def _tried(name: str, out: Path, seconds: int) -> Tried:
    """Fuzz one reader in a process of its own, since libFuzzer ends the one that it runs in."""
    command = [sys.executable, "-m", "bench.fuzz_one", name, str(seconds), str(out / name)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds + GRACE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Tried(0, 0, failed=True, words=f"did not end {GRACE_S} s after its time")
    said = done.stdout + done.stderr
    runs = re.findall(r"^#(\d+)", said, re.MULTILINE)
    covered = re.findall(r"cov: (\d+)", said)
    words = "" if done.returncode == 0 else _last_words(said)
    return Tried(
        max(map(int, runs), default=0), max(map(int, covered), default=0), bool(words), words
    )


def _last_words(said: str) -> str:
    """Return what was raised, and where the bytes are."""
    raised = re.search(r"Uncaught Python exception: ===\s*(.+)", said)
    kept = re.search(r"Test unit written to (\S+)", said)
    told = [raised[1] if raised else said.strip()[-300:], kept[1] if kept else ""]
    return "FAILED: " + "  ".join(filter(None, told))


if __name__ == "__main__":
    sys.exit(main())
