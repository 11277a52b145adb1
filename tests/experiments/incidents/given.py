"""A small incident for tests, and an experiment that it can happen to."""

from experiments.incidents.incident import Profile
from experiments.incidents.read import profile_of
from experiments.incidents.wish import BASE
from experiments.model import Experiment
from experiments.reading.document import parse_document
from experiments.reading.read import read_experiment

GOOD = """\
title: A provider goes down in two regions
when: once upon a time
happened: It went down.
sources: [{url: "https://example.com/incident", by: provider}]
roles:
  failing: {says: a region}
  region: {says: another region, like: failing}
  fallback: {says: another provider}
phases:
  - id: down
    minutes: [0, 40]
    at: [failing, region]
    inject: {http_error: {status: 503}}
    level: 1
    grades: {time: published, level: ours, fault: published}
    note: nothing answered
  - id: returning
    minutes: [40, 60]
    at: failing
    inject: {http_error: {status: 503}}
    level: {from: 1, to: 0}
    grades: {time: published, level: ours, fault: published}
    note: it came back
client: Go elsewhere.
tests: whether it goes elsewhere
"""
REGION = "  region: {says: another region, like: failing}\n"
ONE_REGION = (("at: [failing, region]", "at: failing"), (REGION, ""))
ERROR = "inject: {http_error: {status: 503}}\n    level: 1"
"""What goes wrong in the first phase."""


def profile(*changes: tuple[str, str]) -> Profile:
    """Return the good profile with pieces of its text replaced."""
    text = GOOD
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return profile_of(parse_document(text, "incidents/two-regions.yaml"))


def base() -> Experiment:
    """Return what incidents happen to unless an experiment is named."""
    return read_experiment(BASE)
