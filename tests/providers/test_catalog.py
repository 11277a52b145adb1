from pathlib import Path

import msgspec
import pytest

from providers.catalog import dialect_classes, http_dialects, make_dialect, speaks_grpc

ROOT = Path(__file__).parents[2]


def test_both_clouds_are_there() -> None:
    assert {"azure-openai", "vertex-gemini"} <= set(dialect_classes())


def test_parameters_are_taken() -> None:
    assert make_dialect({"azure-openai": {"deployment": "mine"}}).model == "mine"
    assert make_dialect({"vertex-gemini": {"model": "gemini-3"}}).model == "gemini-3"


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="deploymnet"):
        make_dialect({"azure-openai": {"deploymnet": "mine"}})


def test_an_unknown_dialect_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        make_dialect({"azure-opanai": {}})


def test_dialects_of_grpc_are_told_from_those_of_http() -> None:
    assert set(dialect_classes()) - set(http_dialects()) == {"open-inference"}
    assert "azure-openai" in http_dialects()


@pytest.mark.parametrize(
    ("reference", "grpc"),
    [({"open-inference": {}}, True), ({"azure-openai": {}}, False), ({"nobodys": {}}, False)],
)
def test_what_speaks_grpc_is_known_by_its_dialect(
    reference: dict[str, object], *, grpc: bool
) -> None:
    assert speaks_grpc(reference) is grpc


def test_a_dialect_is_named_as_its_file() -> None:
    for name, dialect in dialect_classes().items():
        assert dialect.__module__ == f"providers.dialects.{name.replace('-', '_')}"


@pytest.mark.parametrize("name", sorted(dialect_classes()))
def test_a_dialect_is_described_tested_and_documented(name: str) -> None:
    dialect = dialect_classes()[name]
    first_line = (dialect.__doc__ or "").splitlines()[0]
    assert first_line.endswith(".")
    assert (ROOT / f"tests/providers/dialects/test_{name.replace('-', '_')}.py").exists()
    page = (ROOT / "docs/dialects.md").read_text()
    section = page.partition(f"## `{name}`")[2].partition("\n## ")[0]
    for parameter in msgspec.structs.fields(dialect):
        assert f"| `{parameter.name}` | `{parameter.default}` |" in section
    assert dialect.credential_variable in section
    assert dialect.provider in section
