import json
from pathlib import Path

import msgspec
import pytest

from experiments.previewed import Dice, dice_of, previewed
from experiments.reading.overrides import Overrides
from experiments.reading.problems import UsageError
from faults.config import Rule
from faults.dice import draw
from faults.selection.match import Match

ERROR: dict[str, dict[str, object]] = {"http_error": {}}
HALF = Rule(id="half", endpoints=("a",), inject=ERROR, start_s=10, end_s=20, share=0.5)
CLOSED = Rule(id="closed", endpoints=("b",), inject={"connect_refused": {}}, start_s=10, end_s=20)
DICE = Dice(rules=(HALF, CLOSED), seed=3, bystanders=False, endpoints=("a", "b"))


def hits(folder: Path, *requests: dict[str, object], dice: Dice = DICE) -> list[tuple[str, ...]]:
    file = folder / "requests.jsonl"
    file.write_text("\n".join(map(json.dumps, requests)))
    return [hit.faults for hit in previewed(dice, file)]


def test_the_dice_are_those_of_the_run(tmp_path: Path) -> None:
    asked = [{"endpoint": "a", "at_s": 15, "exchange": number} for number in range(40)]
    thrown = [draw(3, "half", str(number), "a/0") < 0.5 for number in range(40)]
    assert [bool(found) for found in hits(tmp_path, *asked)] == thrown
    assert 0 < sum(thrown) < 40


def test_attempts_of_an_exchange_are_counted_where_their_ordinal_is_not_said(
    tmp_path: Path,
) -> None:
    asked: list[dict[str, object]] = [{"endpoint": "a", "begin_s": 15, "exchange": 7}] * 20
    thrown = [draw(3, "half", "7", f"a/{ordinal}") < 0.5 for ordinal in range(20)]
    assert [bool(found) for found in hits(tmp_path, *asked)] == thrown
    told = [{**one, "ordinal": ordinal} for ordinal, one in enumerate(asked)]
    assert hits(tmp_path, *reversed(told)) == list(reversed(hits(tmp_path, *asked)))


def test_nothing_happens_outside_the_window_or_to_strangers(tmp_path: Path) -> None:
    outside: list[dict[str, object]] = [
        {"endpoint": "a", "at_s": at_s, "exchange": 1} for at_s in (9.9, 20)
    ]
    strangers: list[dict[str, object]] = [
        {"endpoint": "a", "at_s": 15, "body": str(number)} for number in range(20)
    ]
    assert hits(tmp_path, *outside, *strangers) == [()] * 22


def test_a_closed_listener_hits_whoever_comes(tmp_path: Path) -> None:
    assert hits(tmp_path, {"endpoint": "b", "at_s": 15, "body": "x"}) == [("closed",)]


def test_an_array_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "requests.json"
    file.write_text('[{"endpoint": "b", "at_s": 15},\n {"endpoint": "b", "at_s": 25}]')
    assert [hit.faults for hit in previewed(DICE, file)] == [("closed",), ()]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('{"endpoint": "c", "at_s": 1}', "requests.jsonl:2: no endpoint c; there are a, b"),
        ('{"endpoint": "a"}', "requests.jsonl:2: at_s is missing"),
        ("nonsense", "requests.jsonl:2: "),
        ('{"at_s": 1}', "endpoint"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, line: str, word: str) -> None:
    file = tmp_path / "requests.jsonl"
    file.write_text(f'{{"endpoint": "a", "at_s": 1}}\n{line}\n')
    with pytest.raises(UsageError, match=word):
        previewed(DICE, file)


def test_a_file_of_proxies_is_decided_as_it_is_served(tmp_path: Path) -> None:
    file = tmp_path / "proxies.yaml"
    file.write_text(
        'proxies:\n  - {name: a, upstream: "http://127.0.0.1:1", dialect: openai-chat}\n'
        "faults:\n  - {id: out, at: a, duration_s: 5, inject: {http_error: {}}}\n"
    )
    dice = dice_of(str(file), Overrides())
    assert hits(tmp_path, {"endpoint": "a", "at_s": 4, "body": "x"}, dice=dice) == [("out",)]


def test_what_a_rule_asks_is_asked_of_what_is_told(tmp_path: Path) -> None:
    match = Match(path="/chat", model="m", new_connections=True)
    rule = msgspec.structs.replace(HALF, share=1.0, match=match, first_n=2)
    dice = Dice(rules=(rule,), seed=3, bystanders=True, endpoints=("a",))
    good: dict[str, object] = {
        "endpoint": "a", "at_s": 15, "target": "/chat?x=1", "body": '{"model": "m"}',
        "new_connection": True,
    }  # fmt: skip
    others: list[dict[str, object]] = [
        {**good, "target": "/embed"},
        {**good, "body": '{"model": "n"}'},
        {**good, "new_connection": False},
    ]
    found = hits(tmp_path, *others, good, {**good, "exchange": 4}, good, dice=dice)
    assert found == [(), (), (), ("half",), ("half",), ()]


def test_a_request_that_does_not_tell_what_is_asked_is_refused(tmp_path: Path) -> None:
    rule = msgspec.structs.replace(HALF, match=Match(model="m"))
    dice = Dice(rules=(rule,), seed=3, bystanders=False, endpoints=("a",))
    with pytest.raises(UsageError, match="half asks for model"):
        hits(tmp_path, {"endpoint": "a", "at_s": 15, "exchange": 1}, dice=dice)
    assert hits(tmp_path, {"endpoint": "a", "at_s": 25, "exchange": 1}, dice=dice) == [()]


def some(**changes: object) -> Dice:
    rule = msgspec.structs.replace(HALF, share=1.0, **changes)
    return Dice(rules=(rule,), seed=3, bystanders=True, endpoints=("a",))


def test_room_is_made_by_the_ends_that_are_told(tmp_path: Path) -> None:
    times = [(11, 14), (12, 13), (13, 20), (14, 15)]
    asked: list[dict[str, object]] = [
        {"endpoint": "a", "begin_s": begin_s, "end_s": end_s, "exchange": number}
        for number, (begin_s, end_s) in enumerate(times)
    ]
    found = hits(tmp_path, *asked, dice=some(max_active=1))
    assert [bool(one) for one in found] == [True, False, False, True]


@pytest.mark.parametrize(
    ("dice", "missing"),
    [
        (some(match=Match(new_connections=True)), "new_connection is missing"),
        (some(max_active=1), "end_s is missing"),
    ],
)
def test_what_no_head_tells_has_to_be_said(tmp_path: Path, dice: Dice, missing: str) -> None:
    with pytest.raises(UsageError, match=missing):
        hits(tmp_path, {"endpoint": "a", "at_s": 15, "target": "/x", "body": "y"}, dice=dice)
