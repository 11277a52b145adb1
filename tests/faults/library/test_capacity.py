import pytest

from faults.gate import Arrival
from providers.catalog import make_dialect
from tests.faults.honest import fault
from tests.faults.library.test_refusals import refusal


def test_there_is_room_for_so_many_at_once() -> None:
    gate = fault("capacity", concurrent=2).gate()
    assert gate is not None
    assert [gate.passes(Arrival(0, under_way, 0)) for under_way in (1, 2, 3, 2)] == [
        True, True, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize("status", [429, 503])
def test_the_refusal_is_the_providers_own(status: int) -> None:
    read, error = refusal(fault("capacity", status=status), make_dialect({"vertex-gemini": {}}))
    assert read == status
    assert ("overloaded" in error.message) == (status == 503)
