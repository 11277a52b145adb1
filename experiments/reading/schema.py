"""The JSON Schema (draft 2020-12) of an experiment file, from the same declarations as the reader.

Editors complete and check with it (`# yaml-language-server: $schema=...`). What needs more than
one value to be known, such as a window outside its phase, only `crosswind validate` can tell.
"""

import math
from typing import Any

import msgspec

from experiments.reading.shape import REQUIRED, FileShape
from experiments.reading.vocabulary import PLUG_IN_KINDS, first_sentence, plug_ins

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = "#/$defs/{name}"

Schema = dict[str, Any]


def experiment_schema() -> Schema:
    """Return the whole schema."""
    classes = {kind: plug_ins(kind) for kind in PLUG_IN_KINDS}
    structs = [FileShape, *(cls for named in classes.values() for cls in named.values())]
    references, components = msgspec.json.schema_components(structs, ref_template=_REFERENCE)
    of_class = dict(zip(structs, references, strict=True))
    for kind, named in classes.items():
        by_name = {name: of_class[cls] for name, cls in named.items()}
        components[kind] = _one_of(by_name, components)
    arrivals = {name: of_class[cls] for name, cls in classes["arrivals"].items()}
    components["FaultShape"] = _either(components["FaultShape"], "inject", "compose")
    components["LoadShape"] = _load_schema(components["LoadShape"], arrivals)
    whole = _file_schema(components.pop("FileShape"))
    cleaned: Schema = _cleaned({"$schema": DRAFT, **whole, "$defs": components})
    return cleaned


def _file_schema(schema: Schema) -> Schema:
    properties = {
        name: {key: value for key, value in one.items() if key != "default"}
        for name, one in schema["properties"].items()
    }
    return {
        **schema,
        "title": "Crosswind experiment",
        "description": first_sentence(FileShape.__doc__),
        "properties": properties,
        "required": list(REQUIRED),
    }


def _one_of(named: dict[str, Schema], components: Schema) -> Schema:
    """Return what takes one plug-in: `{name: {parameters}}`, or the name where none is required."""
    bare = [name for name, reference in named.items() if not _required(reference, components)]
    choices: list[Schema] = [{"enum": bare}] if bare else []
    choices += [_single(name, reference, bare=name in bare) for name, reference in named.items()]
    return {"anyOf": choices}


def _single(name: str, reference: Schema, *, bare: bool) -> Schema:
    parameters = {"anyOf": [reference, {"type": "null"}]} if bare else reference
    return {
        "type": "object",
        "properties": {name: parameters},
        "required": [name],
        "additionalProperties": False,
    }


def _required(reference: Schema, components: Schema) -> list[str]:
    component = components[reference["$ref"].removeprefix("#/$defs/")]
    found: list[str] = component.get("required", [])
    return found


def _load_schema(schema: Schema, arrivals: dict[str, Schema]) -> Schema:
    """Add the arrival processes: exactly one of them is a key beside the lengths."""
    return {
        **schema,
        "properties": {**arrivals, **schema["properties"]},
        "oneOf": [{"required": [name]} for name in arrivals],
    }


def _either(schema: Schema, *keys: str) -> Schema:
    """Require exactly one of two keys, and let neither be said as nothing."""
    properties = {
        name: {k: v for k, v in one.items() if k != "default"} if name in keys else one
        for name, one in schema["properties"].items()
    }
    return {
        **schema,
        "properties": properties,
        "oneOf": [{"required": [key]} for key in keys],
    }


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Write lists for tuples and docstrings on one line; leave out what JSON cannot say."""
    if isinstance(value, dict):
        return {
            key: _cleaned(item)
            for key, item in value.items()
            if not (key == "default" and item == math.inf)
        }
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return " ".join(value.split()) if isinstance(value, str) else value
