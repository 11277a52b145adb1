"""Takes secrets out of text before it is written anywhere.

Pure: what is known to be secret is an argument. Two ways to know one: its value, from environment
variables whose names say so, and its shape, from the formats in which keys are issued. Ids of ours
(run tags, trace and span ids) have none of these shapes.
"""

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

REDACTED: Final = "[redacted]"
SHORTEST: Final = 8
"""A shorter value of a variable would be found in innocent text."""

LONG_LINE: Final = 16
"""A shorter line of a secret of many lines is no secret by itself."""

_SECRET_NAME = re.compile(
    r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|SIGNATURE|CONNECTION_STRING|AUTH(?!OR)", re.IGNORECASE
)
_INNOCENT = re.compile(r"\d+|true|false|none|https?://[^@]*|/[\w./-]*", re.IGNORECASE)

_WHOLE: Final = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    r"\bsk-(?:proj-|ant-|or-v1-|svcacct-|admin-)?[A-Za-z0-9_-]{16,}",
    r"\bAIza[A-Za-z0-9_-]{30,}",
    r"\bya29\.[A-Za-z0-9._-]{10,}",
    r"\b1//0[A-Za-z0-9_-]{20,}",
    r"\bgh[pousr]_[A-Za-z0-9]{20,}",
    r"\bgithub_pat_[A-Za-z0-9_]{20,}",
    r"\bglpat-[A-Za-z0-9_-]{16,}",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
    r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}",
    r"\bhf_[A-Za-z0-9]{20,}",
    r"\bgsk_[A-Za-z0-9]{20,}",
    r"\br8_[A-Za-z0-9]{20,}",
    r"\bpypi-[A-Za-z0-9_-]{30,}",
    r"\bnpm_[A-Za-z0-9]{20,}",
    r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?",
    r"\b[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}",
)
"""Shapes that are secret from end to end."""

_WHOSE: Final = (
    r"(?:x-)?(?:goog-)?(?:api|subscription|account|access|master|shared[-_]?access|client"
    r"|auth|session|security|bearer)"
)
_NAMES: Final = r"secret|password|passwd|pwd|signature|private_key|refresh_token|id_token|assertion"
_START: Final = r"(?<![A-Za-z0-9])"
_IS: Final = r"[\"']?\s*(?:[:=]|,(?=\s*b?[\"']))\s*(?:b?[\"'])?"
"""A colon, an equals sign, or a comma between two quoted words: how headers are printed."""

_AFTER: Final = (
    r"\bauthorization[\"']?\s*[:=]\s*[\"']?(?:\w+\s+)?",
    r"\bBearer\s+(?=[\w.~+/=-]{16})",
    rf"{_START}{_WHOSE}[-_]?(?:key|secret|token){_IS}(?:Bearer\s+)?",
    rf"{_START}(?:{_NAMES}){_IS}",
    rf"api[-_]?key{_IS}",
    r"[?&;](?:key|sig|sv|code|token|api-key)=",
)
"""What stands before a secret: it ends with the word."""

_IN_URL = r"(?<=://)(?:[^/\s:@\"']{0,64}:[^/\s@\"']+|[^/\s:@\"']{16,})(?=@)"
_COOKIES = r"(?<=cookie: )[^\r\n\"']{6,}"
_VALUE = r"[^\s\"'&,;}\])>\\]{6,}"
_PATTERN = re.compile(
    f"(?P<whole>{'|'.join(_WHOLE)}|{_IN_URL}|{_COOKIES})|(?P<before>{'|'.join(_AFTER)}){_VALUE}",
    re.IGNORECASE | re.DOTALL,
)


class Redactor:
    """Replaces what is known or looks like a secret by `REDACTED`."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """`known` values are replaced wherever they stand, in any usual form, the longest first."""
        said = {form for value in known if value for form in _forms(value)}
        values = sorted(said, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, values))) if values else None

    def redact(self, text: str) -> str:
        """Return the text without secrets."""
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        return _PATTERN.sub(_redacted, text)


class LineRedactor:
    """Redacts a text that comes line by line: a key in many lines is one."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._in_key = False

    def redact(self, line: str) -> str:
        """Return the next line without secrets."""
        begun, self._in_key = self._in_key, _is_in_key(line, begun=self._in_key)
        return REDACTED if begun and line.strip() else self._redactor.redact(line)


def _is_in_key(line: str, *, begun: bool) -> bool:
    """Tell whether a private key that began goes on behind this line."""
    begin, end = (line.rfind(f"-----{word} ") for word in ("BEGIN", "END"))
    if begin > end and "PRIVATE KEY" in line[begin:]:
        return True
    # A line of prose ends it too, or a key that was cut would hide the rest.
    return begun and end < 0 and " " not in line.strip()


def _forms(value: str) -> Iterator[str]:
    """Yield a secret as it may stand in a text: bare, escaped, encoded, or line by line."""
    yield value
    yield json.dumps(value)[1:-1]
    yield quote(value, safe="")
    yield base64.b64encode(value.encode()).decode().rstrip("=")
    lines = value.splitlines()
    yield from (line for line in lines if len(line) >= LONG_LINE and len(lines) > 1)


def redactor_of(environment: Mapping[str, str]) -> Redactor:
    """Return a redactor that knows the values of variables whose names say that they are secret."""
    return Redactor(
        value
        for name, value in environment.items()
        if _SECRET_NAME.search(name) and len(value) >= SHORTEST and not _INNOCENT.fullmatch(value)
    )


NUMBERS = frozenset({int, float, bool})


def redacted_values(values: Mapping[str, Any], redact: Callable[[str], str]) -> dict[str, Any]:
    """Return attributes without secrets; a value whose name says that it is one is such.

    Values are JSON's: texts, numbers, lists and mappings.
    """
    return {
        # Half of what spans carry are numbers, and those are as they are.
        redact(name): value if type(value) in NUMBERS else _redacted_value(name, value, redact)
        for name, value in values.items()
    }


def _redacted_value(name: str, value: Any, redact: Callable[[str], str]) -> Any:  # noqa: ANN401 - any attribute's
    if isinstance(value, str):
        said = redact(f"{name}: {value}")
        return said.removeprefix(f"{name}: ") if said.startswith(f"{name}: ") else REDACTED
    if isinstance(value, list):
        return [_redacted_value(name, item, redact) for item in value]
    return redacted_values(value, redact) if isinstance(value, dict) else value


def _redacted(found: "re.Match[str]") -> str:
    return (found["before"] or "") + REDACTED
