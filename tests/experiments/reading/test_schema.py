"""The JSON Schema describes the files that the reader takes."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from experiments.find import catalog
from experiments.reading.document import parse_document, read_document
from experiments.reading.read import read_experiment
from experiments.reading.resolved import resolved
from experiments.reading.schema import experiment_schema
from tests.experiments.files import GOOD, changed

SCHEMA = experiment_schema()
TYPES: dict[str, Any] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
    "integer": int, "number": (int, float),
}  # fmt: skip


def errors(value: Any, schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """Check the keywords that the schema uses; enough of the standard for these tests."""
    if "$ref" in schema:
        yield from errors(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], path)
    if "type" in schema and not is_a(value, schema["type"]):
        yield f"{path}: not {schema['type']}"
        return
    yield from choice_errors(value, schema, path)
    if isinstance(value, dict):
        yield from object_errors(value, schema, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from errors(item, schema.get("items", {}), f"{path}.{index}")
    elif isinstance(value, int | float) and value < schema.get("minimum", value):
        yield f"{path}: below {schema['minimum']}"


def choice_errors(value: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: not one of {schema['enum']}"
    if "anyOf" in schema and not fitting(value, schema["anyOf"]):
        yield f"{path}: nothing of anyOf"
    if "oneOf" in schema and fitting(value, schema["oneOf"]) != 1:
        yield f"{path}: {fitting(value, schema['oneOf'])} of oneOf"


def fitting(value: Any, schemas: list[dict[str, Any]]) -> int:
    return sum(not list(errors(value, schema)) for schema in schemas)


def is_a(value: Any, name: str) -> bool:
    return isinstance(value, TYPES[name]) and (isinstance(value, bool) == (name == "boolean"))


def object_errors(value: dict[str, Any], schema: dict[str, Any], path: str) -> Iterator[str]:
    known = schema.get("properties", {})
    for key in schema.get("required", []):
        if key not in value:
            yield f"{path}.{key}: missing"
    for key, item in value.items():
        further = schema.get("additionalProperties", {})
        if key not in known and further is False:
            yield f"{path}.{key}: unknown"
        elif key in known or further:
            yield from errors(item, known.get(key, further), f"{path}.{key}")


@pytest.mark.parametrize("name", catalog())
def test_the_catalogue_fits_as_written_and_as_resolved(name: str) -> None:
    assert list(errors(read_document(catalog()[name]).data, SCHEMA)) == []
    whole = json.loads(msgspec.json.encode(resolved(read_experiment(catalog()[name]))))
    for fault in whole["faults"]:
        for parameters in fault["inject"].values():
            # JSON has no number for "for ever", the default where it may be said.
            parameters.pop("hold_s", None)
    assert list(errors(whole, SCHEMA)) == []


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (GOOD.replace("title", "titel"), ".title: missing"),
        (changed("capacity: 50", "capcity: 50"), ".endpoints.vertex.stand_in: nothing of anyOf"),
        (changed("status: 503", "status: 200"), ".faults.0.inject: nothing of anyOf"),
        (changed("poisson:", "poison:"), ".load: 0 of oneOf"),
        (changed("fault_s: 20,", "fault_s: 20s,"), ".phases.fault_s: not number"),
        (changed("azure-openai,", "openai,"), ".endpoints.azure.dialect: nothing of anyOf"),
        (changed("{http_error: {status: 503}}", "slow_first_token"), ".faults.0.inject: nothing"),
    ],
)
def test_a_wrong_file_does_not_fit(text: str, error: str) -> None:
    found = list(errors(parse_document(text, "x").data, SCHEMA))
    assert any(one.startswith(error) for one in found), found


def test_it_is_json_of_the_draft_that_it_names() -> None:
    assert json.loads(msgspec.json.encode(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from ([value["$ref"]] if "$ref" in value else [])
            for item in value.values():
                yield from references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    found = set(references(SCHEMA))
    assert found
    assert {ref.removeprefix("#/$defs/") for ref in found} <= SCHEMA["$defs"].keys()
