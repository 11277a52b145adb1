"""Which faults count requests: several processes that share a port would each count their own."""

from typing import Final

from faults.catalog import make_fault
from faults.config import Rule
from faults.fault import Fault
from faults.selection.counts import COUNTS

APART: Final = "and several processes would each count their own: serve with one worker"


def counted_complaint(rule: Rule) -> str:
    """Say why a rule cannot be in several processes at once, empty when it can.

    Raises as `make_fault`.
    """
    if rule.max_active is not None or rule.counts.shared:
        name = next(name for name in COUNTS if name in rule.selection)
        return f"{rule.id}: {name} counts requests, {APART}"
    fault = make_fault(rule.inject)
    if not isinstance(fault, Fault) or fault.gate() is None:
        return ""
    return f"{rule.id}: {fault.name} counts requests, {APART}"
