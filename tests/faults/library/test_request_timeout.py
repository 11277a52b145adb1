import pytest

from faults.steps import Head, Step
from providers.catalog import make_dialect
from providers.dialect import Dialect
from tests.faults.honest import attested, fault, played, stream


def words(dialect: Dialect) -> bytes:
    return b"".join(getattr(step, "data", b"") for step in fault("request_timeout").script(dialect))


def heads(steps: list[tuple[float, Step]]) -> list[tuple[float, int]]:
    return [(at_s, step.status) for at_s, step in steps if isinstance(step, Head)]


@pytest.mark.parametrize(("after_s", "action"), [(0, "answered"), (7, "delayed")])
def test_the_refusal_comes_when_it_was_waited_for(after_s: float, action: str) -> None:
    one = fault("request_timeout", after_s=after_s)
    play = played(one, stream(3))
    assert heads(play.steps) == [(after_s, 408)]
    assert not play.asked
    assert attested(one, stream(3)) == [action]


def test_it_is_in_the_providers_own_words() -> None:
    assert b"timeout" in words(make_dialect({"azure-openai": {}}))
