"""What is asked: prompts of the planned length, each different, so that no cache answers."""

from loadgen.plan import Planned
from providers.dialect import Question
from providers.words import prompt_of
from telemetry.identity import RUN_TAG_HEX_LENGTH, mark

NONCE_LENGTH = 16


def question(planned: Planned, trace_id: str, *, marked: bool = False) -> Question:
    """Return the question of a planned exchange; its nonce is the run's tag and its number.

    A marked one ends with the run's mark, beyond its planned length.
    """
    prompt = prompt_of(planned.prompt_tokens, trace_id[:NONCE_LENGTH])
    if marked:
        prompt = f"{prompt} {mark(trace_id[:RUN_TAG_HEX_LENGTH], planned.number)}"
    return Question(
        prompt=prompt,
        max_output_tokens=planned.output_tokens,
        stream=planned.stream,
    )
