"""A run's fault windows and phases as annotations of Grafana; pure.

They belong to no dashboard, so that every one that asks for their tags shows them. A window is told
from the injector's own record, with what was injected, where, and how many it touched.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from telemetry import names
from telemetry.span_fact import SpanFact

TAG: Final = "crosswind"
NS_PER_MS: Final = 1_000_000


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """One annotation; its names are those of Grafana's API, its times ms since the epoch."""

    time: int
    timeEnd: int  # noqa: N815 - as the API writes it
    tags: tuple[str, ...]
    text: str

    @property
    def key(self) -> tuple[int, int, frozenset[str]]:
        """Return what makes it the same as another: when, and of what."""
        return self.time, self.timeEnd, frozenset(self.tags)


def run_tag(run_id: str) -> str:
    """Return the tag that all of a run's annotations have."""
    return f"run:{run_id}"


def annotations(spans: Iterable[SpanFact], run_id: str) -> Iterator[Annotation]:
    """Yield one per phase and per window among a run's own spans."""
    for span in spans:
        facts = span.attributes
        if names.WINDOW in facts:
            tags = (TAG, run_tag(run_id), "fault", f"fault:{facts[names.WINDOW]}")
            yield _between(span, tags, _window_words(facts))
        elif names.PHASE in facts:
            phase = str(facts[names.PHASE])
            yield _between(span, (TAG, run_tag(run_id), "phase", f"phase:{phase}"), _spaced(phase))


def missing(wanted: Iterable[Annotation], there: Iterable[Mapping[str, Any]]) -> list[Annotation]:
    """Return those that Grafana does not have yet, by its own answer."""
    known = {
        (one.get("time"), one.get("timeEnd"), frozenset(one.get("tags") or ())) for one in there
    }
    return [one for one in wanted if one.key not in known]


def _between(span: SpanFact, tags: tuple[str, ...], text: str) -> Annotation:
    start, end = (ns // NS_PER_MS for ns in (span.start_ns, span.end_ns))
    return Annotation(time=start, timeEnd=end, tags=tags, text=text)


def _window_words(facts: Mapping[str, Any]) -> str:
    what = " ".join(
        str(facts[name]) for name in (names.FAULT_KIND, names.FAULT_PARAMETERS) if name in facts
    )
    where = ", ".join(facts[names.WINDOW_ENDPOINTS])
    touched = facts[names.WINDOW_EXCHANGES]
    return f"{facts[names.WINDOW]}: {what or 'fault'} at {where}; touched {touched} exchanges"


def _spaced(phase: str) -> str:
    return f"phase {phase.replace('_', ' ')}"
