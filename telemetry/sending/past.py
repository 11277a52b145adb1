"""Sends a finished run's readings with the times that they had; and says why one was not taken."""

import time
from collections.abc import Callable, Iterable

import msgspec

from telemetry.exporting.delivery import Answer
from telemetry.metering.point import Reading
from telemetry.sending.sender import LONGEST_WAIT_S, Sender

PATIENCE = 5
"""How often a backend may say of one reading that it wants to be asked later."""

WINDOW = "storage.tsdb.out_of_order_time_window"
TOO_OLD = (
    f"it takes no samples as old as this run's: set {WINDOW} in Prometheus's configuration to more"
    " than the run's age, or send to a backend that takes the past, such as VictoriaMetrics"
)
OUT_OF_ORDER = (
    "it has later samples of this run, sent while it went on or by an export before: nothing is"
    f" missing there but what it lost; {WINDOW} would let it take the rest"
)
DUPLICATE = "it has other values at the same moments: this run was exported there, but differently"
HINTS = (
    (("out of bounds", "too old", "too-old"), TOO_OLD),
    (("out of order", "out-of-order"), OUT_OF_ORDER),
    (("duplicate sample",), DUPLICATE),
)
"""What Prometheus and its kin say of the past, and what can be done."""


class SentPast(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a run's readings at one backend; `reason` is empty where all were taken."""

    where: str
    sent: int
    reason: str = ""
    rejected: int = 0


def send_past(
    sender: Sender,
    readings: Iterable[Reading],
    sleep: Callable[[float], None] = time.sleep,
) -> SentPast:
    """Send readings in order; the first that is not taken ends it."""
    sent = rejected = 0
    for reading in readings:
        answer = _send(sender, reading, sleep)
        if answer.kind != "taken":
            return SentPast(
                where=sender.where, sent=sent, reason=explained(answer.reason), rejected=rejected
            )
        rejected += answer.rejected
        sent += 1
        if answer.rejected:
            reason = explained(answer.reason or "points were rejected")
            return SentPast(where=sender.where, sent=sent, reason=reason, rejected=rejected)
    return SentPast(where=sender.where, sent=sent)


def explained(reason: str) -> str:
    """Return a backend's words, with what they mean where they are about the past."""
    said = reason.lower()
    hint = next((hint for words, hint in HINTS if any(word in said for word in words)), "")
    return f"{reason}: {hint}" if hint else reason


def _send(sender: Sender, reading: Reading, sleep: Callable[[float], None]) -> Answer:
    answer = sender.send(reading)
    for _ in range(PATIENCE - 1):
        if answer.kind != "later" or answer.retry_after_s is None:
            break
        sleep(min(answer.retry_after_s, LONGEST_WAIT_S))
        answer = sender.send(reading)
    return answer
