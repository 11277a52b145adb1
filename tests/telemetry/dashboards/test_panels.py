"""Each kind of panel looks its own way."""

from telemetry.dashboards.panels import GREEN, RED, Bars, Figure, Lines, States, Table
from telemetry.dashboards.query import Query

ONE = [Query(text="up", instant=True)]
WORDS = {0: ("PASS", GREEN), 3: ("FAIL", RED)}


def test_a_figure_says_words_and_what_it_says_without_data() -> None:
    made = Figure(title="t", says="s.", queries=ONE, words=WORDS, absent="not over")
    values = made.values()
    assert values["noValue"] == "not over"
    (mapping,) = values["mappings"]
    assert mapping["options"]["3"] == {"text": "FAIL", "color": "red", "index": 1}


def test_a_figure_shows_its_legend_where_it_has_one() -> None:
    named = Figure(title="t", says="s.", queries=[Query(text="up", legend="{{phase}}")])
    assert named.options()["textMode"] == "name"
    assert Figure(title="t", says="s.", queries=ONE).options()["textMode"] == "auto"


def test_lines_are_stacked_or_not_and_may_have_an_end() -> None:
    stacked = Lines(title="t", says="s.", queries=ONE, stacked=True, most=1)
    assert stacked.custom()["stacking"]["mode"] == "normal"
    assert stacked.values() == {"min": 0, "max": 1}
    assert Lines(title="t", says="s.", queries=ONE).custom()["stacking"]["mode"] == "none"


def test_states_are_red_from_one_on() -> None:
    steps = States(title="t", says="s.", queries=ONE).values()["thresholds"]["steps"]
    assert steps == [{"color": "green", "value": None}, {"color": "red", "value": 1}]


def test_bars_begin_at_zero() -> None:
    assert Bars(title="t", says="s.", queries=ONE).values()["min"] == 0


def test_a_table_shows_the_columns_that_it_names() -> None:
    made = Table(
        title="t",
        says="s.",
        queries=ONE,
        columns={"a": "first", "b": "second"},
        hidden=("Value",),
        units={"second": "s"},
        worded="first",
        words=WORDS,
    )
    (organized,) = made.transformations()
    assert organized["options"]["renameByName"] == {"a": "first", "b": "second"}
    assert set(organized["options"]["excludeByName"]) == {"Time", "Value"}
    assert [one["matcher"]["options"] for one in made.overrides()] == ["second", "first"]
    assert Table(title="t", says="s.", queries=ONE).transformations() == []
