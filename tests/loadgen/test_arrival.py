"""What holds for every arrival process."""

import math

import msgspec
import pytest

from loadgen.arrival import Arrival, Arrivals, positive_rate
from loadgen.catalog import arrivals_classes

PROMISED = ("times", "mean_rate_per_s", "describe")


@pytest.mark.parametrize("rate", [5e-324, 0.1, 1, 1e308])
def test_any_rate_at_which_something_arrives_will_do(rate: float) -> None:
    positive_rate(rate)


@pytest.mark.parametrize("rate", [0, -0.0, -1, math.inf, -math.inf, math.nan])
def test_a_rate_at_which_nothing_ever_arrives_is_refused_and_said(rate: float) -> None:
    with pytest.raises(ValueError, match=f"more than 0, not {rate:g}"):
        positive_rate(rate)


def test_an_arrival_knows_its_tokens_only_where_its_process_does() -> None:
    assert Arrival(at_s=1.5) == Arrival(at_s=1.5, prompt_tokens=None, output_tokens=None)


@pytest.mark.parametrize("name", arrivals_classes())
@pytest.mark.parametrize("promise", PROMISED)
def test_every_process_keeps_every_promise_itself(name: str, promise: str) -> None:
    kind = arrivals_classes()[name]
    assert issubclass(kind, Arrivals)
    assert kind.name == name
    assert getattr(kind, promise) is not getattr(Arrivals, promise)


@pytest.mark.parametrize("name", arrivals_classes())
def test_no_process_takes_a_parameter_that_it_does_not_know(name: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `rat_per_s`"):
        msgspec.convert({"rat_per_s": 1}, arrivals_classes()[name])
