"""Both clouds' stand-ins behind one injector, with a listener for each fault, and a raw caller."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from experiments.running.children import Child, await_word
from faults.config import InjectorConfig, Listener
from providers.catalog import make_dialect
from providers.config import StandIn
from providers.dialect import MalformedAnswerError, Question
from providers.http1 import AnswerReader, request_bytes
from providers.sse import EventSplitter, event_data
from telemetry.rows import FaultTouched, HopEnded
from tests.live.proxied import Line, Proxy, always
from tests.live.stand_ins import FAST, VERTEX, StandInProcess, azure, vertex
from tests.live.workers import RUN_TAG

Reference = dict[str, dict[str, object]]

TOKENS = 6
WHOLE = list(range(TOKENS))
WITHIN_S = 10.0
REFERENCES: dict[str, Reference] = {"azure": {"azure-openai": {}}, "vertex": VERTEX}
DIALECTS = {cloud: make_dialect(reference) for cloud, reference in REFERENCES.items()}


@contextmanager
def broken(folder: Path, faults: Mapping[str, Reference]) -> Iterator[Proxy]:
    """Start everything; the endpoint `<cloud>-<fault>` has that fault from the start on."""
    (folder / "stand-ins").mkdir()
    settings = StandIn(latency=FAST)
    upstream = StandInProcess(folder / "stand-ins", azure(settings), vertex(settings))
    with closing(upstream):
        told = InjectorConfig(
            seed=1,
            run_tag=RUN_TAG,
            listeners=tuple(_listener(c, f, upstream.ports[c]) for c in DIALECTS for f in faults),
            rules=tuple(always(f, faults[f], *(f"{c}-{f}" for c in DIALECTS)) for f in faults),
            run_folder=str(folder),
            bystanders=True,
            begin_at_once=True,
        )
        (folder / "config.json").write_bytes(msgspec.json.encode(told))
        child = Child("injector", "faults.injector", folder / "config.json", folder / "log")
        try:
            ports = msgspec.convert(await_word(child, "ready", WITHIN_S)["ports"], dict[str, int])
            with closing(Proxy(folder, child, ports)) as proxy:
                yield proxy
        finally:
            child.release()
            if not child.wait(WITHIN_S):
                child.kill()
            child.close()
    assert (folder / "log").read_text() == ""


def _listener(cloud: str, fault: str, port: int) -> Listener:
    return Listener(
        endpoint=f"{cloud}-{fault}", dialect=REFERENCES[cloud], upstream=f"http://127.0.0.1:{port}"
    )


class Call:
    """One question over a raw socket, traced, and what the proxy says of it."""

    def __init__(self, proxy: Proxy, cloud: str, fault: str, *, stream: bool = True) -> None:
        self._proxy = proxy
        self._dialect = DIALECTS[cloud]
        self._span = uuid.uuid4().hex[:16]
        question = Question(prompt="hello", max_output_tokens=TOKENS, stream=stream)
        asked = self._dialect.request(question, "", "secret")
        traced = ("traceparent", f"00-{'ab' * 16}-{self._span}-01")
        self.line: Line = proxy.connect(f"{cloud}-{fault}")
        self.line.send(request_bytes(asked, "proxy.test", (traced,)))

    def read(self) -> AnswerReader:
        """Read the whole answer, to its end or to the connection's."""
        reader = AnswerReader()
        reader.feed(self.line.received)
        while not reader.complete:
            data = self.line.read()
            if not data:
                reader.feed_eof()
                break
            reader.feed(data)
        return reader

    def events(self) -> list[bytes]:
        """Read a whole stream and return its events, raw."""
        splitter = EventSplitter()
        told = splitter.feed(self.read().take_body())
        assert splitter.rest() == b""
        return told

    def text(self, told: list[bytes]) -> str:
        """Return the content of those events that can be read."""
        return "".join(self._text(event_data(event)) for event in told)

    def _text(self, data: bytes | None) -> str:
        try:
            return "" if data is None else self._dialect.read_event(data).text
        except MalformedAnswerError:
            return ""

    def hop(self) -> HopEnded:
        """Return the proxy's row of the end of this call."""
        return self._proxy.end_of(self._span)

    def touch(self) -> FaultTouched:
        """Return the attestation of the fault that touched this call."""
        found = self._proxy.await_row(
            lambda row: isinstance(row, FaultTouched) and row.parent_span_id == self._span
        )
        assert isinstance(found, FaultTouched)
        return found
