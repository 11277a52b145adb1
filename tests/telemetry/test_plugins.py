import sys
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import pytest

from telemetry import plugins


class Sail:
    """A base for the plug-ins of these tests."""

    name: ClassVar[str] = ""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    package = tmp_path / "rigging"
    package.mkdir()
    (package / "__init__.py").write_text("")
    source = (
        "from tests.telemetry.test_plugins import Sail\n"
        "class Jib(Sail):\n    name = {name!r}\n"
        "made = Jib()\n"
    )
    (package / "jib.py").write_text(source.format(name="jib"))
    (package / "main.py").write_text(source.format(name="main"))
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [n for n in sys.modules if n.split(".")[0] == "rigging"]:
        monkeypatch.delitem(sys.modules, name)
    return __import__("rigging")


def test_a_file_that_lies_there_is_found(folder: ModuleType) -> None:
    assert sorted(plugins.classes(folder, Sail)) == ["jib", "main"]
    assert sorted(plugins.values(folder, Sail)) == ["jib", "main"]


def test_two_files_may_not_claim_one_name(folder: ModuleType) -> None:
    first = Path(folder.__path__[0]) / "jib.py"
    (first.parent / "spinnaker.py").write_text(first.read_text())
    with pytest.raises(plugins.DuplicateNameError, match="jib"):
        plugins.classes(folder, Sail)
