"""Every fault there is, at the socket: the bytes, the order and the ending that its law foretells.

What a client should get is rehearsed on a virtual clock, with the answer that the provider really
gives, and written as HTTP/1.1; what it got is read byte by byte. A new fault takes part by itself.
"""

import math
import re
import time
from collections.abc import Iterator

import msgspec
import pytest

from faults.answer_writer import AnswerWriter
from faults.catalog import Reference, faults_over, make_fault
from faults.config import InjectorConfig, Listener
from faults.fault import Fault
from faults.honest import HonestReader
from faults.layers import ENDINGS
from faults.rehearse import Play, rehearse
from faults.steps import End, Event, Head, Raw, Reset, Step
from providers.catalog import make_dialect
from providers.dialect import Answer, Dialect
from providers.words import token_text
from tests.live.proxied import Line, Provider, Proxy, always, injecting
from tests.live.said import STREAM, chunked, request

pytestmark = pytest.mark.live

TOKENS = 6
HELD_S = 0.3
REFERENCES: dict[str, Reference] = {
    "azure": {"azure-openai": {}},
    "vertex": {"vertex-gemini": {"project": "p"}},
}
USUAL = {"after_tokens": 2, "delay_s": 0.1, "gap_s": 0.02, "every": 3, "after_s": 0.1}
CHOSEN: dict[str, dict[str, object]] = {
    "http_error": {"status": 503},
    "keep_alive_only": {"interval_s": 0.05, "seconds": 0.2},
    "quota_exhausted": {"requests": 0},
    "capacity": {"concurrent": 0},
    "bandwidth": {"rate_kb_per_s": 20},
    "limit_data": {"limit_bytes": 700},
    "wrong_model": {"model": "another-model"},
    "packet_loss": {"rate": 0.5},
}
"""Parameters where a fault's own defaults show nothing, or would take too long."""

VARYING = re.compile(
    rb'("(?:created|createTime|responseId|id|request_id)":\s*)("[^"]*"|\d+)|[0-9a-f]{8}-[0-9a-f-]{27}'
)
"""What a provider makes anew for each answer."""


def parameters(kind: type[Fault]) -> dict[str, object]:
    if kind.name in CHOSEN:
        return CHOSEN[kind.name]
    names = {field.name for field in msgspec.structs.fields(kind)}
    return {name: value for name, value in USUAL.items() if name in names}


FAULTS = {name: {name: parameters(kind)} for name, kind in faults_over("HTTP/1.1").items()}


def whole(dialect: Dialect) -> bytes:
    """Return a streamed answer of so many numbered tokens, as its provider writes it."""
    told = Answer(
        response_id="1", created_s=0, prompt_tokens=9, output_tokens=TOKENS, include_usage=True
    )
    tokens = [dialect.token(told, token_text(1, number)) for number in range(TOKENS)]
    return STREAM + chunked([*dialect.opening(told), *tokens, *dialect.closing(told)])


def honest(dialect: Dialect) -> list[Step]:
    steps: list[Step] = []
    HonestReader(dialect, steps.extend, lambda _: None, bodiless=False).feed(whole(dialect))
    return steps


def foretold(play: Play) -> bytes:
    """Write what a rehearsal says, one breath at a time."""
    writer, written, breath_s = AnswerWriter(old=False, bodiless=False, last=False), b"", 0.0
    for at_s, step in play.steps:
        if at_s > breath_s:
            written, breath_s = written + writer.take(), at_s
        match step:
            case Head():
                writer.head(step)
            case Event():
                writer.event(step.data)
            case Raw():
                writer.raw(step.data)
            case End():
                writer.end([])
    return written + writer.take()


def ending_of(play: Play) -> str:
    last = play.steps[-1][1] if play.steps else None
    if not isinstance(last, ENDINGS):
        return "held"
    return {End: "complete", Reset: "reset"}.get(type(last), "fin")


def read(line: Line, ending: str, size: int) -> str:
    """Read until the answer ends as it should, or otherwise; return how it did."""
    try:
        while len(line.received) < size or ending in {"fin", "reset"}:
            if not line.read():
                return "fin"
        line.sock.settimeout(HELD_S)
        if line.read():
            return "more"
    except TimeoutError:
        return ending if ending in {"complete", "held"} else "held"
    except ConnectionResetError:
        return "reset"
    # A connection may end behind a whole answer.
    return "complete" if ending == "complete" else "fin"


def same(data: bytes) -> tuple[bytes, bytes]:
    """Return an answer's first line and its body without what is made anew for each."""
    head, _, body = data.partition(b"\r\n\r\n")
    return head.partition(b"\r\n")[0], VARYING.sub(rb"\1", body)


def answers(line: Line) -> None:
    """Answer as the cloud whose path is asked for."""
    asked = line.read_until(b"\r\n\r\n")
    cloud = "azure" if b" /azure" in asked else "vertex"
    line.send(whole(make_dialect(REFERENCES[cloud])))


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        provider.expect(answers)
        yield provider


@pytest.fixture(scope="module")
def proxy(provider: Provider) -> Iterator[Proxy]:
    listeners = tuple(
        Listener(
            endpoint=f"{cloud}-{name}",
            dialect=reference,
            upstream=f"http://127.0.0.1:{provider.port}",
        )
        for cloud, reference in REFERENCES.items()
        for name in FAULTS
    )
    rules = tuple(
        always(name, inject, *(f"{cloud}-{name}" for cloud in REFERENCES))
        for name, inject in FAULTS.items()
    )
    config = InjectorConfig(
        seed=1, run_tag="0a0b0c0d", listeners=listeners, rules=rules, run_folder="",
        bystanders=True, begin_at_once=True,
    )  # fmt: skip
    with injecting(config) as proxy:
        yield proxy


@pytest.mark.parametrize("cloud", REFERENCES)
@pytest.mark.parametrize("name", FAULTS)
def test_the_client_gets_what_the_law_foretells(proxy: Proxy, name: str, cloud: str) -> None:
    dialect = make_dialect(REFERENCES[cloud])
    fault = make_fault(FAULTS[name])
    assert isinstance(fault, Fault)
    play = rehearse(fault.script(dialect), honest(dialect))
    wanted, ending = foretold(play), ending_of(play)
    line = proxy.connect(f"{cloud}-{name}")
    began = time.monotonic()
    line.send(request(b"{}", target=f"/{cloud}".encode()))
    how = read(line, ending, len(wanted))
    took_s = time.monotonic() - began
    assert same(line.received) == same(wanted)
    assert how == ending
    by_dice = type(fault).script_in is not Fault.script_in
    if math.isfinite(play.end_s) and not by_dice:
        assert took_s >= play.end_s
    line.close()


def test_every_fault_that_http_has_is_among_them() -> None:
    assert set(FAULTS) == set(faults_over("HTTP/1.1"))
