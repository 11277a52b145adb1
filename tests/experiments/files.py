"""A small experiment file for tests, and one with a line replaced."""

from pathlib import Path

GOOD = """\
title: Azure goes down
endpoints:
  azure: {dialect: azure-openai, stand_in: {}}
  vertex:
    dialect: {vertex-gemini: {location: europe-west4}}
    stand_in: {latency: {overhead_s: 0.1}, capacity: 50}
route: {client: {order: [azure, vertex], breaker: {cooldown_s: 8}}}
load:
  poisson: {rate_per_s: 20}
  prompt_tokens: {median: 100}
phases: {warm_up_s: 5, baseline_s: 15, fault_s: 20, recovery_s: 20}
faults:
  - {id: outage, at: azure, duration_s: 20, inject: {http_error: {status: 503}}}
gates:
  - failover_time <= 5 s
  - user_errors (fault) <= 1 %
expect: PASS
"""


def write(folder: Path, text: str = GOOD, name: str = "drill.yaml") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def changed(old: str, new: str) -> str:
    """Return the good file with one piece of text replaced; it must be there exactly once."""
    assert GOOD.count(old) == 1, f"{old!r} is there {GOOD.count(old)} times"
    return GOOD.replace(old, new)
