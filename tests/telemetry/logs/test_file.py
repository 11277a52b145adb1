import json
from pathlib import Path

from telemetry.clock import ClockPair
from telemetry.logs.fact import LogFact, Severity
from telemetry.logs.file import write_log

CLOCK = ClockPair(host="here", monotonic_ns=5, wall_ns=1_700_000_000_123_456_789)
FACT = LogFact(
    at_ns=5,
    severity=Severity.WARN,
    event="crosswind.exchange.failed",
    message="exchange 7 failed with my-secret",
    attributes={"crosswind.exchange.number": 7, "crosswind.exchange.endpoints": ["a", "b"]},
    trace_id="ab" * 16,
    span_id="cd" * 8,
)


def redact(text: str) -> str:
    return text.replace("my-secret", "[redacted]")


def test_an_event_is_one_line_of_json_without_secrets(tmp_path: Path) -> None:
    path = tmp_path / "run.log.ndjson"
    write_log(path, [FACT, FACT], CLOCK, redact)
    first, second = path.read_text().splitlines()
    assert first == second
    assert list(json.loads(first).items()) == [
        ("timestamp", "2023-11-14T22:13:20.123456Z"),
        ("level", "warning"),
        ("event", "crosswind.exchange.failed"),
        ("message", "exchange 7 failed with [redacted]"),
        ("trace_id", "ab" * 16),
        ("span_id", "cd" * 8),
        ("crosswind.exchange.number", 7),
        ("crosswind.exchange.endpoints", ["a", "b"]),
    ]


def test_a_log_takes_the_place_of_one_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "run.log.ndjson"
    path.write_text("old\n")
    write_log(path, [], CLOCK, redact)
    assert path.read_text() == ""
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
