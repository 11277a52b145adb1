"""From the spans of one trace to requests and their tries; pure.

A request is a call to a model with no other such call above it. Its tries are the calls below it;
where there are none, the HTTP requests below it that failed, and the last; else the call itself.
Calls without one above them that lie side by side (below the same span, or with no parent in the
trace) are one request as long as each failed before the next began: what a client without a span
for the whole leaves. `whole`: everything in a trace is one request, however it lies.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from telemetry.clock import nanoseconds
from telemetry.foreign import genai
from telemetry.foreign.endings import failed
from telemetry.foreign.span import Span
from telemetry.names import ENDPOINT, EXCHANGE_NUMBER, RESEND_COUNT

PATIENCE_NS = nanoseconds(60.0)
"""A call that comes longer than this after one that failed is another request."""
_SLACK_NS = nanoseconds(0.001)


class Tried(NamedTuple):
    """One try: the call that it belongs to, the HTTP request below it, and if it was the last.

    What a call says of its end is true of its last try alone.
    """

    call: Span
    http: Span | None = None
    last: bool = True

    @property
    def start_ns(self) -> int:
        """When it began: a retry with its own HTTP request, the first with the call."""
        again = self.http is not None and (not self.last or _resent(self.http))
        return self.http.start_ns if again and self.http is not None else self.call.start_ns

    @property
    def end_ns(self) -> int:
        """When it ended."""
        return self.call.end_ns if self.last or self.http is None else self.http.end_ns


class Request(NamedTuple):
    """One request: the span of the whole, if there is one, and its tries in order."""

    logical: Span | None
    tried: tuple[Tried, ...]


def requests_of(spans: Sequence[Span], *, whole: bool = False) -> Iterator[Request]:
    """Yield the requests in the spans of one trace."""
    tree = _Tree(spans)
    if not tree.calls:
        return
    own = any(EXCHANGE_NUMBER in call.attributes for call in tree.calls)
    if whole or own:
        yield tree.everything()
        return
    alone: dict[str, list[Span]] = defaultdict(list)
    for call in tree.top():
        if below := tree.leaves_below(call):
            yield Request(call, _in_order(tried for leaf in below for tried in tree.tries(leaf)))
        else:
            parent = call.parent_span_id
            alone[parent if parent in tree.by_id else ""].append(call)
    for calls in alone.values():
        for chain in _chains(calls):
            logical = chain[0] if len(chain) == 1 else None
            yield Request(logical, _in_order(t for call in chain for t in tree.tries(call)))


class _Tree:
    """The spans of a trace with what lies above and below each."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.by_id = {span.span_id: span for span in spans}
        self._below: dict[str, list[Span]] = defaultdict(list)
        for span in self.by_id.values():
            self._below[span.parent_span_id].append(span)
        self.calls = [span for span in self.by_id.values() if _is_call(span)]

    def top(self) -> list[Span]:
        """Return the calls with no call above them, by their start."""
        found = (call for call in self.calls if not any(map(_is_call, self._above(call))))
        return sorted(found, key=_by_start)

    def leaves_below(self, call: Span) -> list[Span]:
        """Return the calls below one that have no call below them."""
        calls = [span for span in self._under(call) if _is_call(span)]
        return [one for one in calls if not any(map(_is_call, self._under(one)))]

    def tries(self, call: Span) -> list[Tried]:
        """Return the tries of a call without calls below it."""
        http = sorted(filter(genai.is_http_client, self._under(call)), key=_by_start)
        lost = [one for one in http[:-1] if failed(one)]
        earlier = [Tried(call, one, last=False) for one in lost]
        return [*earlier, Tried(call, http[-1] if http else None)]

    def everything(self) -> Request:
        """Return the whole trace as one request."""
        tops = self.top()
        logical = tops[0] if len(tops) == 1 or EXCHANGE_NUMBER in tops[0].attributes else None
        leaves = [call for call in self.calls if not any(map(_is_call, self._under(call)))]
        if logical is not None and ENDPOINT not in logical.attributes and len(self.calls) > 1:
            leaves = [leaf for leaf in leaves if leaf is not logical]
        return Request(logical, _in_order(t for leaf in leaves for t in self.tries(leaf)))

    def _above(self, span: Span) -> Iterator[Span]:
        seen = {span.span_id}
        parent = self.by_id.get(span.parent_span_id)
        while parent is not None and parent.span_id not in seen:
            seen.add(parent.span_id)
            yield parent
            parent = self.by_id.get(parent.parent_span_id)

    def _under(self, span: Span) -> Iterator[Span]:
        seen, waiting = {span.span_id}, [span]
        while waiting:
            for child in self._below.get(waiting.pop().span_id, ()):
                if child.span_id not in seen:
                    seen.add(child.span_id)
                    waiting.append(child)
                    yield child


def _chains(calls: Iterable[Span]) -> list[list[Span]]:
    chains: list[list[Span]] = []
    for call in sorted(calls, key=_by_start):
        going_on = (chain for chain in reversed(chains) if _goes_on(chain[-1], call))
        chain = next(going_on, None)
        if chain is None:
            chains.append([call])
        else:
            chain.append(call)
    return chains


def _goes_on(before: Span, call: Span) -> bool:
    if not failed(before) or call.start_ns < before.end_ns - _SLACK_NS:
        return False
    return _resent(call) or call.start_ns - before.end_ns <= PATIENCE_NS


def _in_order(tried: Iterable[Tried]) -> tuple[Tried, ...]:
    return tuple(sorted(tried, key=lambda one: (one.start_ns, one.end_ns, one.call.span_id)))


def _is_call(span: Span) -> bool:
    return genai.is_inference(span)


def _resent(span: Span) -> bool:
    said = span.attributes.get(RESEND_COUNT)
    return isinstance(said, int) and said > 0


def _by_start(span: Span) -> tuple[int, int, str]:
    return span.start_ns, span.end_ns, span.span_id
