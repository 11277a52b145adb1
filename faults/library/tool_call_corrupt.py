"""The model calls a tool in a way that nobody can follow."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from faults.fault import NOT_GRPC, Fault, Protocol
from faults.phrases import changed_answer
from faults.steps import Script
from providers.dialect import Dialect
from providers.tool_calls import malformed_arguments, missing_id, unknown_tool


class ToolCallCorrupt(Fault, frozen=True, kw_only=True):
    """The client gets tool calls that it cannot follow; an answer without any passes as it is."""

    name: ClassVar[str] = "tool_call_corrupt"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    aliases: ClassVar[tuple[str, ...]] = ("tool_fault",)
    action: ClassVar[str] = "answered"
    untouched: ClassVar[str] = "the answer has no tool call of which this could be broken"
    seen: ClassVar[str] = (
        "arguments that are no JSON at the end of a stream (Vivswan/litellm-vscode-chat #281), "
        "Gemini's MALFORMED_FUNCTION_CALL (googleapis/python-genai #1836), gateways that omit the "
        "id, at which an SDK throws (vercel/ai #18440)"
    )

    kind: Annotated[
        Literal["malformed_arguments", "unknown_tool", "missing_id"],
        Meta(
            description="malformed_arguments: closing braces are missing, so that they are no "
            "JSON; Gemini, whose arguments are an object, leaves the call out and finishes with "
            "MALFORMED_FUNCTION_CALL; unknown_tool: `no_such_tool` is called; missing_id: the "
            "calls have no id, where they have any"
        ),
    ] = "malformed_arguments"

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - JSON tells by itself whose it is
        """Change the calls wherever they come."""
        match self.kind:
            case "malformed_arguments":
                return changed_answer(malformed_arguments())
            case "unknown_tool":
                return changed_answer(unknown_tool)
            case "missing_id":
                return changed_answer(missing_id)
