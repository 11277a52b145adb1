"""Answers that were changed on the way: one JSON object in, the same one otherwise out.

Knows the two families that the dialects speak, by the key that they keep their answers under:
`choices` (OpenAI) and `candidates` (Gemini). What is neither, or no JSON object, stays as it is.
What is changed is written anew, without spaces.
"""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from providers.sse import event_data
from telemetry.not_json import NOT_JSON

Finish = Literal["length", "content_filter", "recitation"]
Json = dict[str, Any]
Edit = Callable[[Json], bool]
"""Changes an object in place; tells whether it did."""

_GEMINI: dict[str, str] = {
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
    "recitation": "RECITATION",
}
_OPENAI: dict[str, str] = {"recitation": "content_filter"}


def edited(data: bytes, edit: Edit) -> bytes:
    """Return a body with an edit; as it is, byte for byte, where there is nothing to edit."""
    try:
        said = msgspec.json.decode(data)
    except NOT_JSON:
        return data
    return msgspec.json.encode(said) if isinstance(said, dict) and edit(said) else data


def edited_event(event: bytes, edit: Edit) -> bytes:
    """Return a server-sent event with an edit of its data."""
    data = event_data(event)
    if data is None:
        return event
    changed = edited(data, edit)
    end = b"\r\n\r\n" if event.endswith(b"\r\n\r\n") else b"\n\n"
    return event if changed is data else b"data: " + changed + end


def finish(reason: Finish) -> Edit:
    """Return the edit that ends an answer here, for this reason, without what it would say."""

    def edit(said: Json) -> bool:
        for one in _dicts(said.get("choices")):
            one["finish_reason"] = _OPENAI.get(reason, reason)
            if "delta" in one:
                one["delta"] = {}
            elif "message" in one:
                one["message"] = {**one["message"], "content": None}
        for one in _dicts(said.get("candidates")):
            one["finishReason"] = _GEMINI[reason]
            one["content"] = {"role": "model", "parts": [{"text": ""}]}
        return bool(_answers(said))

    return edit


def at_finish(edit: Edit) -> Edit:
    """Return an edit that is done only where the answer finishes anyhow."""
    keys = ("finish_reason", "finishReason")

    def edit_there(said: Json) -> bool:
        finished = any(one.get(key) for one in _answers(said) for key in keys)
        return finished and edit(said)

    return edit_there


def text(change: Callable[[str], str]) -> Edit:
    """Return the edit that changes what is said, and nothing else."""

    def edit(said: Json) -> bool:
        changed = False
        for holder, key in _texts(said):
            before = holder.get(key)
            if isinstance(before, str) and (after := change(before)) != before:
                holder[key] = after
                changed = True
        return changed

    return edit


def model(name: str) -> Edit:
    """Return the edit that names another model, where one is named."""

    def edit(said: Json) -> bool:
        keys = [key for key in ("model", "modelVersion") if said.get(key) not in (None, "", name)]
        said.update(dict.fromkeys(keys, name))
        return bool(keys)

    return edit


def no_usage(said: Json) -> bool:
    """Take the usage out."""
    found = [key for key in ("usage", "usageMetadata") if said.get(key)]
    for key in found:
        del said[key]
    return bool(found)


def usage_times(factor: float) -> Edit:
    """Return the edit that counts so many times as many tokens."""

    def edit(said: Json) -> bool:
        changed = False
        for usage in _dicts([said.get("usage"), said.get("usageMetadata")]):
            counts = {k: v for k, v in usage.items() if type(v) is int}
            usage.update({k: round(v * factor) for k, v in counts.items()})
            changed = changed or any(usage[k] != v for k, v in counts.items())
        return changed

    return edit


def is_only_usage(data: bytes) -> bool:
    """Tell whether an event brings the usage and nothing else (OpenAI's last chunk)."""
    try:
        said = msgspec.json.decode(data)
    except NOT_JSON:
        return False
    return isinstance(said, dict) and bool(said.get("usage")) and said.get("choices") == []


def _answers(said: Json) -> list[Json]:
    return [*_dicts(said.get("choices")), *_dicts(said.get("candidates"))]


def _texts(said: Json) -> list[tuple[Json, str]]:
    found = []
    for one in _dicts(said.get("choices")):
        found += [(holder, "content") for holder in _dicts([one.get("delta"), one.get("message")])]
    for one in _dicts(said.get("candidates")):
        for content in _dicts([one.get("content")]):
            found += [(part, "text") for part in _dicts(content.get("parts"))]
    return found


def _dicts(value: object) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
