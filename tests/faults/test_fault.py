import msgspec
import pytest

from faults.fault import Fault, ListenerFault
from tests.faults.honest import PlainDialect


def test_a_fault_without_a_script_says_so() -> None:
    with pytest.raises(NotImplementedError):
        Fault().script(PlainDialect())


@pytest.mark.parametrize("kind", [Fault, ListenerFault])
def test_a_parameter_that_no_fault_declares_is_refused(kind: type[msgspec.Struct]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"sekonds": 3}, kind)


def test_a_listener_fault_is_attested_as_refused() -> None:
    assert ListenerFault.action == "refused"
