"""The `/metrics` page: a run's last reading for a Prometheus that scrapes it, on loopback.

The library chooses between Prometheus's text and OpenMetrics, which has exemplars, by what the
scraper accepts.
"""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar as SampleExemplar

from telemetry.exporting.destination import SettingError
from telemetry.metering.exposition import SampleFamily, families
from telemetry.metering.point import Exemplar, Reading
from telemetry.sending.sender import Became

HOST_VARIABLE, PORT_VARIABLE = "OTEL_EXPORTER_PROMETHEUS_HOST", "OTEL_EXPORTER_PROMETHEUS_PORT"
PORT = 9464
"""The specification's default."""
LOOPBACK = {"localhost": "127.0.0.1", "127.0.0.1": "127.0.0.1", "::1": "::1"}
NS_PER_S = 1_000_000_000


class Page(Collector):
    """Serves the last reading that it was shown; nothing before the first."""

    every_s = 1.0

    def __init__(self, host: str, port: int) -> None:
        """Listen; port 0 is any free one. Raises SettingError where it cannot be had."""
        self._shown: tuple[SampleFamily, ...] = ()
        self._readings = 0
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        try:
            self._server, self._thread = start_http_server(port, host, registry)
        except OSError as error:
            raise SettingError(f"{PORT_VARIABLE}={port}: {error.strerror or error}") from error
        self.port = int(self._server.server_port)
        named = f"[{host}]" if ":" in host else host
        self.where = f"http://{named}:{self.port}/metrics"

    def post(self, reading: Reading) -> None:
        """Show a reading from now on."""
        self._shown = families(reading)
        self._readings += 1

    def describe(self) -> Iterable[Metric]:
        """Name nothing beforehand: what there is depends on the run."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Return what is shown, for the library; called in a scrape's own thread."""
        return list(map(as_metric, self._shown))

    def close(self, within_s: float) -> Became:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(within_s)
        return Became(sent=self._readings)


def page_of(environment: Mapping[str, str]) -> Page:
    """Return the page that the environment asks for; raises SettingError."""
    host = environment.get(HOST_VARIABLE, "").strip() or "localhost"
    told = environment.get(PORT_VARIABLE, "").strip() or str(PORT)
    if host not in LOOPBACK:
        raise SettingError(f"{HOST_VARIABLE}={host}: the page is for this machine; use localhost")
    if not told.isdecimal() or int(told) > 65535:
        raise SettingError(f"{PORT_VARIABLE}={told}: no port; use a number from 0 to 65535")
    return Page(LOOPBACK[host], int(told))


def as_metric(family: SampleFamily) -> Metric:
    """Return a family as the library's own."""
    metric = Metric(family.name, family.doc, family.type)
    for sample in family.samples:
        shown = sample.exemplar and _exemplar(sample.exemplar)
        metric.add_sample(sample.name, dict(sample.labels), sample.value, exemplar=shown)
    return metric


def _exemplar(exemplar: Exemplar) -> SampleExemplar:
    ids = {"trace_id": exemplar.trace_id, "span_id": exemplar.span_id}
    return SampleExemplar(ids, exemplar.value, exemplar.at_ns / NS_PER_S)
