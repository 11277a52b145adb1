import msgspec
import pytest

from providers.catalog import dialect_classes, make_dialect


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


def test_a_dialect_is_named_as_its_file() -> None:
    for name, dialect in dialect_classes().items():
        assert dialect.__module__ == f"providers.dialects.{name.replace('-', '_')}"
