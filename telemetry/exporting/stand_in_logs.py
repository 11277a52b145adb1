"""Follows the stand-ins' own logs while they grow."""

from pathlib import Path

import msgspec

from telemetry.span_attributes import ProviderRequest


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    at_ns: int
    end_ns: int
    status: int | None
    tokens: int
    ended: str
    trace_id: str | None
    span_id: str | None


class StandInLogs:
    """What the stand-ins of a run have logged so far, by the trace and span that asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._offsets: dict[Path, int] = {}
        self._decode = msgspec.json.Decoder(_Line).decode
        self.requests: dict[tuple[str, str], ProviderRequest] = {}

    def read(self) -> None:
        """Take the lines that were completed since the last call."""
        for path in sorted(self._folder.glob("*.jsonl")):
            with path.open("rb") as log:
                log.seek(self._offsets.get(path, 0))
                data = log.read()
            whole = data[: data.rfind(b"\n") + 1]
            self._offsets[path] = self._offsets.get(path, 0) + len(whole)
            for line in map(self._decode, whole.splitlines()):
                if line.trace_id and line.span_id:
                    request = msgspec.convert(line, ProviderRequest, from_attributes=True)
                    self.requests[line.trace_id, line.span_id] = request
