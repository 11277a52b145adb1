"""What `analyse` was told on its command line or in files: windows, gates, names; pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from experiments.find import find_experiment
from experiments.gate import GateError, parse_gate
from experiments.reading.document import read_document
from experiments.reading.nearest import listed, nearest
from experiments.reading.problems import UsageError
from telemetry.clock import NS_PER_S, nanoseconds
from telemetry.foreign.windowing import Told

WINDOW_SHAPE = "'ENDPOINT START END [ID]'"


class WindowEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One window as a file says it."""

    at: str | tuple[str, ...]
    start: str | float
    end: str | float
    id: str = "outage"
    share: float = 1.0


def windows_of(
    words: Iterable[str], file: Path | None, zero_ns: int, endpoints: Collection[str]
) -> tuple[Told, ...]:
    """Return the windows that were given; raises UsageError."""
    entries = [*map(_entry, words), *(_entries(file) if file is not None else ())]
    found = [_told(entry, zero_ns, endpoints) for entry in entries]
    return tuple(sorted(found, key=lambda window: window.start_ns))


def _entry(words: str) -> WindowEntry:
    parts = words.split()
    if not 3 <= len(parts) <= 4:
        raise UsageError(f"--window {words!r}: expected {WINDOW_SHAPE}")
    at, start, end, *id_ = parts
    return WindowEntry(at=tuple(at.split(",")), start=start, end=end, id=(id_ or ["outage"])[0])


def _entries(file: Path) -> list[WindowEntry]:
    said = read_document(file).data.get("windows")
    try:
        return msgspec.convert(said, list[WindowEntry])
    except msgspec.ValidationError as error:
        raise UsageError(f"{file}: windows: {error}; expected a list of at, start, end") from error


def _told(entry: WindowEntry, zero_ns: int, endpoints: Collection[str]) -> Told:
    at = (entry.at,) if isinstance(entry.at, str) else entry.at
    for name in at:
        if name not in endpoints:
            close = nearest(name, endpoints)
            hint = f"did you mean {close}?" if close else f"the traces have {listed(endpoints)}"
            raise UsageError(f"window {entry.id}: no endpoint is called {name}; {hint}")
    start_ns, end_ns = (moment_ns(said, zero_ns) for said in (entry.start, entry.end))
    if end_ns <= start_ns:
        raise UsageError(f"window {entry.id}: its end is not after its start")
    if not 0 < entry.share <= 1:
        raise UsageError(f"window {entry.id}: share {entry.share:g} is not above 0 and at most 1")
    return Told(id=entry.id, endpoints=at, start_ns=start_ns, end_ns=end_ns, share=entry.share)


def moment_ns(said: str | float, zero_ns: int) -> int:
    """Return a moment in ns since the epoch; raises UsageError.

    ISO 8601 with a zone, seconds since the epoch, or `+20.5` seconds from the first request.
    """
    text = str(said).strip()
    try:
        if text.startswith("+"):
            return zero_ns + nanoseconds(float(text))
        return nanoseconds(float(text))
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(
            f"{text!r} is no moment; write 2026-01-31T12:00:00Z, seconds since the epoch, or +20"
        )
    micros = round(moment.timestamp() * 1_000_000)
    return micros * (NS_PER_S // 1_000_000)


def gates_of(texts: Sequence[str], file: str | None, endpoints: Collection[str]) -> tuple[str, ...]:
    """Return the gates, checked; raises UsageError."""
    gates = (*texts, *(_file_gates(file) if file else ()))
    for text in gates:
        try:
            parse_gate(text, endpoints=endpoints or None)
        except GateError as error:
            raise UsageError(f"gate {text!r}: {error}") from error
    return gates


def _file_gates(file: str) -> Iterator[str]:
    said = read_document(find_experiment(file)).data.get("gates")
    if not isinstance(said, list) or not all(isinstance(gate, str) for gate in said):
        raise UsageError(f"{file}: no list of gates is in it")
    yield from said


def renamed(pairs: Iterable[str]) -> dict[str, str]:
    """Return the names of one's own by the ones they replace; raises UsageError."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, was = pair.partition("=")
        if not (name and equals and was) or len(f"{name}{was}".split()) != 1 or "," in name:
            raise UsageError(f"--endpoint {pair!r}: expected NAME=ENDPOINT, azure=azure.ai.openai")
        found[was] = name
    return found
