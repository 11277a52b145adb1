import pytest

from faults.circumstances import NEVER_IDLE, Circumstances, usual
from faults.steps import Reset, Step
from tests.faults.honest import PlainDialect, fault

STALE = fault("stale_keepalive", idle_s=0.5)


@pytest.mark.parametrize(
    ("idle_s", "told"),
    [(NEVER_IDLE, []), (0.0, []), (0.499, []), (0.5, [Reset()]), (9.0, [Reset()])],
)
def test_who_was_idle_for_so_long_is_reset_and_nobody_else(idle_s: float, told: list[Step]) -> None:
    circumstances = Circumstances(usual().dice, idle_s)
    assert list(STALE.script_in(circumstances, PlainDialect())) == told


def test_a_connections_first_request_passes_however_short_the_time() -> None:
    any_time = fault("stale_keepalive", idle_s=0)
    assert list(any_time.script(PlainDialect())) == []
