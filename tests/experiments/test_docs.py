"""The page about experiments names everything that an experiment may say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.find import catalog
from experiments.plan import plan_of
from experiments.reading.document import parse_document
from experiments.reading.read import experiment_of, read_experiment
from experiments.reading.schema import experiment_schema
from experiments.reading.vocabulary import plug_ins

PAGE = (Path(__file__).parents[2] / "docs" / "experiments.md").read_text()


def keys(schema: dict[str, Any]) -> Iterator[str]:
    """Return the keys of everything but plug-ins' parameters and the run's own block."""
    parameters = {
        cls.__name__
        for kind in ("dialect", "fault", "composition")
        for cls in plug_ins(kind).values()
    }
    yield from schema["properties"]
    for name, part in schema["$defs"].items():
        if name not in parameters | {"RunShape", "Trace"}:
            yield from part.get("properties", {})


@pytest.mark.parametrize("key", sorted(set(keys(experiment_schema()))))
def test_every_key_is_on_the_page(key: str) -> None:
    assert f"`{key}`" in PAGE or f"{{{key}:" in PAGE


@pytest.mark.parametrize("name", catalog())
def test_every_experiment_is_on_the_page_with_how_it_ends(name: str) -> None:
    expect = read_experiment(catalog()[name]).expect
    assert expect is not None
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    assert line.endswith(f"| {expect.verdict} |")


def test_the_example_is_an_experiment_that_can_be_decided() -> None:
    text = PAGE.partition("```yaml\n")[2].partition("```")[0]
    plan = plan_of(experiment_of(parse_document(text, "docs/experiments.md")))
    assert plan.undecidable == ()
    assert plan.warnings == ()
