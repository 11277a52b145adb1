"""The declared shape of a file agrees with what is made of it."""

import msgspec

from experiments.model import Endpoint, Experiment, Fault
from experiments.reading.shape import LOAD_KEYS, REQUIRED, EndpointShape, FaultShape, FileShape
from loadgen.config import Load


def names(struct: type[msgspec.Struct]) -> set[str]:
    return {field.name for field in msgspec.structs.fields(struct)}


def defaults(struct: type[msgspec.Struct]) -> dict[str, object]:
    return {field.name: field.default for field in msgspec.structs.fields(struct)}


def test_everything_that_a_file_says_has_a_place_in_the_experiment() -> None:
    assert names(FileShape) - {"run"} == names(Experiment) - {"name", "file", "gateway"}
    assert names(FaultShape) - {"compose"} == names(Fault)
    assert names(EndpointShape) | {"name"} == names(Endpoint)
    assert {*LOAD_KEYS, "arrivals"} == names(Load)


def test_a_default_is_the_same_in_the_file_and_in_the_experiment() -> None:
    for shape, made in ((FaultShape, Fault), (EndpointShape, Endpoint)):
        said = {k: v for k, v in defaults(shape).items() if k not in {"inject", "compose", "at"}}
        assert {key: value for key, value in defaults(made).items() if key in said} == said
    load = FileShape().load
    made_load = Load(arrivals={})
    assert all(getattr(load, key) == getattr(made_load, key) for key in LOAD_KEYS)


def test_what_is_required_is_a_key() -> None:
    assert set(REQUIRED) <= names(FileShape)
