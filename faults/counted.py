"""Which faults count requests: several processes that share a port would each count their own."""

from faults.catalog import make_fault
from faults.config import Rule
from faults.fault import Fault


def counted_complaint(rule: Rule) -> str:
    """Say why a rule cannot be in several processes at once, empty when it can.

    Raises as `make_fault`.
    """
    fault = make_fault(rule.inject)
    if not isinstance(fault, Fault) or fault.gate() is None:
        return ""
    return (
        f"{rule.id}: {fault.name} counts requests, and several processes would each count their "
        "own: serve with one worker"
    )
