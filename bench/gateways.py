"""How LiteLLM fails over, untuned and tuned, under five outages: `python -m bench.gateways`.

Ten rehearsals of the catalogue's two gateway experiments, one after the other, two minutes each,
as anybody can run them: `crosswind run gateway-litellm-untuned --set faults.0.inject=blackhole`. A
row is printed when its rehearsal ends: what users got while Azure was down, the verdict, and
whether the attempts in the record are the requests on the stand-ins' own logs.

Peer: LiteLLM (`pip install --require-hashes -r examples/gateways/litellm.txt` in an environment of
its own), on the PATH. Exits 1 when the accounts of a run don't balance or an exchange was not
joined, 3 when LiteLLM is missing.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.accounts import asked_and_logged, joined

CONFIGURATIONS: Final = ("untuned", "tuned")
OUTAGES: Final = {
    "503": "http_error",
    "hang": "blackhole",
    "429, Retry-After 7": "{rate_limited: {retry_after_s: 7}}",
    "socket drop": "reset_peer",
    "stream cut": "{stream_reset: {after_tokens: 8}}",
}
ENDPOINTS: Final = ("azure", "vertex")
TITLES: Final = (
    "configuration",
    "outage",
    "first token p95",
    "amplification",
    "user errors",
    "verdict",
    "azure asked / logged",
    "vertex asked / logged",
    "joined",
)


class Ended(NamedTuple):
    """What one rehearsal came to: its verdict file and its folder."""

    verdict: dict[str, Any]
    folder: Path

    def observed(self, metric: str) -> str:
        """Return a metric over the fault phase with its unit."""
        found = self.verdict["metrics"][metric]["fault"]
        value = found["p95"] if metric == "time_to_first_token" else found["value"]
        if not isinstance(value, float):
            return "never" if value == "inf" else "none"
        return f"{value:.3g} {found['unit']}"

    def balanced(self) -> bool:
        """Tell whether every attempt stands on a log, and every exchange was joined."""
        accounts = [asked_and_logged(self.folder, name) for name in ENDPOINTS]
        found, every = joined(self.folder)
        return all(asked == logged for asked, logged in accounts) and found == every > 0


def main() -> int:
    """Run the rehearsals and print a table; return the exit code."""
    options = _options()
    if shutil.which("litellm") is None:
        print("litellm is not on the PATH: see examples/gateways/litellm.txt", file=sys.stderr)
        return 3
    _print_row(TITLES)
    _print_row(("---",) * len(TITLES))
    return int(not all(list(_rehearsals(options.out, options.outage or list(OUTAGES)))))


def _rehearsals(out: Path, outages: list[str]) -> Iterator[bool]:
    for configuration in CONFIGURATIONS:
        for outage in outages:
            ended = _rehearse(configuration, OUTAGES[outage], out / f"{configuration}-{outage}")
            _print_row(_row(configuration, outage, ended))
            yield ended.balanced()


def _rehearse(configuration: str, inject: str, out: Path) -> Ended:
    what = [f"gateway-litellm-{configuration}", "--set", f"faults.0.inject={inject}"]
    command = [sys.executable, "-m", "experiments.cli", "run", *what, "--out", str(out), "--plain"]
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    folders = sorted(out.glob("2*"))
    if not folders or not (folders[-1] / "verdict.json").exists():
        sys.exit(said.stdout.decode())
    return Ended(json.loads((folders[-1] / "verdict.json").read_bytes()), folders[-1])


def _row(configuration: str, outage: str, ended: Ended) -> tuple[str, ...]:
    metrics = ("time_to_first_token", "amplification", "user_errors")
    accounts = (asked_and_logged(ended.folder, name) for name in ENDPOINTS)
    found, every = joined(ended.folder)
    return (
        configuration,
        outage,
        *(ended.observed(metric) for metric in metrics),
        ended.verdict["verdict"],
        *(f"{asked} / {logged}" for asked, logged in accounts),
        f"{found} of {every}",
    )


def _print_row(cells: tuple[str, ...]) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.gateways", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/gateways"), help="the run folders")
    parser.add_argument("--outage", action="append", choices=list(OUTAGES), help="only this one")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
