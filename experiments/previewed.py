"""`crosswind plan FILE --against REQUESTS`: which of them would be hit, by which faults."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from experiments import terminal
from experiments.find import find_experiment
from experiments.reading.overrides import Overrides, read_overridden
from experiments.reading.problems import UsageError
from experiments.running import configs
from experiments.serving.proxies_file import KEY, proxies_of, read_document_of
from experiments.tabular import Format, as_cells, as_csv, as_json
from faults.config import Rule
from faults.preview import Foreseen, Hit, foresee
from faults.rules import RuleBook
from telemetry.not_json import NOT_JSON

RUN_TAG = "00000000"
COLUMNS = ("line", "endpoint", "at_s", "exchange", "faults")


class Dice(msgspec.Struct, frozen=True, kw_only=True):
    """What decides: rules, seed, and whether traffic that is not the run's is touched."""

    rules: tuple[Rule, ...]
    seed: int
    bystanders: bool
    endpoints: tuple[str, ...]


def dice_of(name: str, overrides: Overrides) -> Dice:
    """Read an experiment, or a file of proxies as `serve` takes it; raises UsageError."""
    path = find_experiment(name)
    document = read_document_of(path)
    if KEY in document.data:
        file = proxies_of(document)
        return Dice(
            rules=tuple(configs.rule(fault, fault_start_s=0.0) for fault in file.faults),
            seed=file.seed,
            bystanders=True,
            endpoints=tuple(one.endpoint for one in file.listeners),
        )
    read = read_overridden(path, overrides)
    start_s = read.phases.fault_start_s
    return Dice(
        rules=tuple(configs.rule(fault, start_s) for fault in read.faults),
        seed=read.seed,
        bystanders=read.bystanders,
        endpoints=tuple(one.name for one in read.endpoints),
    )


def previewed(dice: Dice, against: Path) -> list[Hit]:
    """Decide about every request of a file; raises UsageError with the line that is wrong."""
    book = RuleBook(dice.rules, seed=dice.seed, run_tag=RUN_TAG, bystanders=dice.bystanders)
    try:
        return list(foresee(book, RUN_TAG, _requests(against, dice.endpoints)))
    except ValueError as error:
        raise UsageError(f"{against}: {error}") from error


def show(hits: list[Hit], style: Format | None) -> None:
    """Print every decision for other programs; for people those that would be hit, and a count."""
    rows = [_row(hit) for hit in hits]
    if style is Format.CSV:
        terminal.put(as_csv(COLUMNS, rows))
    elif style is Format.JSON:
        terminal.put(as_json(COLUMNS, rows))
    else:
        struck = [row for row in rows if row[-1]]
        if struck:
            terminal.table("", COLUMNS, as_cells(struck))
        terminal.say(f"{len(struck)} of {len(rows)} requests would be hit")


def _row(hit: Hit) -> tuple[object, ...]:
    one = hit.foreseen
    return (hit.number, one.endpoint, one.when_s, one.exchange, ", ".join(hit.faults))


def _requests(path: Path, endpoints: tuple[str, ...]) -> Iterator[Foreseen]:
    for number, raw in _lines(path):
        try:
            one = msgspec.json.decode(raw, type=Foreseen)
            _ = one.when_s
        except (*NOT_JSON, ValueError) as error:
            raise UsageError(f"{path}:{number}: {error}") from error
        if one.endpoint not in endpoints:
            known = ", ".join(endpoints)
            raise UsageError(f"{path}:{number}: no endpoint {one.endpoint}; there are {known}")
        yield one


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Return the objects of a file, one a line or all in one array, and where each is."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    if text.lstrip().startswith(b"["):
        try:
            found = msgspec.json.decode(text, type=list[msgspec.Raw])
        except NOT_JSON as error:
            raise UsageError(f"{path}: {error}") from error
        yield from ((number, bytes(raw)) for number, raw in enumerate(found, 1))
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield number, line
