"""Every profile reads; what is wrong with one is told with its line and the nearest right word."""

import pytest

from experiments.incidents.read import find_incident, incidents, read_profile
from experiments.reading.problems import ExperimentError, UsageError
from tests.experiments.incidents.given import ERROR, profile

EXPECTED = 30
LONGEST_NOTE = 160


def test_there_are_as_many_as_are_told_of() -> None:
    assert len(incidents()) == EXPECTED


@pytest.mark.parametrize("name", incidents())
def test_each_reads_and_says_who_says_so(name: str) -> None:
    one = read_profile(incidents()[name])
    assert one.id == name
    assert all(source.url.startswith("http") for source in one.sources)
    assert all(0 < len(phase.note) <= LONGEST_NOTE for phase in one.phases)
    assert one.client
    assert one.tests


@pytest.mark.parametrize("name", incidents())
def test_what_is_published_is_not_only_modelled(name: str) -> None:
    one = read_profile(incidents()[name])
    grades = {
        grade for p in one.phases for grade in (p.grades.time, p.grades.level, p.grades.fault)
    }
    assert grades <= {"published", "derived", "ours"}
    assert "published" in grades or one.when.startswith("modelled")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minutes: [0, 40]", "minutes: [40, 0]", "yaml:11: phases.0.minutes: 40 to 0 is no time"),
        ("minutes: [0, 40]", "minutes: [0]", "expected two numbers"),
        ("at: failing\n", "at: failng\n", "no role is called failng; .*did you mean failing?"),
        ("level: 1\n", "level: 1.5\n", "must lie between 0 and 1, got 1.5"),
        ("    level: 1\n", "", "expected `level`, or `room`"),
        ("http_error: {status: 503}", "http_eror", "did you mean http_error?"),
        ("id: returning", "id: down", "another phase is called down"),
        ("like: failing", "like: falling", "did you mean failing?"),
        ("by: provider", "by: hearsay", "hearsay"),
        ("time: published", "time: guessed", "guessed"),
        ("title: A", "titel: A", "titel"),
        ("level: 1\n", "room: 1\n", "only `capacity` depends on how much room"),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, said: str) -> None:
    with pytest.raises(ExperimentError, match=said):
        profile((old, new))


def test_a_mix_adds_up() -> None:
    mix = "mix: [{of: 0.5, inject: reset_peer}, {of: 0.4, inject: blackhole}]\n    level: 1"
    with pytest.raises(ExperimentError, match=r"add up to 1, not 0\.9"):
        profile((ERROR, mix))


def test_a_closed_listener_is_for_everybody() -> None:
    with pytest.raises(ExperimentError, match="acts on the whole listener"):
        profile((ERROR, "inject: connect_refused\n    level: 0.5"))


def test_an_unknown_incident_is_told_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"did you mean gcp-2025-06-12-global-503\?"):
        find_incident("gcp-2025-06-12-global")


def test_a_word_of_an_id_is_enough_to_be_told_it() -> None:
    with pytest.raises(UsageError, match=r"did you mean openai-2023-11-08-metastable\?"):
        find_incident("metastable")


def test_what_is_like_nothing_is_told_where_to_look() -> None:
    with pytest.raises(UsageError, match="list incidents"):
        find_incident("qqq")
