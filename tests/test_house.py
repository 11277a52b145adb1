"""The house stands: what is imported is ours, importing is light, every file has its test."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("providers", "faults", "loadgen", "telemetry", "experiments")

HEAVY = {
    "providers": {"uvloop", "httptools"},
    "faults": {"uvloop", "httptools"},
    "loadgen": {"locust", "gevent"},
    "telemetry": {"opentelemetry.sdk", "duckdb"},
    "experiments": {"typer", "duckdb", "locust", "jinja2"},
}

COVERED_ELSEWHERE = {
    # a table of constants or of declarations, read by every test of what uses it
    "faults/config.py",
    "loadgen/config.py",
    "providers/config.py",
    "telemetry/figure.py",
    "telemetry/names.py",
    "telemetry/record.py",
    "telemetry/store_config.py",
}


def run_python(code: str, folder: Path) -> str:
    """Run code in a fresh interpreter elsewhere, so that nothing here is found by chance."""
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_imported_packages_are_this_projects_own(tmp_path: Path) -> None:
    code = (
        "import importlib, json; "
        f"print(json.dumps([importlib.import_module(n).__file__ for n in {PACKAGES!r}]))"
    )
    files = [Path(name).parent for name in json.loads(run_python(code, tmp_path))]
    strangers = [str(f) for f, n in zip(files, PACKAGES, strict=True) if f != ROOT / n]
    assert not strangers, (
        f"a stranger's package is imported instead of ours: {strangers}; "
        "install Crosswind in an environment of its own"
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_is_light(package: str, tmp_path: Path) -> None:
    code = f"import json, sys, {package}; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(run_python(code, tmp_path)))
    assert not loaded & HEAVY[package]


def test_nothing_that_pytest_imported_imports_locust_or_gevent() -> None:
    assert not {"locust", "gevent"} & set(sys.modules)


def source_files() -> list[str]:
    """Return every source file that should have a test of its name."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [p.relative_to(ROOT).as_posix() for p in paths if p.name != "__init__.py"]


def has_test(source: str) -> bool:
    """Tell whether a test of the file's name stands anywhere in the test tree."""
    name = f"test_{Path(source).name}"
    return any((ROOT / "tests").rglob(name))


@pytest.mark.parametrize("source", source_files())
def test_every_source_file_has_a_test_of_its_name(source: str) -> None:
    assert source in COVERED_ELSEWHERE or has_test(source)


def test_every_exemption_is_still_a_file() -> None:
    assert all((ROOT / name).exists() for name in COVERED_ELSEWHERE)
