"""A real answer, read by somebody else's client library, as the steps that faults speak of."""

from collections.abc import Iterable

from faults.honest import HonestReader
from faults.steps import Step
from providers.dialect import Dialect
from providers.http1 import chunk

_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})


class AnswerSteps:
    """Turns an answer's head and the pieces of its body into steps.

    The library has taken the framing off; the reader is given one of ours.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._steps: list[Step] = []
        self._reader = HonestReader(
            dialect, self._steps.extend, _no_interim_answers, bodiless=False
        )

    @property
    def unseen(self) -> bool:
        """The body has a content coding that cannot be undone: no event can be seen."""
        return bool(self._reader.encoding)

    def told_headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the headers that a client is told: the body comes as it is said, in the clear."""
        dropped = _FRAMING | ({"content-encoding"} if self._reader.decodes else frozenset())
        return [(name, value) for name, value in headers if name.lower() not in dropped]

    def head(self, status: int, headers: Iterable[tuple[str, str]]) -> list[Step]:
        """Return the steps of a head."""
        kept = [f"{name}: {value}" for name, value in headers if name.lower() not in _FRAMING]
        lines = [f"HTTP/1.1 {status} -", *kept, "Transfer-Encoding: chunked", "", ""]
        return self._fed("\r\n".join(lines).encode("latin-1"))

    def piece(self, data: bytes) -> list[Step]:
        """Return the steps that some bytes of the body complete."""
        return self._fed(chunk(data)) if data else []

    def end(self) -> list[Step]:
        """Return the last steps of a body that ended well."""
        return self._fed(b"0\r\n\r\n")

    def _fed(self, data: bytes) -> list[Step]:
        self._reader.feed(data)
        steps = list(self._steps)
        self._steps.clear()
        return steps


def _no_interim_answers(_head: bytes) -> None:
    """Hear of a 1xx: no library tells of one."""
