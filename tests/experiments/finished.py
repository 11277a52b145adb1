"""Finished runs on disk: a record as the store seals it, beside the experiment as it ran."""

from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from experiments.model import Endpoint, Experiment
from experiments.reading.resolved import write_resolved
from providers.config import StandIn
from telemetry.exchange import Attempt
from telemetry.parquet import write_tables
from telemetry.record import FaultFact, Record
from telemetry.run_folder import RunFolder
from telemetry.tables import OtherHop, Tables
from tests.experiments.scenario import experiment


def finished(parent: Path, record: Record, of: Experiment | None = None) -> Path:
    """Write a run's folder, sealed and not yet judged, and return its path."""
    folder = RunFolder(parent / f"20260101T000000Z-azure-outage-{record.run_tag}")
    folder.spans.mkdir(parents=True)
    write_tables(folder.spans, _tables(record))
    write_resolved(folder, of or written(experiment()), run_tag=record.run_tag)
    return folder.path


def written(of: Experiment) -> Experiment:
    """Return the experiment as a file would say it: with something behind every endpoint."""
    return replace(of, endpoints=tuple(_stood_in(endpoint) for endpoint in of.endpoints))


def _stood_in(endpoint: Endpoint) -> Endpoint:
    return replace(endpoint, stand_in=StandIn())


def _tables(record: Record) -> Tables:
    attempts = [attempt for exchange in record.exchanges for attempt in exchange.attempts]
    return Tables(
        run_tag=record.run_tag,
        clock=record.clock,
        exchanges=tuple(replace(exchange, attempts=()) for exchange in record.exchanges),
        attempts=tuple(replace(attempt, touches=()) for attempt in attempts),
        faults=tuple(fact for attempt in attempts for fact in _attested(attempt)),
        events=record.events,
        spools=record.spools,
        other_hops=tuple(
            OtherHop(hop=hop, trace_id=trace)
            for hop, trace in zip(record.other_hops, record.other_traces, strict=True)
        ),
    )


def _attested(attempt: Attempt) -> Iterator[FaultFact]:
    for touch in attempt.touches:
        yield FaultFact(
            spool="injector-0",
            fault=touch.fault,
            hop=0,
            endpoint=attempt.endpoint,
            action=touch.action,
            at_ns=touch.at_ns,
            parent_span_id=attempt.span_id,
            asked_upstream=touch.asked_upstream,
            exchange=attempt.exchange,
        )
