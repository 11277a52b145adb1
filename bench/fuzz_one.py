"""Fuzz one reader: `python -m bench.fuzz_one READER SECONDS FOLDER`, which `bench.fuzz` runs.

What it reads with is imported here, and nowhere before, so that its branches are watched.
"""

import sys
from pathlib import Path
from typing import Final

LONGEST_BYTES: Final = 4096


def main() -> None:
    """Fuzz until the time is over; libFuzzer ends the process."""
    import atheris  # noqa: PLC0415 - no dependency

    name, seconds, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    with atheris.instrument_imports(include=["faults", "providers", "telemetry"]):
        from tests.laws.parsers import TARGETS  # noqa: PLC0415 - see above
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST_BYTES}"]
    options += [f"-artifact_prefix={folder}/", str(corpus)]
    atheris.Setup([sys.argv[0], *options], TARGETS[name].check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
