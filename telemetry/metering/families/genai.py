"""The GenAI conventions' own client metrics, one measurement per exchange.

An exchange is their logical operation: all attempts are within it, and it is told by the provider
that answered, else by the first that was asked. Chunks are not recorded one by one: an answer's
mean gap between tokens counts once per token after the first, so sum and count are exact and only
the spread within an answer is not known.
"""

from collections.abc import Iterator

import msgspec

from telemetry import names
from telemetry.clock import seconds
from telemetry.exchange import Attempt, Exchange
from telemetry.metering.facts import RunFacts
from telemetry.metering.family import Family, Now, exemplar_of, notable
from telemetry.metering.point import Attributes, Measured, Number, Spread, known
from telemetry.metering.series import SEMCONV_SECONDS, SEMCONV_TOKENS, Spreads
from telemetry.span_attributes import UNKNOWN


class GenAI(Family):
    """Measures as v1.41 of the conventions says, or under their unreleased names."""

    name = "genai"

    def __init__(self, facts: RunFacts) -> None:
        """Begin with nothing."""
        super().__init__(facts)
        self._durations = Spreads(names.GENAI_DURATION, SEMCONV_SECONDS)
        self._first_chunks = Spreads(names.GENAI_FIRST_CHUNK, SEMCONV_SECONDS)
        self._chunks = Spreads(names.GENAI_PER_CHUNK, SEMCONV_SECONDS)
        self._tokens = {kind: Spreads(names.GENAI_TOKENS, SEMCONV_TOKENS) for kind in _KINDS}

    def end(self, exchange: Exchange) -> None:
        """Measure an exchange."""
        of = self._asked(exchange)
        if exchange.end_ns is not None:
            error = "" if exchange.succeeded else exchange.outcome.value
            taken_s = seconds(exchange.end_ns - exchange.dispatched_ns)
            self._record(
                self._durations, (*of, *known({names.ERROR_TYPE: error})), exchange, taken_s
            )
        served = exchange.serving
        if served is not None and exchange.succeeded:
            self._measure(exchange, served, of)

    def readings(self, now: Now) -> Iterator[Measured]:  # noqa: ARG002 - as every family's
        """Yield the four metrics."""
        for spreads, name in (
            (self._durations, names.GENAI_DURATION),
            (self._first_chunks, names.GENAI_FIRST_CHUNK),
            (self._chunks, names.GENAI_PER_CHUNK),
        ):
            yield spreads.measured(names.GENAI_LATEST[name] if self.facts.latest_names else "")
        yield from self._latest_tokens() if self.facts.latest_names else self._released_tokens()

    def _measure(self, exchange: Exchange, served: Attempt, of: Attributes) -> None:
        if exchange.stream and served.first_byte_ns is not None:
            wait_s = seconds(served.first_byte_ns - exchange.dispatched_ns)
            self._record(self._first_chunks, of, exchange, wait_s)
        first_ns, last_ns, gaps = served.first_token_ns, served.last_token_ns, served.tokens - 1
        if exchange.stream and first_ns is not None and last_ns is not None and gaps > 0:
            self._record(self._chunks, of, exchange, seconds(last_ns - first_ns) / gaps, gaps)
        for kind, tokens in zip(_KINDS, _usage(served), strict=True):
            if tokens is not None:
                typed = of if self.facts.latest_names else (*of, (names.TOKEN_TYPE, kind))
                self._record(self._tokens[kind], typed, exchange, tokens)

    def _record(
        self, spreads: Spreads, of: Attributes, exchange: Exchange, value: float, times: int = 1
    ) -> None:
        shown = exemplar_of(exchange, value)
        spreads.record(of, value, times, shown, notable=notable(exchange))

    def _asked(self, exchange: Exchange) -> Attributes:
        served = exchange.serving
        telling = served or next(iter(exchange.attempts), None)
        told = self.facts.endpoints.get(telling.endpoint, UNKNOWN) if telling else UNKNOWN
        return known(
            {
                names.OPERATION_NAME: "chat",
                names.PROVIDER_NAME: told.provider,
                names.REQUEST_MODEL: told.model,
                names.RESPONSE_MODEL: served.model if served else None,
            }
        )

    def _released_tokens(self) -> Iterator[Measured]:
        found = [spreads.measured() for spreads in self._tokens.values()]
        points = tuple(point for one in found for point in one.points)
        yield msgspec.structs.replace(found[0], points=points)

    def _latest_tokens(self) -> Iterator[Measured]:
        for kind, spreads in self._tokens.items():
            name = names.GENAI_LATEST[names.GENAI_TOKENS].format(type=kind)
            found = spreads.measured(called=name)
            yield found
            totals = [
                Number(attributes=point.attributes, value=point.total)
                for point in found.points
                if isinstance(point, Spread)
            ]
            usage = names.GENAI_LATEST_USAGE.format(type=kind)
            yield msgspec.structs.replace(
                found, name=usage, instrument="counter", points=tuple(totals)
            )


_KINDS = ("input", "output")


def _usage(served: Attempt) -> tuple[int | None, int | None]:
    return served.usage_prompt_tokens, served.usage_output_tokens
