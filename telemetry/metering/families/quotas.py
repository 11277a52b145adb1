"""What endpoints allow, where that is known: beside attempts it shows how full a fallback is."""

from collections.abc import Iterator

from telemetry import names
from telemetry.metering.family import Family, Now
from telemetry.metering.point import Measured, gauge, known


class Quotas(Family):
    """Says the experiment's own figures."""

    name = "quotas"

    def readings(self, now: Now) -> Iterator[Measured]:  # noqa: ARG002 - as every family's
        """Yield requests and tokens a minute by endpoint."""
        told = self.facts.quotas.items()
        asked = ((name, quota.requests_per_minute) for name, quota in told)
        tokens = ((name, quota.tokens_per_minute) for name, quota in told)
        for metric, limits in ((names.QUOTA_REQUESTS, asked), (names.QUOTA_TOKENS, tokens)):
            yield gauge(
                metric,
                ((known({names.ENDPOINT: name}), of) for name, of in limits if of is not None),
            )
