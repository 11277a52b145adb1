import math
from typing import get_args

from faults.steps import NEXT, Next, Step, Wait


def test_a_wait_without_a_length_holds_for_ever() -> None:
    assert math.isinf(Wait().seconds)


def test_asking_for_the_next_step_is_not_a_step() -> None:
    assert not isinstance(NEXT, get_args(Step))
    assert list(Next) == [NEXT]
