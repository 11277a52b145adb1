import pytest

from loadgen.arrivals.poisson import Poisson
from loadgen.catalog import arrivals_classes, make_arrivals


def test_every_process_in_the_folder_is_found() -> None:
    assert set(arrivals_classes()) >= {"constant", "poisson", "trace"}


def test_a_reference_becomes_its_process() -> None:
    assert make_arrivals({"poisson": {"rate_per_s": 10}}) == Poisson(rate_per_s=10)


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="rate"):
        make_arrivals({"poisson": {"rate": 10}})


def test_an_unknown_process_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        make_arrivals({"poison": {}})
