"""Faults that a request asks for itself, in Envoy's header fields (gRFC A33 has the same). Pure.

`x-envoy-fault-abort-request`: a status; `x-envoy-fault-delay-request`: milliseconds. Their
`...-percentage` fields may lower the share that the injector was started with, never raise it.
"""

import re
from collections.abc import Iterator
from typing import Final

from faults.config import Rule
from faults.dice import draw
from faults.fault import Fault
from faults.library.http_error import HttpError
from faults.library.latency import AddedLatency
from faults.rules import ArmedRule

ABORT: Final = b"x-envoy-fault-abort-request"
DELAY: Final = b"x-envoy-fault-delay-request"
LONGEST_MS: Final = 3_600_000


class HeaderFaults:
    """Reads what a head asks for, and draws whether it gets it; `share` is the most."""

    def __init__(self, share: float, seed: int) -> None:
        self._share = share
        self._seed = seed

    def asked(self, low: bytes, key: str) -> tuple[ArmedRule, ...]:
        """Return the faults that a head in lower case gets; `key` tells its request apart.

        Delay and abort are drawn apart, as Envoy does. A value that means nothing is passed over.
        """
        if b"\nx-envoy-fault-" not in low:
            return ()
        return tuple(self._asked(low, key))

    def _asked(self, low: bytes, key: str) -> Iterator[ArmedRule]:
        delay_ms = _number(low, DELAY)
        if delay_ms is not None and 0 < delay_ms <= LONGEST_MS and self._gets(DELAY, low, key):
            yield _armed(DELAY, AddedLatency(delay_s=delay_ms / 1e3))
        status = _number(low, ABORT)
        if status is not None and 400 <= status <= 599 and self._gets(ABORT, low, key):
            yield _armed(ABORT, HttpError(status=status))

    def _gets(self, field: bytes, low: bytes, key: str) -> bool:
        wanted = _number(low, field + b"-percentage")
        share = self._share if wanted is None else min(self._share, wanted / 100)
        return draw(self._seed, field.decode(), key, "") < share


def _number(low: bytes, field: bytes) -> int | None:
    found = re.search(rb"\n" + re.escape(field) + rb":[ \t]*(\d{1,9})[ \t]*\r", low)
    return None if found is None else int(found[1])


def _armed(field: bytes, fault: Fault) -> ArmedRule:
    name = field.decode()
    return ArmedRule(
        Rule(id=name, endpoints=(), inject={fault.name: {}}, start_s=0.0, end_s=0.0), fault
    )


NEVER: Final = ArmedRule(
    Rule(
        id="by-header", endpoints=(), inject={"http_error": {}}, start_s=0.0, end_s=0.0, share=0.0
    ),
    HttpError(),
)
"""A candidate that touches nothing: while it stands, heads are read."""
