"""One figure beside its limit, small enough for a table cell."""

import math

from markupsafe import Markup

from experiments.judging.verdict import Finding
from experiments.report.svg import line, rect, tag

WIDTH, HEIGHT = 112.0, 12.0
LIMIT_AT = 0.66


def bullet(finding: Finding) -> Markup:
    """Return the bar: the tick is the limit, the fill what was observed; '' if unknown."""
    share = share_of_limit(finding)
    if share is None:
        return Markup("")
    filled = min(1.0, share * LIMIT_AT) * WIDTH
    over = share * LIMIT_AT > 1.0
    filled = WIDTH - 8 if over else filled
    tip = tag("path", d=f"M{WIDTH - 9:g} 0l9 6l-9 6z", class_="bullet-over") if over else ""
    limit = LIMIT_AT * WIDTH
    return tag(
        "svg",
        rect(0, 4, WIDTH, 4, class_="bullet-track", rx=2),
        rect(0, 3, max(2.0, filled), 6, class_=f"bullet-{finding.verdict.value}", rx=2),
        tip,
        line(limit, 0, limit, HEIGHT, class_="limit"),
        class_="bullet",
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        aria_hidden="true",
    )


def share_of_limit(finding: Finding) -> float | None:
    """Return observed / limit; `inf` for never; None where a share says nothing."""
    observed, limit = finding.observed, finding.limit
    if observed is None or limit is None or not math.isfinite(limit) or observed < 0:
        return None
    if limit <= 0:
        return 0.0 if observed == 0 else math.inf
    return observed / limit
