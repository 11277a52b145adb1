"""Writes the dashboards: `python -m telemetry.dashboards deploy/grafana/dashboards`."""

import sys
from pathlib import Path

from telemetry.dashboards.written import write


def main(words: list[str]) -> int:
    """Write them; 2 without a folder."""
    if len(words) != 1:
        sys.stderr.write("usage: python -m telemetry.dashboards FOLDER\n")
        return 2
    for path in write(Path(words[0])):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
