import socket

import pytest
from msgspec.structs import replace

from experiments.model import Endpoint, Experiment, Telemetry
from experiments.running.ports import PortTakenError, check_ports
from loadgen.config import Load, Route
from providers.config import StandIn


def experiment(listen: str) -> Experiment:
    endpoint = Endpoint(
        name="azure", dialect={"azure-openai": {}}, stand_in=StandIn(), listen=listen
    )
    return Experiment(
        name="x",
        title="x",
        endpoints=(endpoint,),
        route=Route(order=("azure",)),
        load=Load(arrivals={"constant": {"rate_per_s": 1}}),
    )


def test_a_taken_port_is_named_with_its_endpoint() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(PortTakenError, match=rf"endpoints.azure.listen: {address}"):
            check_ports(experiment(address))


def test_any_free_port_is_never_taken() -> None:
    check_ports(experiment("127.0.0.1:0"))


def test_a_taken_port_of_the_collector_is_named_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        telemetry = Telemetry(collect=True, grpc_port=taken.getsockname()[1])
        asking = replace(experiment("127.0.0.1:0"), telemetry=telemetry)
        with pytest.raises(PortTakenError, match=r"telemetry.grpc_port: 127.0.0.1"):
            check_ports(asking)
