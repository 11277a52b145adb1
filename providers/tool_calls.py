"""Tool calls that were spoilt on the way, in the two families that the dialects speak. Pure.

OpenAI streams a call in pieces, `tool_calls[].function.arguments` being JSON within a string;
Gemini says one whole, `parts[].functionCall.args` being an object, so that what it finds malformed
itself it tells by the finish reason MALFORMED_FUNCTION_CALL, without the call.
"""

from collections.abc import Iterable
from typing import Final

from providers.edited import Edit, Json

UNKNOWN_TOOL: Final = "no_such_tool"


def unknown_tool(said: Json) -> bool:
    """Name a tool that nobody offered."""
    named = [one for one in _functions(said) if one.get("name")]
    for one in named:
        one["name"] = UNKNOWN_TOOL
    return bool(named)


def missing_id(said: Json) -> bool:
    """Take the calls' ids out; Gemini seldom has any."""
    known = [one for one in (*_openai_calls(said), *_gemini_calls(said)) if one.get("id")]
    for one in known:
        del one["id"]
    return bool(known)


def malformed_arguments() -> Edit:
    """Return the edit of one answer that leaves arguments without their closing braces."""
    refused = False

    def edit(said: Json) -> bool:
        nonlocal refused
        opened = _openings(said)
        taken = _take_gemini_calls(said)
        refused = refused or taken
        finished = refused and _refuse(said)
        return opened or taken or finished

    return edit


def _openings(said: Json) -> bool:
    changed = False
    for call in _openai_calls(said):
        function = call.get("function")
        told = function.get("arguments") if isinstance(function, dict) else None
        if isinstance(function, dict) and isinstance(told, str) and "}" in told:
            function["arguments"] = told.replace("}", "")
            changed = True
    return changed


def _take_gemini_calls(said: Json) -> bool:
    taken = False
    for content in _contents(said):
        parts = _dicts(content.get("parts"))
        kept = [part for part in parts if "functionCall" not in part]
        if len(kept) < len(parts):
            content["parts"] = kept
            taken = True
    return taken


def _refuse(said: Json) -> bool:
    finished = [one for one in _dicts(said.get("candidates")) if one.get("finishReason")]
    for one in finished:
        one["finishReason"] = "MALFORMED_FUNCTION_CALL"
    return bool(finished)


def _functions(said: Json) -> Iterable[Json]:
    yield from _gemini_calls(said)
    for call in _openai_calls(said):
        yield from _dicts([call.get("function")])


def _openai_calls(said: Json) -> Iterable[Json]:
    for one in _dicts(said.get("choices")):
        for speaker in _dicts([one.get("delta"), one.get("message")]):
            yield from _dicts(speaker.get("tool_calls"))


def _gemini_calls(said: Json) -> Iterable[Json]:
    for content in _contents(said):
        yield from _dicts([part.get("functionCall") for part in _dicts(content.get("parts"))])


def _contents(said: Json) -> list[Json]:
    return _dicts([one.get("content") for one in _dicts(said.get("candidates"))])


def _dicts(value: object) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
