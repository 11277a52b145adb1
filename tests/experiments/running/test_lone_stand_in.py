"""One stand-in from the command line."""

import pytest

from experiments.reading.problems import UsageError
from experiments.running.lone_stand_in import stand_in_listener


def test_a_stand_in_speaks_its_dialect_on_its_port_with_its_changes() -> None:
    sets = ["stand_in.requests_per_minute=120", "dialect.azure-openai.deployment=mine"]
    listener = stand_in_listener("azure-openai", port=8080, sets=sets)
    assert (listener.endpoint, listener.port) == ("azure-openai", 8080)
    assert listener.dialect["azure-openai"]["deployment"] == "mine"
    assert listener.stand_in.requests_per_minute == 120


@pytest.mark.parametrize(
    ("dialect", "sets", "told"),
    [
        ("azure-opnai", [], "did you mean azure-openai?"),
        ("azure-openai", ["stand_in.capcity=1"], "did you mean capacity?"),
    ],
)
def test_what_is_wrong_is_told(dialect: str, sets: list[str], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        stand_in_listener(dialect, port=0, sets=sets)
    assert told in str(caught.value)
