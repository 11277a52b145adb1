"""The prompt is too long."""

from typing import ClassVar

from faults.fault import Fault
from faults.phrases import whole_answer
from faults.steps import Script
from providers.dialect import Dialect


class ContextLengthExceeded(Fault, frozen=True, kw_only=True):
    """The client gets the provider's own 400 for its prompt, which should not lead to another."""

    name: ClassVar[str] = "context_length_exceeded"
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "`context_length_exceeded` of OpenAI's models: gateways that ask every fallback in "
        "turn for what none can answer (Portkey-AI/gateway fails over on 400)"
    )

    def script(self, dialect: Dialect) -> Script:
        """Answer instead of the provider."""
        return whole_answer(dialect.prompt_too_long())
