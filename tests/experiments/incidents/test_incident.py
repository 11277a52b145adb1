"""An incident's values: what they say of themselves."""

from experiments.incidents.incident import Slope
from tests.experiments.incidents.given import profile


def test_it_lasts_to_the_end_of_its_last_phase() -> None:
    assert profile().lasts_min == 60


def test_one_role_and_several_are_told_alike() -> None:
    down, returning = profile().phases
    assert (down.roles, returning.roles) == (("failing", "region"), ("failing",))


def test_a_slope_is_read_from_words_that_python_keeps_for_itself() -> None:
    level = profile().phases[1].level
    assert isinstance(level, Slope)
    assert (level.start, level.to) == (1, 0)


def test_one_fault_is_the_whole_of_what_is_injected() -> None:
    ((of, fault),) = profile().phases[0].parts
    assert of == 1
    assert fault["http_error"]["status"] == 503


def test_a_phase_without_a_fault_is_calm() -> None:
    calm = profile(("    inject: {http_error: {status: 503}}\n    level: 1\n", ""))
    assert calm.phases[0].parts == ()
