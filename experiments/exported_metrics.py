"""Sends a finished run's metrics, and a verdict when there is one: to backends that take them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from experiments.judging.judge import judge
from experiments.judging.verdict import Judgement
from experiments.metered import concluded_of, facts_of
from experiments.reading.problems import UsageError, as_usage_error
from experiments.reading.resolved import read_resolved
from telemetry import names
from telemetry.clock import read_clock_pair
from telemetry.export import quiet
from telemetry.exporting.destination import SettingError
from telemetry.exporting.signals import by_page
from telemetry.flat import UnreadableRecordError
from telemetry.metering.facts import RunFacts
from telemetry.metering.meter import Meter
from telemetry.metering.point import only
from telemetry.metering.replay import replay
from telemetry.record import Record
from telemetry.run_folder import RunFolder
from telemetry.seal import NoRecordError, read_record
from telemetry.sending.past import SentPast, send_past
from telemetry.sending.sender import Courier, Sender
from telemetry.sending.senders import senders_of
from telemetry.sending.wanted import EVERY_S, URL_VARIABLE, are_sent, every_s

TAG_DIGITS = 8
VERDICT_WITHIN_S = 3.0
"""How long the end of a run may wait for its verdict to be taken."""

CONCLUDING = frozenset({names.RUN_EXIT_CODE, names.GATE_RULING, names.FIGURES})

NOWHERE = (
    "--metrics: no backend is named; set OTEL_EXPORTER_OTLP_ENDPOINT or "
    f"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, or {URL_VARIABLE} for Prometheus's remote write"
)


def export_metrics(path: Path) -> list[SentPast]:
    """Send every reading of a finished run with the time that it had; raises UsageError.

    Returns what became of them at each backend that the environment names.
    """
    if not are_sent(os.environ):
        page = " (a page for Prometheus shows only what is now)" if by_page(os.environ) else ""
        raise UsageError(NOWHERE + page)
    folder = RunFolder(path)
    experiment = read_resolved(folder.experiment)
    with as_usage_error(NoRecordError, UnreadableRecordError, SettingError):
        record = read_record(path)
        facts = facts_of(experiment, folder.name, record.run_tag)
        concluded = concluded_of(judge(record, experiment, run=folder.name))
        with _senders(facts, record) as senders:
            every = every_s(os.environ)
            return [send_past(one, replay(record, facts, concluded, every)) for one in senders]


def send_verdict(path: Path, judgement: Judgement) -> list[str]:
    """Send what a run added up to, as of now, to whoever got its metrics; raises SettingError.

    Returns why it was not taken, a line for each backend that did not within a moment.
    """
    if not are_sent(os.environ):
        return []
    folder, clock = RunFolder(path), read_clock_pair()
    facts = facts_of(read_resolved(folder.experiment), folder.name, folder.name[-TAG_DIGITS:])
    meter = Meter(facts, clock)
    meter.conclude(concluded_of(judgement))
    reading = only(meter.reading(clock.monotonic_ns), CONCLUDING)
    with quiet():
        couriers = [Courier(one, EVERY_S) for one in senders_of(os.environ, facts, clock.host)]
        for courier in couriers:
            courier.post(reading)
        became = [courier.close(VERDICT_WITHIN_S) for courier in couriers]
    return [one.reason for one in became if not one.last_taken]


@contextmanager
def _senders(facts: RunFacts, record: Record) -> Iterator[list[Sender]]:
    senders = senders_of(os.environ, facts, record.clock.host)
    with quiet():
        try:
            yield senders
        finally:
            for sender in senders:
                sender.close()
