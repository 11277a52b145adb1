"""Which faults count requests in a way that several processes cannot share."""

from typing import Final

from faults.catalog import make_fault
from faults.config import Rule
from faults.fault import Fault

APART: Final = "and several processes would each count their own: serve with one worker"


def counted_complaint(rule: Rule) -> str:
    """Say why a rule cannot be in several processes at once, empty when it can.

    What goes by number of requests can: they are counted together. Raises as `make_fault`.
    """
    if rule.max_active is not None:
        return f"{rule.id}: max_active counts what is under way, {APART}"
    fault = make_fault(rule.inject)
    if not isinstance(fault, Fault) or fault.gate() is None:
        return ""
    return f"{rule.id}: {fault.name} counts requests, {APART}"
