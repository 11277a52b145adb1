from loadgen.plan import Planned
from loadgen.prompts import question
from providers.words import prompt_tokens
from telemetry.identity import trace_id

PLANNED = Planned(number=7, at_s=0.0, prompt_tokens=100, output_tokens=12, stream=False)


def test_a_question_is_as_long_as_planned() -> None:
    asked = question(PLANNED, trace_id("5eed0001", 7))
    assert prompt_tokens(asked.prompt) == 100
    assert (asked.max_output_tokens, asked.stream) == (12, False)


def test_no_two_questions_are_alike() -> None:
    prompts = {question(PLANNED, trace_id("5eed0001", n)).prompt for n in range(50)}
    assert len(prompts) == 50
