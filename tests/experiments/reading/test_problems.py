"""Collecting what is wrong, and saying where."""

from experiments.reading.problems import Complaints, ExperimentError, Problem, UsageError, dotted


def test_the_first_complaint_about_a_place_wins_and_what_lies_in_it_is_an_echo() -> None:
    complaints = Complaints()
    complaints.add(("faults", 0), "first")
    complaints.add(("faults", 0), "again")
    complaints.add(("faults", 0, "at"), "inside")
    complaints.add(("faults", 1), "another place")
    assert [complaint.message for complaint in complaints] == ["first", "another place"]


def test_a_place_is_complained_about_by_what_lies_in_it_or_around_it() -> None:
    complaints = Complaints()
    complaints.add(("route", "client", "order"), "empty")
    assert complaints.about("route")
    assert complaints.about("route", "client", "order", 0)
    assert not complaints.about("route", "client", "clients")
    assert not complaints.about("load")


def test_a_problem_prints_only_what_there_is_to_say() -> None:
    bare = Problem(file="x.yaml", line=0, path="", message="empty")
    whole = Problem(file="x.yaml", line=3, path="a.0", message="wrong", suggestion="b")
    assert str(bare) == "x.yaml: empty"
    assert str(whole) == "x.yaml:3: a.0: wrong; did you mean b?"


def test_an_experiment_error_is_wrong_usage_and_says_each_problem_on_a_line() -> None:
    problems = [Problem(file="x", line=n, path="", message="m") for n in (1, 2)]
    error = ExperimentError(problems)
    assert isinstance(error, UsageError)
    assert str(error).splitlines() == ["x:1: m", "x:2: m"]


def test_a_path_is_written_as_set_takes_it() -> None:
    assert dotted(("faults", 0, "share")) == "faults.0.share"
