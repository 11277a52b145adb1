from urllib.parse import unquote

import msgspec
import pytest

from providers.catalog import dialect_classes
from providers.config import StandIn, StandInListener
from providers.dialect import Asked, HttpAnswer, Question
from providers.stand_in_endpoint import MOST_TOKENS, StandInEndpoint
from providers.words import numbers_in

IDLE = StandIn()


def endpoint(
    seed: int = 7, name: str = "azure", settings: StandIn = IDLE, dialect: str = "azure-openai"
) -> StandInEndpoint:
    listener = StandInListener(endpoint=name, dialect={dialect: {}}, stand_in=settings)
    return StandInEndpoint(listener, seed)


ASKED = Asked(question=Question(prompt="x" * 40, max_output_tokens=12))


def test_dice_depend_on_seed_endpoint_and_ordinal_alone() -> None:
    drawn = endpoint().dice(3).random()
    assert endpoint().dice(3).random() == drawn
    others = [endpoint().dice(4), endpoint(seed=8).dice(3), endpoint(name="vertex").dice(3)]
    assert drawn not in [dice.random() for dice in others]


def test_an_answer_has_as_many_numbered_tokens_as_were_asked_for() -> None:
    here = endpoint()
    saying = here.saying(ASKED, here.dice(1), ())
    assert numbers_in("".join(saying.texts)) == list(range(12))
    assert (saying.answer.prompt_tokens, saying.answer.output_tokens) == (10, 12)


def test_every_endpoint_of_a_seed_says_the_same() -> None:
    here, there = endpoint(), endpoint(name="vertex")
    same = [one.saying(ASKED, one.dice(1), ()).texts for one in (here, there)]
    assert same[0] == same[1]
    other = endpoint(seed=8)
    assert other.saying(ASKED, other.dice(1), ()).texts != same[0]


@pytest.mark.parametrize("dialect", dialect_classes())
def test_an_answer_that_no_memory_holds_is_refused(dialect: str) -> None:
    here = endpoint(dialect=dialect)
    for limit, refused in ((MOST_TOKENS, False), (2**31, True)):
        question = Question(prompt="x", max_output_tokens=limit)
        answer = here.understand(here.dialect.request(question, "", "key"))
        assert isinstance(answer, HttpAnswer) == refused
        if isinstance(answer, HttpAnswer):
            told = [answer.body.decode(), *(unquote(value) for _, value in answer.headers)]
            assert "max_tokens is too large: 2147483648" in " ".join(told)


def test_a_quota_refuses_with_the_dialects_own_429() -> None:
    here = endpoint(settings=StandIn(tokens_per_minute=30))
    assert here.admit(ASKED) is None
    refusal = here.admit(ASKED)
    assert refusal is not None
    assert refusal.status == 429
    assert b"token rate limit" in refusal.body


def test_the_answer_tells_what_is_left() -> None:
    here = endpoint(settings=StandIn(requests_per_minute=60, tokens_per_minute=100))
    here.admit(ASKED)
    answer = here.saying(ASKED, here.dice(1), ()).answer
    assert (answer.limit_requests, answer.remaining_requests) == (60, 59)
    assert (answer.limit_tokens, answer.remaining_tokens) == (100, 78)


def test_requests_are_numbered_as_they_come() -> None:
    here = endpoint()
    assert [here.next_ordinal() for _ in range(3)] == [1, 2, 3]


def test_wrong_parameters_are_refused() -> None:
    listener = StandInListener(endpoint="azure", dialect={"azure-openai": {"x": 1}})
    with pytest.raises(msgspec.ValidationError):
        StandInEndpoint(listener, 1)
