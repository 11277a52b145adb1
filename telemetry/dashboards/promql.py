"""PromQL over our metrics, put together from names: what each piece of a panel's query says.

Every series belongs to one run and counts from 0 at its start. So nothing is estimated: a total is
a counter's last value, and what happened lately is its value less the one `$window` ago, or less
0 where it was not there yet. (`rate` and `increase` leave out whatever a counter was born with,
which for errors and failovers is the burst that matters, and then extrapolate.)
"""

from telemetry import names
from telemetry.dashboards.series_names import label, metric

RUN = label(names.RUN_ID)
WINDOW = "${window}"
"""In seconds."""
RANGE = "$__range"


def one_run() -> str:
    """Match the chosen run."""
    return f'{RUN}="$run"'


def many_runs() -> str:
    """Match the chosen runs, where several may be."""
    return f'{RUN}=~"$run"'


def having(attribute: str, value: str) -> str:
    """Match an attribute's value; the empty value matches where it is absent."""
    return f'{label(attribute)}="{value}"'


def lacking(attribute: str, value: str) -> str:
    """Match every other value of an attribute."""
    return f'{label(attribute)}!="{value}"'


def series(name: str, *matchers: str, run: str = "", part: str = "") -> str:
    """Select a metric's series; `part` is a histogram's `bucket`, `count` or `sum`."""
    ending = f"_{part}" if part else ""
    return f"{metric(name)}{ending}{{{', '.join((run or one_run(), *matchers))}}}"


def lately(counter: str) -> str:
    """Count what a counter's series gained in the last `$window`."""
    return f"clamp_min({_gained(counter)}, 0)"


def in_total(counter: str) -> str:
    """Count what counter's series counted up to the end of the time range."""
    return f"last_over_time({counter}[{RANGE}])"


def at_last(gauge: str) -> str:
    """Take a gauge's last value in the time range, however long ago it was told."""
    return f"last_over_time({gauge}[{RANGE}])"


def summed(expression: str, *attributes: str) -> str:
    """Add up per run, and per value of the attributes."""
    return f"sum by ({_labels(attributes)}) ({expression})"


def largest(expression: str, *attributes: str) -> str:
    """Take the largest per run, and per value of the attributes."""
    return f"max by ({_labels(attributes)}) ({expression})"


def filled(part: str, whole: str) -> str:
    """Say 0 where only the whole is there."""
    return f"({part} or {whole} * 0)"


def share(part: str, whole: str) -> str:
    """Divide sums of the same attributes: 0 where only the whole is there, nothing without it."""
    return f"{filled(part, whole)} / ({whole} > 0)"


def share_of_run(part: str, whole: str) -> str:
    """Divide sums of some attributes by a sum of the run."""
    return f"{part} / on ({RUN}) group_left () ({whole} > 0)"


def quantile_lately(q: float, name: str, *attributes: str, run: str = "") -> str:
    """Estimate a quantile of a histogram's last `$window`, per run and attributes."""
    buckets = lately(series(name, run=run, part="bucket"))
    return _quantile(q, buckets, _gained(series(name, run=run)), attributes)


def quantile_in_total(q: float, name: str, *attributes: str, run: str = "") -> str:
    """Estimate a quantile of a histogram up to the end of the time range."""
    buckets = in_total(series(name, run=run, part="bucket"))
    return _quantile(q, buckets, in_total(series(name, run=run)), attributes)


def _quantile(q: float, buckets: str, native: str, attributes: tuple[str, ...]) -> str:
    """Take classic buckets or native histograms, whichever the backend was given."""
    classic = f"sum by ({_labels(('le', *attributes))}) ({buckets})"
    return f"histogram_quantile({q}, {classic} or {summed(native, *attributes)})"


def _gained(counter: str) -> str:
    return f"{counter} - ({counter} offset {WINDOW}s or {counter} * 0)"


def per_second(counted_lately: str) -> str:
    """Divide what the window counted by its seconds."""
    return f"{counted_lately} / {WINDOW}"


def per_minute(counted_lately: str) -> str:
    """Divide what the window counted by its minutes."""
    return f"{counted_lately} * 60 / {WINDOW}"


def named(expression: str, attribute: str, value: str) -> str:
    """Give series that lack an attribute a value for it, for legends."""
    name = label(attribute)
    return f'label_replace({expression}, "{name}", "{value}", "{name}", "")'


def legend(*attributes: str) -> str:
    """Return the legend that shows attributes' values."""
    return " ".join(f"{{{{{label(attribute)}}}}}" for attribute in attributes)


def _labels(attributes: tuple[str, ...]) -> str:
    named_ones = ("le" if attribute == "le" else label(attribute) for attribute in attributes)
    return ", ".join((RUN, *named_ones))
