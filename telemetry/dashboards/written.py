"""Writes every dashboard as a file, the way Grafana provisions them."""

import json
from pathlib import Path

from telemetry import plugins
from telemetry.dashboards import boards as folder
from telemetry.dashboards.board import Board


def boards() -> dict[str, Board]:
    """Return every dashboard by its name."""
    return plugins.values(folder, Board)


def files() -> dict[str, str]:
    """Return every dashboard's text by its file's name."""
    return {
        f"{name}.json": json.dumps(board.json(), indent=2, ensure_ascii=False) + "\n"
        for name, board in sorted(boards().items())
    }


def write(target: Path) -> list[Path]:
    """Write the files and return their paths; the folder is made where it is missing."""
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in files().items():
        (target / name).write_text(text)
        paths.append(target / name)
    return paths
