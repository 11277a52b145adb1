"""Where the environment wants a run's metrics: an OTLP backend, remote write, a page."""

from collections.abc import Mapping

from telemetry.exporting.readable import resource_of
from telemetry.exporting.signals import by_otlp, by_page, is_disabled
from telemetry.metering.facts import RunFacts
from telemetry.sending.remote_write import remote_write_of
from telemetry.sending.sender import Courier, Outlet, Sender
from telemetry.sending.wanted import every_s


def senders_of(environment: Mapping[str, str], facts: RunFacts, host: str) -> list[Sender]:
    """Return the backends that take readings; raises SettingError. `host` is the run's."""
    from telemetry.sending.otlp import Otlp  # noqa: PLC0415 - the SDK only where it is used

    found: list[Sender] = []
    if by_otlp(environment, "METRICS"):
        found.append(Otlp(resource_of(facts.run_id, facts.run_tag, host), environment))
    written = None if is_disabled(environment) else remote_write_of(environment)
    return found if written is None else [*found, written]


def outlets_of(environment: Mapping[str, str], facts: RunFacts, host: str) -> list[Outlet]:
    """Return where readings go while the run goes on; raises SettingError."""
    every = every_s(environment)
    outlets: list[Outlet] = [
        Courier(sender, every) for sender in senders_of(environment, facts, host)
    ]
    if by_page(environment):
        from telemetry.sending.page import page_of  # noqa: PLC0415 - only where it is used

        outlets.append(page_of(environment))
    return outlets
