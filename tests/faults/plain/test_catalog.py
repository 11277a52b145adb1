import msgspec
import pytest

from faults.plain.catalog import make_toxic, toxic_classes
from faults.toxics.latency import Latency


def test_there_are_toxiproxys_seven() -> None:
    assert set(toxic_classes()) == {
        "bandwidth",
        "latency",
        "limit_data",
        "reset_peer",
        "slicer",
        "slow_close",
        "timeout",
    }


def test_a_toxic_is_made_of_its_attributes() -> None:
    assert make_toxic("latency", {"latency": 5}) == Latency(latency=5)


@pytest.mark.parametrize(
    "attributes", [{"latency": -1}, {"latencyy": 1}, {"latency": 1.5}, {"latency": 10**9}]
)
def test_what_it_cannot_do_is_refused(attributes: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        make_toxic("latency", attributes)


@pytest.mark.parametrize("kind", toxic_classes())
def test_every_toxic_has_defaults_and_says_what_it_does(kind: str) -> None:
    assert make_toxic(kind, {}).name == kind
    assert (toxic_classes()[kind].__doc__ or "").endswith(".")
