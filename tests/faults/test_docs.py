import re
import subprocess
import sys
from pathlib import Path

import pytest

from faults.catalog import (
    client_fault_classes,
    fault_classes,
    faults_over,
    listener_fault_classes,
)
from faults.docs import page

COMMITTED = Path(__file__).parents[2] / "docs" / "faults.md"
KINDS = [
    *fault_classes().values(),
    *listener_fault_classes().values(),
    *client_fault_classes().values(),
]


def test_the_committed_page_is_what_the_plug_ins_say() -> None:
    assert COMMITTED.read_text() == page(), "python -m faults.docs > docs/faults.md"


def test_the_page_is_written_by_its_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "faults.docs"], capture_output=True, text=True, check=True
    )
    assert done.stdout == page()


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_has_a_section_with_all_its_parameters(kind: type) -> None:
    name: str = kind.name  # type: ignore[attr-defined]  # every fault has one
    section = page().split(f"### `{name}`\n")[1].split("###")[0]
    assert all(f"| `{field}` |" in section for field in kind.__struct_fields__)  # type: ignore[attr-defined]  # every fault is a struct


@pytest.mark.parametrize(
    "row",
    [
        "| `hold_s` | number from 0 s | for ever | then the connection is closed",
        "| `status` | whole number from 400 to 599 | `503` | HTTP status |",
        "| `after_tokens` | whole number from 0 content tokens | `0` |",
        "| `delay_s` | number from 0 s | must be given |",
        "| `headers_first` | `true`, `false` | `true` |",
        "| `message` | text | none |",
        "| `reset_connections` | `all`, `idle`, `none` | `none` |",
    ],
)
def test_a_row_names_values_unit_default_and_meaning(row: str) -> None:
    assert row in page()


def test_what_sdks_make_of_it_is_told_of_every_fault() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sdk-reactions.md").read_text()
    http, grpc, connecting = (part.split("\n## ")[0] for part in page.split("\n## ")[1:])

    def told(part: str) -> list[str]:
        return re.findall(r"^\| `(\w+).*?` \|", part, re.MULTILINE)

    assert told(http) == list(faults_over("HTTP/1.1"))
    assert told(grpc) == list(faults_over("gRPC"))
    assert set(told(connecting)) == set(listener_fault_classes())
