"""Requests of the Open Inference Protocol that several tests send."""

from providers.dialect import Question
from providers.open_inference import InferRequest, request_bytes

QUESTION = Question(prompt="hi", max_output_tokens=3)


def asking(
    question: Question = QUESTION, *, model: str = "vllm_model", request_id: str = ""
) -> bytes:
    """Return a `ModelInferRequest` that asks for all that can be told."""
    return request_bytes(
        InferRequest(
            model=model,
            question=question,
            request_id=request_id,
            counts_tokens=True,
            tells_reason=True,
        )
    )
