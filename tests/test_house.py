"""The house stands: what is imported is ours, importing is light, every file has its test."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("providers", "faults", "loadgen", "telemetry", "experiments")

HEAVY = {
    "providers": {"uvloop", "httptools"},
    "faults": {"uvloop", "httptools"},
    "loadgen": {"locust", "gevent"},
    "telemetry": {"opentelemetry.sdk", "duckdb"},
    "experiments": {"typer", "duckdb", "locust", "jinja2"},
}

# Only declarations, or behaviour that only real processes show: which test proves each of them.
TESTED_THROUGH: dict[str, str] = {
    "faults/compositions/auth_outage.py": "tests/faults/compositions/test_stages.py",
    "faults/compositions/both_clouds_down.py": "tests/faults/compositions/test_stages.py",
    "faults/compositions/flapping.py": "tests/faults/compositions/test_stages.py",
    "faults/compositions/provider_outage.py": "tests/faults/compositions/test_stages.py",
    "faults/compositions/rate_limit_storm.py": "tests/faults/compositions/test_stages.py",
    "faults/compositions/partial_model_outage.py": "tests/faults/compositions/test_stages.py",
    "faults/compositions/recovery.py": "tests/faults/compositions/test_stages.py",
    "faults/compositions/region_outage.py": "tests/faults/compositions/test_stages.py",
    "faults/compositions/slow_then_dead.py": "tests/faults/compositions/test_stages.py",
    "faults/compositions/zone_brownout.py": "tests/faults/compositions/test_stages.py",
    "faults/composition.py": "tests/faults/compositions/test_stages.py",
    "telemetry/not_json.py": "tests/laws/test_parsers.py",
    "experiments/judging/last_words.py": "tests/experiments/judging/test_validity.py",
    "experiments/judging/case.py": "tests/experiments/judging/test_validity.py",
    "experiments/judging/baseline.py": "tests/experiments/judging/test_validity.py",
    "telemetry/sending/page.py": "tests/live/test_metrics_sent.py",
    "telemetry/sending/remote_write.py": "tests/live/test_metrics_sent.py",
    "telemetry/sending/senders.py": "tests/live/test_metrics_sent.py",
    "experiments/exported_metrics.py": "tests/live/test_metrics_sent.py",
    "experiments/commands/exporting.py": "tests/live/test_metrics_sent.py",
    "faults/transport/for_httpx.py": "tests/live/test_transport.py",
    "faults/transport/for_httpx2.py": "tests/live/test_transport.py",
    "faults/transport/httpx_family.py": "tests/live/test_transport.py",
    "telemetry/exporter_config.py": "tests/live/test_exporter.py",
    "telemetry/exporting/sink.py": "tests/live/test_exporter.py",
    "telemetry/exporting/sinks.py": "tests/live/test_exporter.py",
    "telemetry/exporting/span_sink.py": "tests/live/test_exporter.py",
    "telemetry/exporting/courier.py": "tests/live/test_exporter.py",
    "telemetry/exporting/log_delivery.py": "tests/live/test_unwilling_backends.py",
    "telemetry/exporting/log_sink.py": "tests/live/test_unwilling_backends.py",
    "telemetry/exporting/outbox.py": "tests/live/test_unwilling_backends.py",
    "telemetry/exporting/stand_in_logs.py": "tests/live/test_exporter.py",
    "telemetry/exporting/readable.py": "tests/live/test_export.py",
    "experiments/running/exporting.py": "tests/live/test_exporter.py",
    # declarations: what reads them finds out
    "experiments/running/looked_ahead.py": "tests/live/test_rails.py",
    "experiments/running/terms.py": "tests/live/test_conductor.py",
    "experiments/commands/executing.py": "tests/live/test_execute.py",
    "experiments/commands/viewing.py": "tests/live/test_looking.py",
    "experiments/commands/arguments.py": "tests/experiments/test_cli.py",
    "experiments/analysing/carried_out.py": "tests/experiments/commands/test_analysing.py",
    "experiments/commands/reference.py": "tests/experiments/test_cli.py",
    "experiments/commands/certifying.py": "tests/experiments/test_cli.py",
    # what serves, and what is asked over sockets
    "faults/api/desk.py": "tests/live/test_v1.py",
    "faults/api/injectors.py": "tests/live/test_v1.py",
    "faults/arranging.py": "tests/live/test_v1.py",
    "faults/switch.py": "tests/live/test_v1.py",
    "faults/playing.py": "tests/live/test_player.py",
    "faults/http2/exchange.py": "tests/live/test_http2_faults.py",
    "faults/http2/line.py": "tests/live/test_http2_relay.py",
    "faults/http2/stream_player.py": "tests/live/test_http2_faults.py",
    "faults/toxiproxy/routes.py": "tests/live/test_toxiproxy.py",
    "loadgen/config.py": "tests/experiments/running/test_configs.py",
    "loadgen/failover/moves.py": "tests/loadgen/failover/test_policy.py",
    "loadgen/wiring.py": "tests/loadgen/test_asking.py",
    "providers/config.py": "tests/experiments/running/test_configs.py",
    "providers/stand_in_call.py": "tests/live/test_grpc_stand_in.py",
    "providers/stand_in_grpc.py": "tests/live/test_grpc_stand_in.py",
    "telemetry/collecting/grpc_side.py": "tests/live/test_collector.py",
    "telemetry/collecting/http_side.py": "tests/live/test_collector.py",
    "telemetry/collecting/limits.py": "tests/telemetry/collecting/test_intake.py",
    "telemetry/collector_config.py": "tests/live/test_collector.py",
    "telemetry/foreign/sources/asking.py": "tests/live/test_tempo.py",
    # what boards are put together from: every query and panel of every board is looked at
    "telemetry/dashboards/__main__.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/asking.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/boards/compare_runs.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/boards/game_day.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/boards/one_run.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/counting.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/looks.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/query.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/rows/failing_over.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/rows/fallback.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/rows/generator.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/rows/traces.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/rows/traffic.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/rows/users.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/rows/verdict.py": "tests/telemetry/dashboards/test_written.py",
    "telemetry/dashboards/searches.py": "tests/telemetry/dashboards/test_written.py",
    # what columns say is what exchanges say
    "experiments/judging/columns.py": "tests/laws/test_columns.py",
    "experiments/judging/tallies.py": "tests/laws/test_columns.py",
    "experiments/report/plotted.py": "tests/laws/test_columns.py",
    "experiments/report/breakers.py": "tests/experiments/report/test_series.py",
    "experiments/report/worst.py": "tests/experiments/report/test_page.py",
    "telemetry/columnar/tallies.py": "tests/laws/test_columns.py",
    "telemetry/columnar/coming_back.py": "tests/laws/test_columns.py",
    "telemetry/columnar/distributions.py": "tests/laws/test_columns.py",
    "telemetry/columnar/evidence.py": "tests/laws/test_columns.py",
    "telemetry/columnar/failing_over.py": "tests/laws/test_columns.py",
    "telemetry/columnar/fallback.py": "tests/laws/test_columns.py",
    "telemetry/columnar/relations.py": "tests/laws/test_columns.py",
    "telemetry/columnar/shares.py": "tests/laws/test_columns.py",
    "telemetry/columnar/sums.py": "tests/laws/test_columns.py",
    "telemetry/record.py": "tests/experiments/judging/test_evidence.py",
    "telemetry/store_config.py": "tests/live/test_store.py",
    "telemetry/tables.py": "tests/telemetry/test_flat.py",
    # a meter is its families: what it counts in the end
    "telemetry/metering/facts.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/families/attempts.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/families/breakers.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/families/exchanges.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/families/failovers.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/families/faults.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/families/genai.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/families/load.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/families/phases.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/families/quotas.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/families/run.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/families/verdict.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/family.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/meter.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/point.py": "tests/telemetry/metering/test_replay.py",
    "telemetry/metering/ripening.py": "tests/telemetry/metering/test_feed.py",
    # gevent's loop and whole runs: in processes of their own
    "experiments/running/preparation.py": "tests/live/test_gateway_process.py",
    "experiments/running/run.py": "tests/live/test_conductor.py",
    "loadgen/wire.py": "tests/live/test_worker.py",
    "loadgen/connection.py": "tests/live/test_worker.py",
    "loadgen/address.py": "tests/loadgen/test_orders.py",
}


def run_python(code: str, folder: Path) -> str:
    """Run code in a fresh interpreter elsewhere, so that nothing here is found by chance."""
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_imported_packages_are_this_projects_own(tmp_path: Path) -> None:
    code = (
        "import importlib, json; "
        f"print(json.dumps([importlib.import_module(n).__file__ for n in {PACKAGES!r}]))"
    )
    files = [Path(name).parent for name in json.loads(run_python(code, tmp_path))]
    strangers = [str(f) for f, n in zip(files, PACKAGES, strict=True) if f != ROOT / n]
    assert not strangers, (
        f"a stranger's package is imported instead of ours: {strangers}; "
        "install Crosswind in an environment of its own"
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_is_light(package: str, tmp_path: Path) -> None:
    code = f"import json, sys, {package}; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(run_python(code, tmp_path)))
    assert not loaded & HEAVY[package]


def test_nothing_that_pytest_imported_imports_locust_or_gevent() -> None:
    assert not {"locust", "gevent"} & set(sys.modules)


def source_files() -> list[str]:
    """Return every source file that should have a test of its name."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [p.relative_to(ROOT).as_posix() for p in paths if p.name != "__init__.py"]


def own_test(source: str) -> Path | None:
    """Return the test of the file's name: in the mirrored folder, or among those of processes."""
    name = f"test_{Path(source).name}"
    places = (ROOT / "tests" / Path(source).parent / name, ROOT / "tests" / "live" / name)
    return next((place for place in places if place.exists()), None)


@pytest.mark.parametrize("source", source_files())
def test_every_source_file_has_a_test_of_its_name(source: str) -> None:
    assert source in TESTED_THROUGH or own_test(source) is not None


@pytest.mark.parametrize(("source", "proof"), TESTED_THROUGH.items())
def test_what_is_tested_through_another_test_still_needs_to_be(source: str, proof: str) -> None:
    assert (ROOT / source).exists(), "no such file any more"
    assert own_test(source) is None, "it has a test of its own now"
    assert "def test_" in (ROOT / proof).read_text(), "the test that proved it holds none"
