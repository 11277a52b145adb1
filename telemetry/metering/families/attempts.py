"""Attempts by endpoint and outcome, and the tokens that their usage tells."""

from collections.abc import Iterator

from telemetry import names
from telemetry.exchange import Attempt, Exchange
from telemetry.metering.facts import RunFacts
from telemetry.metering.family import Family, Now, attempt_exemplar
from telemetry.metering.point import Attributes, Measured, known
from telemetry.metering.series import Counts
from telemetry.span_attributes import UNKNOWN


class Attempts(Family):
    """Counts the attempts of exchanges that are over."""

    name = "attempts"

    def __init__(self, facts: RunFacts) -> None:
        """Begin with none."""
        super().__init__(facts)
        self._made = Counts(names.ATTEMPTS)
        self._tokens = Counts(names.ENDPOINT_TOKENS)

    def end(self, exchange: Exchange) -> None:
        """Count an exchange's attempts; those that failed are shown by their spans."""
        for index, attempt in enumerate(exchange.attempts):
            shown = None if attempt.outcome.succeeded else attempt_exemplar(exchange, attempt)
            self._made.add(self._told(attempt, resend=index > 0), exemplar=shown)
            self._count_tokens(attempt)

    def readings(self, now: Now) -> Iterator[Measured]:  # noqa: ARG002 - as every family's
        """Yield the attempts and their tokens."""
        yield self._made.measured()
        yield self._tokens.measured()

    def _told(self, attempt: Attempt, *, resend: bool) -> Attributes:
        return known(
            {
                names.ENDPOINT: attempt.endpoint,
                names.PROVIDER_NAME: self.facts.endpoints.get(attempt.endpoint, UNKNOWN).provider,
                names.ATTEMPT_OUTCOME: attempt.outcome.value,
                names.RESEND: resend,
                names.FAULT_ID: attempt.touches[0].fault if attempt.touches else None,
            }
        )

    def _count_tokens(self, attempt: Attempt) -> None:
        for kind, tokens in (
            ("input", attempt.usage_prompt_tokens),
            ("output", attempt.usage_output_tokens),
        ):
            if tokens:
                of = known({names.ENDPOINT: attempt.endpoint, names.TOKEN_TYPE: kind})
                self._tokens.add(of, tokens)
