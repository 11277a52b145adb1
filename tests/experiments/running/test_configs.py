from pathlib import Path

import msgspec

from experiments.model import Endpoint, Experiment, Fault, Phases
from experiments.running import configs
from loadgen.config import Load, Route
from providers.config import StandIn

AZURE = Endpoint(name="azure", dialect={"azure-openai": {}}, stand_in=StandIn())
REMOTE = Endpoint(
    name="vertex",
    dialect={"vertex-gemini": {}},
    base_url="http://127.0.0.1:9000/behind/a/path/",
    listen="127.0.0.1:8101",
)
EXPERIMENT = Experiment(
    name="x",
    title="x",
    endpoints=(AZURE, REMOTE),
    route=Route(order=("azure", "vertex")),
    load=Load(arrivals={"constant": {"rate_per_s": 1}}),
    phases=Phases(warm_up_s=5, baseline_s=15, fault_s=20, recovery_s=20, drain_s=10),
    faults=(
        Fault(
            id="outage",
            at=("azure",),
            inject={"http_error": {"status": 503}},
            start_s=2,
            duration_s=10,
        ),
    ),
    seed=7,
)


def test_a_fault_starts_so_many_seconds_into_the_fault_phase() -> None:
    rule = configs.rule(EXPERIMENT.faults[0], EXPERIMENT.phases.fault_start_s)
    assert (rule.start_s, rule.end_s) == (22.0, 32.0)


def test_every_endpoint_gets_a_proxy_and_only_stand_ins_a_stand_in() -> None:
    injector = configs.injector_config(EXPERIMENT, "a1b2c3d4", Path("run"), {"azure": 5001})
    assert [(item.endpoint, item.upstream, item.port) for item in injector.listeners] == [
        ("azure", "http://127.0.0.1:5001", 0),
        ("vertex", "http://127.0.0.1:9000", 8101),
    ]
    stand_ins = configs.stand_in_config(EXPERIMENT, None)
    assert [item.endpoint for item in stand_ins.stand_ins] == ["azure"]
    assert configs.has_stand_ins(EXPERIMENT)


def test_no_fault_outlives_the_run_by_more_than_the_margin() -> None:
    injector = configs.injector_config(EXPERIMENT, "a1b2c3d4", None, {"azure": 5001})
    assert injector.max_ttl_s == 60 + 10 + configs.TTL_MARGIN_S
    assert injector.run_folder is None


def test_a_clouds_token_goes_to_tls_upstreams_alone() -> None:
    secure = msgspec.structs.replace(REMOTE, base_url="https://vertex.example")
    asked = [configs.target(each, {each.name: 6001}) for each in (AZURE, REMOTE, secure)]
    assert [each.cloud_identity for each in asked] == [False, False, True]


def test_the_load_asks_at_the_proxies_under_the_endpoints_own_path() -> None:
    targets = configs.targets(EXPERIMENT, {"azure": 6001, "vertex": 8101})
    worker = configs.worker_config(EXPERIMENT, "a1b2c3d4", Path("run"), targets)
    assert [target.base_url for target in worker.targets] == [
        "http://127.0.0.1:6001",
        "http://127.0.0.1:8101/behind/a/path",
    ]
    assert [target.numbered for target in worker.targets] == [True, False]
    assert worker.duration_s == 60


def test_an_endpoint_over_tls_is_met_by_the_users_own_authority() -> None:
    secure = msgspec.structs.replace(AZURE, tls=True)
    assert configs.listener(secure, {"azure": 1}).tls is not None
    assert configs.listener(AZURE, {"azure": 1}).tls is None
    met, clear = (configs.target(each, {"azure": 6001}) for each in (secure, AZURE))
    assert (met.base_url, met.ca_file) == ("https://127.0.0.1:6001", configs.ca_file())
    assert clear.ca_file == ""


def test_an_endpoint_over_grpc_is_met_over_http2() -> None:
    called = msgspec.structs.replace(AZURE, dialect={"open-inference": {}})
    assert configs.listener(called, {"azure": 1}).http2
    assert not configs.listener(AZURE, {"azure": 1}).http2
