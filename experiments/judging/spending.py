"""What the attempts of a run cost beside what they may, as its proxies counted; pure."""

from experiments.model import Experiment
from faults.config import Price
from telemetry.record import Record, Scalar


def spending(record: Record, experiment: Experiment) -> dict[str, object]:
    """Return requests, and money where there are prices, each beside its limit.

    Money in the currency of the prices; `reserved` is what attempts without an end may have cost.
    Limits are None where there are none. Empty where nothing was counted.
    """
    counted = record.named("spend")
    if not counted:
        return {}
    facts, limits = max(counted, key=lambda event: event.at_ns).facts, experiment.limits
    found: dict[str, object] = {
        "requests": facts.get("requests"),
        "max_requests": limits.max_requests,
    }
    if all(endpoint.price == Price() for endpoint in experiment.endpoints):
        return found
    money: dict[str, Scalar] = {name: facts.get(name) for name in ("spent", "reserved")}
    return found | money | {"max_spend": limits.max_spend}


def told(spend: dict[str, object]) -> str:
    """Say it in a line: `spent 0.0123 of at most 0.02 with 842 requests`."""
    requests = f"{spend['requests']}{_at_most(spend['max_requests'])} requests"
    if "spent" not in spend:
        return f"the proxies let {requests} through"
    reserved = spend.get("reserved")
    open_words = f"; {_money(reserved)} more is reserved for attempts without an end"
    spent = f"spent {_money(spend['spent'])}{_at_most(spend['max_spend'])} with {requests}"
    return spent + (open_words if reserved else "")


def _at_most(limit: object) -> str:
    return "" if limit is None else f" of at most {_money(limit)}"


def _money(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
