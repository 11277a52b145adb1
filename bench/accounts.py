"""Whether what a run says of a gateway's attempts is what its stand-ins were asked."""

from pathlib import Path

from msgspec import json

from telemetry.identity import exchange_number, is_canary
from telemetry.seal import read_record


def asked_and_logged(folder: Path, endpoint: str) -> tuple[int, int]:
    """Return the attempts at an endpoint that reached it, and what its stand-in has on its log.

    Attempts that a fault answered or dropped before anybody was asked are attested, and left out.
    """
    record = read_record(folder)
    attempts = [a for e in record.exchanges for a in e.attempts if a.endpoint == endpoint]
    unsent = [a for a in attempts if a.touched and a.hop and not a.hop.asked_upstream]
    log = folder / "stand-in" / f"{endpoint}.jsonl"
    logged = [json.decode(line) for line in log.read_bytes().splitlines()]
    others = zip(record.other_hops, record.other_traces, strict=True)
    canaries = [hop for hop, trace in others if hop.endpoint == endpoint and _is_canary(trace)]
    return len(attempts) - len(unsent), len(logged) - len(canaries)


def _is_canary(trace: str) -> bool:
    return bool(trace) and is_canary(exchange_number(trace))


def joined(folder: Path) -> tuple[int, int]:
    """Return the exchanges that joined a request at a proxy, and all."""
    exchanges = read_record(folder).exchanges
    return sum(bool(e.attempts) for e in exchanges), len(exchanges)
