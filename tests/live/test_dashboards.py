"""A real Prometheus holds real runs, and every expression of every dashboard finds data in it.

Needs `prometheus` and `promtool` on the PATH: Debian's 2.42 is enough, and is given the series as
blocks; over OTLP it takes one from 3 on, which also proves what Prometheus calls our metrics.
"""

import json
import math
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.exported import described
from experiments.reading.resolved import read_resolved
from telemetry import names
from telemetry.exchange import Quota
from telemetry.metering.facts import Concluded, FaultFacts, RunFacts
from telemetry.metering.point import Number, Reading
from telemetry.metering.replay import replay
from telemetry.run_folder import RunFolder
from telemetry.seal import read_record
from tests.live.rehearsals import CROSSWIND, Rehearsal
from tests.telemetry.dashboards.exposed import lines, request
from tests.telemetry.dashboards.expressions import Asked, asked

PROMETHEUS, PROMTOOL = shutil.which("prometheus"), shutil.which("promtool")

pytestmark = [
    pytest.mark.live,
    pytest.mark.peer,
    pytest.mark.timeout(240),
    pytest.mark.skipif(
        PROMETHEUS is None or PROMTOOL is None,
        reason="needs prometheus and promtool on the PATH (Debian: prometheus)",
    ),
]

RANGE = "1h"
CONFIG = "global: {}\nstorage: {tsdb: {out_of_order_time_window: 24h}}\n"
QUOTA = Quota(requests_per_minute=120, tokens_per_minute=60000)
"""Handed in for every endpoint: no experiment of the catalogue has both kinds."""


def takes_otlp() -> bool:
    said = subprocess.run([str(PROMETHEUS), "--help"], capture_output=True, text=True, check=False)
    return "enable-otlp-receiver" in said.stdout + said.stderr


def readings_of(path: Path) -> list[Reading]:
    """Return what the meter says of a finished run, every 5 s and at its end."""
    folder = RunFolder(path)
    experiment = read_resolved(folder.experiment)
    told = described(folder, experiment)
    faults = {
        one.id: FaultFacts(kind=next(iter(one.inject)), endpoints=one.at)
        for one in experiment.faults
    }
    facts = RunFacts(
        run_id=folder.name,
        run_tag=folder.name[-8:],
        experiment="catalogue",
        title=told.title,
        endpoints=told.endpoints,
        faults=faults,
        quotas=dict.fromkeys(told.endpoints, QUOTA),
        replicas=4,
    )
    return list(replay(read_record(path), facts, concluded(path)))


def concluded(path: Path) -> Concluded:
    verdict = json.loads((path / "verdict.json").read_text())
    figures = [
        (name, scope, figure["value"])
        for name, scopes in verdict["metrics"].items()
        for scope, figure in scopes.items()
        if isinstance(figure["value"], int | float)
    ]
    rulings = [(finding["gate"], finding["verdict"]) for finding in verdict["findings"]]
    return Concluded(
        verdict=verdict["verdict"],
        exit_code=verdict["exit_code"],
        rulings=rulings,
        figures=figures,
    )


class Server:
    """A Prometheus of the test's own, on loopback."""

    def __init__(self, data: Path, *more: str, config: str = CONFIG) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        file = data.parent / "prometheus.yml"
        file.write_text(config)
        command = [str(PROMETHEUS), f"--config.file={file}", f"--storage.tsdb.path={data}"]
        kept = "--storage.tsdb.retention.time=30d"
        self.process = subprocess.Popen(
            [*command, kept, f"--web.listen-address={self.address}", *more],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        for _ in range(300):
            try:
                self.get("/-/ready")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("prometheus never was ready")

    def get(self, path: str, **query: object) -> bytes:
        url = f"http://{self.address}{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return bytes(answer.read())

    def post(self, path: str, body: bytes) -> None:
        head = {"Content-Type": "application/x-protobuf"}
        url = f"http://{self.address}{path}"
        urllib.request.urlopen(urllib.request.Request(url, body, head), timeout=30).close()

    def values(self, one: Asked, begin_s: float, end_s: float) -> list[float]:
        """Return every number that an expression gives over a run.

        What asks for one moment is asked at the run's end, then in its middle: no phase is active
        once a run is over.
        """
        if one.instant:
            found = self.asked("/api/v1/query", query=one.text, time=end_s) or self.asked(
                "/api/v1/query", query=one.text, time=(begin_s + end_s) / 2
            )
            return [float(series["value"][1]) for series in found]
        found = self.asked("/api/v1/query_range", query=one.text, start=begin_s, end=end_s, step=1)
        return [float(value) for series in found for _, value in series["values"]]

    def asked(self, path: str, **query: object) -> list[dict[str, Any]]:
        return list(json.loads(self.get(path, **query))["data"]["result"])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


Runs = dict[str, list[Reading]]


@pytest.fixture(scope="module")
def runs(catalogue_runs: dict[str, Rehearsal]) -> Runs:
    chosen = (catalogue_runs[name].folder() for name in ("azure-outage", "vertex-quota"))
    return {folder.name: readings_of(folder) for folder in chosen}


@pytest.fixture
def backfilled(runs: Runs, tmp_path: Path) -> Iterator[Server]:
    """Give a Prometheus the runs as blocks, under the names that we say Prometheus gives."""
    everything = sorted(
        (reading for one in runs.values() for reading in one), key=lambda one: one.at_unix_ns
    )
    text = tmp_path / "metrics.txt"
    text.write_text("\n".join(lines(everything)) + "\n")
    command = [str(PROMTOOL), "tsdb", "create-blocks-from", "openmetrics", str(text)]
    subprocess.run([*command, str(tmp_path / "data")], capture_output=True, check=True)
    server = Server(tmp_path / "data")
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def told_over_otlp(server: Server, runs: Runs, *, native: bool) -> None:
    everything = sorted(
        (reading for one in runs.values() for reading in one), key=lambda one: one.at_unix_ns
    )
    for reading in everything:
        server.post("/api/v1/otlp/v1/metrics", request(reading, native=native))


def without_data(server: Server, runs: Runs) -> list[str]:
    """Return the expressions that find no number in any of the runs."""
    missing: dict[str, int] = {}
    for run, readings in runs.items():
        begin_s, end_s = (readings[i].at_unix_ns / 1e9 for i in (0, -1))
        for one in asked("promql", run, RANGE):
            values = server.values(one, begin_s, end_s + 1)
            if not any(math.isfinite(value) for value in values):
                name = f"{one.board}: {one.panel} ({one.ref})"
                missing[name] = missing.get(name, 0) + 1
    return [name for name, times in missing.items() if times == len(runs)]


def test_every_expression_finds_data_of_a_real_run(backfilled: Server, runs: Runs) -> None:
    assert without_data(backfilled, runs) == []


def test_the_last_availability_is_that_of_the_record(backfilled: Server, runs: Runs) -> None:
    run, readings = next(iter(runs.items()))
    (one,) = (
        each
        for each in asked("promql", run, RANGE)
        if each.board == "game-day" and each.panel == "Availability so far"
    )
    (value,) = backfilled.values(one, 0, readings[-1].at_unix_ns / 1e9 + 1)
    assert value == pytest.approx(available(readings[-1]))


def available(reading: Reading) -> float:
    (metric,) = (one for one in reading.metrics if one.name == names.EXCHANGES)
    counted = [
        (dict(point.attributes)[names.EXCHANGE_OUTCOME], point.value)
        for point in metric.points
        if isinstance(point, Number)
    ]
    succeeded = sum(value for outcome, value in counted if outcome == "ok")
    return succeeded / sum(value for _, value in counted)


@pytest.mark.parametrize("native", [False, True], ids=["classic", "native"])
def test_every_expression_finds_what_came_over_otlp(
    native: bool,  # noqa: FBT001 - a parameter of the test
    runs: Runs,
    tmp_path: Path,
) -> None:
    if not takes_otlp():
        pytest.skip("needs a prometheus of version 3 on the PATH")
    server = Server(tmp_path / "data", "--web.enable-otlp-receiver")
    try:
        server.wait()
        told_over_otlp(server, runs, native=native)
        assert without_data(server, runs) == []
    finally:
        server.stop()


def sent_by_us(runs: Runs, catalogue_runs: dict[str, Rehearsal], **environment: str) -> None:
    """Send each run's metrics as a user does, with the times that they had."""
    folders = {one.folder().name: one.folder() for one in catalogue_runs.values()}
    for name in runs:
        done = subprocess.run(
            [CROSSWIND, "export", str(folders[name]), "--metrics"],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def of_quotas(missing: list[str]) -> list[str]:
    """Leave out what no run of the catalogue has: quotas of tokens, which other tests hand in."""
    return [name for name in missing if "quota" not in name.lower()]


def test_what_export_writes_is_what_every_expression_finds(
    runs: Runs, catalogue_runs: dict[str, Rehearsal], tmp_path: Path
) -> None:
    server = Server(tmp_path / "data", "--web.enable-remote-write-receiver")
    try:
        server.wait()
        url = f"http://{server.address}/api/v1/write"
        sent_by_us(runs, catalogue_runs, CROSSWIND_REMOTE_WRITE_URL=url)
        assert of_quotas(without_data(server, runs)) == []
    finally:
        server.stop()


@pytest.mark.parametrize("aggregation", ["explicit", "base2_exponential"])
def test_what_export_sends_over_otlp_is_what_every_expression_finds(
    aggregation: str, runs: Runs, catalogue_runs: dict[str, Rehearsal], tmp_path: Path
) -> None:
    if not takes_otlp():
        pytest.skip("needs a prometheus of version 3 on the PATH")
    server = Server(tmp_path / "data", "--web.enable-otlp-receiver")
    try:
        server.wait()
        sent_by_us(
            runs,
            catalogue_runs,
            OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=f"http://{server.address}/api/v1/otlp/v1/metrics",
            OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION=f"{aggregation}_bucket_histogram",
        )
        assert of_quotas(without_data(server, runs)) == []
    finally:
        server.stop()


def test_a_page_is_scraped_while_a_run_goes_on(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    scraped = f"""
global: {{scrape_interval: 1s}}
scrape_configs:
  - {{job_name: crosswind, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}
"""
    server = Server(tmp_path / "data", "--enable-feature=exemplar-storage", config=scraped)
    short = ["warm_up_s=1", "baseline_s=5", "fault_s=5", "recovery_s=18"]
    sets = [f"--set=phases.{one}" for one in short] + ["--set=faults.0.duration_s=5"]
    page = {"OTEL_METRICS_EXPORTER": "prometheus", "OTEL_EXPORTER_PROMETHEUS_PORT": str(port)}
    try:
        server.wait()
        subprocess.run(
            [CROSSWIND, "run", "azure-outage", "--plain", "--out", str(tmp_path / "runs"), *sets],
            env={**os.environ, **page},
            capture_output=True,
            check=False,
            timeout=100,
        )
        (folder,) = (tmp_path / "runs").glob("2*")
        count = "sum(last_over_time(crosswind_exchanges_total[2m]))"
        (counted,) = server.asked("/api/v1/query", query=count)
        traced = server.get(
            "/api/v1/query_exemplars",
            query="crosswind_exchange_duration_seconds_bucket",
            start=time.time() - 120,
            end=time.time(),
        )
    finally:
        server.stop()
    sent = len(read_record(folder).exchanges)
    # The page goes with the run: what ended since the last scrape is missing.
    assert 0.8 * sent <= float(counted["value"][1]) <= sent
    assert f'"trace_id":"{folder.name[-8:]}'.encode() in traced
