"""When a rule applies, and how strongly: windows and ramps, in seconds from the run's start."""

from collections.abc import Iterable

from faults.config import Rule


def is_armed(rule: Rule, now_s: float) -> bool:
    """Tell whether `now_s` lies in the rule's window, its start included and its end not."""
    return rule.start_s <= now_s < rule.end_s


def share_at(rule: Rule, now_s: float) -> float:
    """Return the share of traffic that a rule touches at `now_s`: 0 outside its window.

    Within it rises from 0 at the start to `share` when `ramp_s` is over.
    """
    since_s = now_s - rule.start_s
    if since_s < 0 or now_s >= rule.end_s:
        return 0.0
    return rule.share if since_s >= rule.ramp_s else rule.share * (since_s / rule.ramp_s)


def next_change_s(rules: Iterable[Rule], now_s: float) -> float | None:
    """Return the next instant after `now_s` at which a window opens or shuts; None if none does."""
    windows = [rule for rule in rules if rule.start_s < rule.end_s]
    instants = [instant for rule in windows for instant in (rule.start_s, rule.end_s)]
    return min((instant for instant in instants if instant > now_s), default=None)
