"""YAML as plain values with the line of every place."""

from itertools import pairwise
from pathlib import Path

import pytest

from experiments.reading.document import parse_document, parse_value, read_document
from experiments.reading.overrides import with_sets
from experiments.reading.problems import Complaint, ExperimentError, UsageError


def test_every_place_knows_its_line() -> None:
    document = parse_document("a: 1\nb:\n  - x\n  - c: {d: 2}\n", "f.yaml")
    assert document.data == {"a": 1, "b": ["x", {"c": {"d": 2}}]}
    assert document.lines["a",] == 1
    assert document.lines["b", 1] == 4
    assert document.lines["b", 1, "c", "d"] == 4


def test_a_missing_place_is_told_the_line_of_what_is_around_it() -> None:
    document = parse_document("a: 1\nb:\n  c: {d: 2}\n", "f.yaml")
    problem = document.problem(Complaint(path=("b", "c", "e", "f"), message="missing"))
    assert (problem.file, problem.line, problem.path) == ("f.yaml", 3, "b.c.e.f")


def test_scalars_are_those_of_yaml_1_2() -> None:
    text = "{a: yes, b: 1e3, c: .inf, d: ~, e: true, f: 2020-01-01, g: '5', h: 0x10}"
    assert parse_value(text) == {
        "a": "yes", "b": 1000.0, "c": float("inf"), "d": None, "e": True, "f": "2020-01-01",
        "g": "5", "h": 16,
    }  # fmt: skip


def test_an_anchor_may_be_used_again() -> None:
    document = parse_document("a: &x {b: 1}\nc: *x\n", "f")
    assert document.data == {"a": {"b": 1}, "c": {"b": 1}}


def tenfold(letters: str) -> str:
    """Return lists that each hold the one before ten times."""
    lines = [f"{letters[0]}: &{letters[0]} [{','.join('1' * 10)}]"]
    for before, letter in pairwise(letters):
        lines.append(f"{letter}: &{letter} [{','.join([f'*{before}'] * 10)}]")
    return "\n".join(lines)


@pytest.mark.parametrize("text", ["a: &x [*x]", tenfold("abcde")])
def test_aliases_that_multiply_are_refused(text: str) -> None:
    with pytest.raises(ExperimentError, match="aliases that multiply"):
        parse_document(text, "f")


def test_merge_keys_are_not_read() -> None:
    document = parse_document("a: &x {b: 1}\nc:\n  <<: *x\n", "f")
    assert [(c.path, "merge keys" in c.message) for c in document.complaints] == [(("c",), True)]


def test_broken_yaml_names_its_line() -> None:
    with pytest.raises(ExperimentError) as caught:
        parse_document("a: 1\nb: [1\nc: 2\n", "f.yaml")
    (problem,) = caught.value.problems
    assert problem.line == 3


def test_a_file_that_cannot_be_read_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.yaml: cannot be read"):
        read_document(tmp_path / "gone.yaml")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="binary: cannot be read"):
        read_document(tmp_path / "binary")


def test_a_value_that_is_no_yaml_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match=r"'\{' is not YAML"):
        parse_value("{")
    assert parse_value("") is None


@pytest.mark.parametrize("text", ["a: " + "[" * 5000, "a: " + "[" * 60 + "]" * 60])
def test_what_is_too_deep_is_refused(text: str) -> None:
    with pytest.raises(ExperimentError, match="too deep"):
        parse_document(text, "f.yaml")
    with pytest.raises(UsageError, match="too deep"):
        parse_value(text)


def test_what_is_not_in_the_file_is_blamed_on_the_change_that_put_something_below_it() -> None:
    document = parse_document("load: {poisson: {rate_per_s: 2}}\n", "f.yaml")
    changed = with_sets(document, ["load.poison.rate_per_s=5"])
    problem = changed.problem(Complaint(path=("load", "poison"), message="unknown key"))
    assert (problem.file, problem.line) == ("--set load.poison.rate_per_s=5", 0)
    unchanged = changed.problem(Complaint(path=("load",), message="wrong"))
    assert (unchanged.file, unchanged.line) == ("f.yaml", 1)
