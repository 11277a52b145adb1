"""Rows for tests: a run of a few exchanges, written as its processes would write it."""

import os
from pathlib import Path

from telemetry.clock import ClockPair
from telemetry.identity import CANARY_FIRST_NUMBER, attempt_span_id, trace_id
from telemetry.outcome import Outcome
from telemetry.recorder import Recorder
from telemetry.rows import (
    AnyRow,
    AttemptBegun,
    AttemptEnded,
    Event,
    ExchangeEnded,
    ExchangePlanned,
    FaultTouched,
    HopBegun,
    HopEnded,
    Opened,
    SpoolEnded,
    encode_row,
)

TAG = "0badcafe"
MS = 1_000_000
BIG_NS = 2**53 + 1
"""A time that no double can hold."""

CLOCK = ClockPair(host="ship", monotonic_ns=BIG_NS, wall_ns=1_700_000_000_000_000_000)

Spools = dict[str, list[AnyRow]]


def planned(number: int, at_ns: int, tag: str = TAG) -> ExchangePlanned:
    return ExchangePlanned(
        exchange=number,
        trace_id=trace_id(tag, number),
        replica=number % 4,
        planned_ns=at_ns,
        dispatched_ns=at_ns + MS,
        prompt_tokens=100,
        output_tokens=8,
    )


def ended(
    number: int, at_ns: int, outcome: Outcome = Outcome.OK, served_by: str = ""
) -> ExchangeEnded:
    good = outcome is Outcome.OK
    return ExchangeEnded(
        exchange=number, end_ns=at_ns, outcome=outcome, believed_ok=good, served_by=served_by
    )


def begun(number: int, attempt: int, endpoint: str, at_ns: int, tag: str = TAG) -> AttemptBegun:
    span = attempt_span_id(trace_id(tag, number), attempt)
    return AttemptBegun(
        exchange=number, attempt=attempt, endpoint=endpoint, key=0, span_id=span, begin_ns=at_ns
    )


def finished(number: int, attempt: int, at_ns: int, outcome: Outcome = Outcome.OK) -> AttemptEnded:
    if outcome is not Outcome.OK:
        return AttemptEnded(exchange=number, attempt=attempt, end_ns=at_ns, outcome=outcome)
    return AttemptEnded(
        exchange=number,
        attempt=attempt,
        end_ns=at_ns,
        outcome=outcome,
        head_ns=at_ns - 8 * MS,
        first_byte_ns=at_ns - 7 * MS,
        first_token_ns=at_ns - 6 * MS,
        last_token_ns=at_ns - MS,
        status=200,
        tokens=8,
        usage_prompt_tokens=100,
        usage_output_tokens=8,
        finish_reason="stop",
        model="gpt-4o-2024",
        retry_after_s=0.1,
    )


def arrived(hop: int, endpoint: str, at_ns: int, trace: str, parent: str) -> HopBegun:
    return HopBegun(
        hop=hop,
        endpoint=endpoint,
        connection=1,
        begin_ns=at_ns,
        trace_id=trace,
        parent_span_id=parent,
    )


def hop_of(hop: int, attempt: AttemptBegun, tag: str = TAG) -> HopBegun:
    trace = trace_id(tag, attempt.exchange)
    return arrived(hop, attempt.endpoint, attempt.begin_ns + MS // 2, trace, attempt.span_id)


def left(hop: int, at_ns: int, status: int = 200) -> HopEnded:
    return HopEnded(
        hop=hop, end_ns=at_ns, mode="relay", ending="complete", asked_upstream=True, status=status
    )


def touched(hop: HopBegun, fault: str = "outage") -> FaultTouched:
    return FaultTouched(
        fault=fault,
        hop=hop.hop,
        endpoint=hop.endpoint,
        action="answered",
        at_ns=hop.begin_ns + 1,
        trace_id=hop.trace_id,
        parent_span_id=hop.parent_span_id,
    )


def opened(role: str) -> Opened:
    return Opened(
        host=CLOCK.host,
        role=role,
        pid=1,
        monotonic_ns=CLOCK.monotonic_ns,
        wall_ns=CLOCK.wall_ns,
    )


def failover(number: int, at_ns: int) -> Spools:
    """An exchange that a fault at azure hit and that vertex served, in three spools."""
    first = begun(number, 0, "azure", at_ns + MS)
    second = begun(number, 1, "vertex", at_ns + 5 * MS)
    hops = hop_of(2 * number, first), hop_of(2 * number + 1, second)
    return {
        "worker-0": [
            planned(number, at_ns),
            first,
            finished(number, 0, at_ns + 4 * MS, Outcome.SERVER_ERROR),
            second,
            finished(number, 1, at_ns + 20 * MS),
            ended(number, at_ns + 20 * MS, served_by="vertex"),
        ],
        "injector-0": [
            hops[0],
            touched(hops[0]),
            left(hops[0].hop, at_ns + 3 * MS, 503),
            hops[1],
            left(hops[1].hop, at_ns + 19 * MS),
        ],
    }


def canary() -> list[AnyRow]:
    trace = trace_id(TAG, CANARY_FIRST_NUMBER + 1)
    return [arrived(900, "azure", BIG_NS, trace, "1" * 16), left(900, BIG_NS + MS)]


def bystander() -> list[AnyRow]:
    hop = arrived(901, "azure", BIG_NS, "f" * 32, "2" * 16)
    return [hop, touched(hop), left(901, BIG_NS + MS)]


def small_run() -> Spools:
    """Three exchanges, a canary, a bystander, events; every spool from its first row to its end."""
    spools: Spools = {"worker-0": [], "injector-0": [*canary(), *bystander()], "conductor-0": []}
    for number in range(3):
        for spool, rows in failover(number, BIG_NS + number * 100 * MS).items():
            spools[spool] += rows
    spools["conductor-0"] += [
        Event(name="phase", at_ns=BIG_NS, subject="fault", facts={"start_ns": BIG_NS, "end_ns": 1}),
        Event(name="run_end", at_ns=BIG_NS + 9, facts={"aborted": "", "share": 0.5, "none": None}),
    ]
    for name, rows in spools.items():
        rows.insert(0, opened(name.split("-")[0]))
        rows.append(SpoolEnded(rows=len(rows)))
    return spools


def numbered(spools: Spools) -> Spools:
    """Number the rows of each spool, as its recorder would."""
    for rows in spools.values():
        for seq, row in enumerate(rows):
            row.seq = seq
    return spools


def lines(rows: list[AnyRow]) -> bytes:
    return b"".join(encode_row(row) for row in rows)


def write_spools(run_folder: Path, spools: Spools) -> None:
    folder = run_folder / "spool"
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in numbered(spools).items():
        (folder / f"{name}.ndjson").write_bytes(lines(rows))


def recorder(path: Path, role: str = "worker") -> Recorder:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    return Recorder(lambda data: os.write(descriptor, data), role)
