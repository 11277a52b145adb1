"""What is asked: prompts of the planned length, each different, so that no cache answers."""

from loadgen.plan import Planned
from providers.dialect import Question
from providers.words import prompt_of

NONCE_LENGTH = 16


def question(planned: Planned, trace_id: str) -> Question:
    """Return the question of a planned exchange; its nonce is the run's tag and its number."""
    return Question(
        prompt=prompt_of(planned.prompt_tokens, trace_id[:NONCE_LENGTH]),
        max_output_tokens=planned.output_tokens,
        stream=planned.stream,
    )
