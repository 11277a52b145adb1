"""Which event of a stream is which: the places that every chat stream has, by its JSON alone. Pure.

OpenAI's format names the role in a chunk of its own, before the text, and Azure puts the prompt's
filter results before that; Gemini names the role beside each text and filters in no event apart.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from telemetry.not_json import NOT_JSON


def is_prompt_filter(data: bytes) -> bool:
    """Tell whether an event brings what Azure's filter says of the prompt, and no choice."""
    said = _read(data) if b"prompt_filter_results" in data else {}
    return bool(said.get("prompt_filter_results")) and not said.get("choices")


def names_role(data: bytes) -> bool:
    """Tell whether an event says who speaks."""
    return b'"role"' in data and any(one.get("role") for one in _speakers(_read(data)))


def _speakers(said: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for key, part in (("choices", "delta"), ("candidates", "content")):
        answers = said.get(key)
        for one in answers if isinstance(answers, list) else []:
            speaker = one.get(part) if isinstance(one, dict) else None
            if isinstance(speaker, dict):
                yield speaker


def _read(data: bytes) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(data)
    except NOT_JSON:
        return {}
    return said if isinstance(said, dict) else {}
