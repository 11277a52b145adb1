from pathlib import Path

import msgspec
import pytest

from loadgen.address import Address
from loadgen.config import Load, Route, Target, WorkerConfig
from loadgen.orders import ConfigError, Orders, read_orders

CONFIG = WorkerConfig(
    run_folder="runs/x",
    run_tag="5eed0001",
    seed=1,
    targets=(
        Target(endpoint="azure", dialect={"azure-openai": {}}, base_url="http://127.0.0.1:81"),
    ),
    route=Route(order=("azure",), clients=4),
    load=Load(arrivals={"constant": {"rate_per_s": 10}}),
    duration_s=2.0,
    drain_s=1.0,
)


def read(tmp_path: Path, **changes: object) -> Orders:
    path = tmp_path / "worker.json"
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(CONFIG, **changes)))
    return read_orders(path, {})


def test_a_worker_gets_its_endpoints_addresses_and_share(tmp_path: Path) -> None:
    orders = read(tmp_path, index=1, count=2)
    assert orders.addresses == {"azure": Address("127.0.0.1", 81, "127.0.0.1")}
    assert orders.endpoints["azure"].name == "azure"
    assert [p.number for p in orders.planned] == list(range(1, 20, 2))


def test_whom_to_trust_is_read_before_the_run(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("PEM")
    (target,) = CONFIG.targets
    tls = msgspec.structs.replace(target, base_url="https://localhost:81", ca_file=str(ca))
    (address,) = read(tmp_path, targets=(tls,)).addresses.values()
    assert (address.port, address.name, address.trusted) == (81, "localhost", "PEM")
    ca.unlink()
    with pytest.raises(ConfigError, match="No such file"):
        read(tmp_path, targets=(tls,))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"route": Route(order=("elsewhere",))}, "route.order: no such endpoint: elsewhere"),
        ({"route": Route(order=())}, "route.order: .* it is empty"),
        ({"load": Load(arrivals={"constant": {"rate_per_s": 0}})}, "rate_per_s must be more"),
        ({"load": Load(arrivals={"trace": {"file": "none.csv"}})}, "none.csv: No such file"),
        ({"load": Load(arrivals={"tide": {}})}, "tide"),
        ({"index": 4, "count": 5}, "each worker needs at least one"),
        ({"index": 2, "count": 2}, "each worker needs at least one"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, **changes)


def test_a_file_that_is_no_config_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "worker.json"
    with pytest.raises(ConfigError, match="No such file"):
        read_orders(path, {})
    path.write_text('{"run_folder": 1}')
    with pytest.raises(ConfigError, match="run_folder"):
        read_orders(path, {})
