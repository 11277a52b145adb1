import msgspec
import pytest

from faults.catalog import make_fault
from faults.listener.connect_timeout import ConnectTimeout
from faults.transport.injection import Injection, lasting


def test_open_connections_are_left_alone_unless_told_otherwise() -> None:
    assert make_fault({"connect_timeout": {}}) == ConnectTimeout(reset_connections="none")
    made = make_fault({"connect_timeout": {"reset_connections": "all"}})
    assert made == ConnectTimeout(reset_connections="all")


def test_inside_a_client_there_is_no_port_to_be_silent() -> None:
    with pytest.raises(msgspec.ValidationError, match="only a proxy"):
        Injection("azure-openai", [lasting({"connect_timeout": {}})])
