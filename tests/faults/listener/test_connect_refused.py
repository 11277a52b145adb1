import msgspec
import pytest

from faults.catalog import make_fault
from faults.listener.connect_refused import ConnectRefused


def test_open_connections_are_left_alone_unless_told_otherwise() -> None:
    assert make_fault({"connect_refused": {}}) == ConnectRefused(reset_connections="none")


def test_idle_or_all_open_connections_may_be_reset_too() -> None:
    made = make_fault({"connect_refused": {"reset_connections": "all"}})
    assert made == ConnectRefused(reset_connections="all")


def test_any_other_choice_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        make_fault({"connect_refused": {"reset_connections": "some"}})
