"""What is foreseen is what happens: the same requests, asked of a proxy."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from faults.config import Rule
from faults.heads import HEAD_END
from faults.preview import Foreseen, foresee
from faults.rules import RuleBook
from tests.live.proxied import ERROR, Line, Provider, proxied, streams
from tests.live.said import END, request
from tests.live.serving import Serving, connected

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("own_runtime_folder")]

TAG = "0a0b0c0d"
HALF = Rule(id="half", endpoints=("azure",), inject=ERROR, start_s=0, end_s=3600, share=0.5)
BODIES = [b'{"question": %d}' % (number % 7) for number in range(60)]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        provider.expect(streams)
        yield provider


def said(body: bytes, span: int) -> bytes:
    return request(body, span=f"{span + 1:016x}")


def foreseen(raw: bytes) -> Foreseen:
    """Return a request as a file would tell of it."""
    head, _, body = raw.partition(HEAD_END)
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    return Foreseen(
        endpoint="azure",
        at_s=1.0,
        method=method,
        target=target,
        headers=headers,
        body=body.decode(),
    )


def test_requests_of_strangers_are_hit_as_foreseen(provider: Provider) -> None:
    raws = [said(body, span) for span, body in enumerate(BODIES)]
    hit = []
    with proxied(provider.port, rules=(HALF,)) as proxy:
        for raw in raws:
            line = proxy.connect()
            line.send(raw)
            if b" 503 " in line.read_until(HEAD_END):
                hit.append(True)
            else:
                line.read_until(END)
                hit.append(False)
            line.close()
    book = RuleBook((HALF,), seed=1, run_tag=TAG, bystanders=True)
    told = [bool(one.faults) for one in foresee(book, TAG, map(foreseen, raws))]
    assert hit == told
    assert 15 < sum(told) < 45


def traced(number: int) -> bytes:
    """Write a request whose trace and attempt ordinal tell it apart from all others."""
    trace = f"ab{number:030x}"
    headers = f"traceparent: 00-{trace}-00000000000000ff-01\r\ntracestate: crosswind=0\r\n"
    return (f"POST /v1/x HTTP/1.1\r\nHost: p\r\n{headers}Content-Length: 2\r\n\r\n{{}}").encode()


def answered(port: int, raw: bytes) -> bool:
    """Tell whether a request was refused by the fault."""
    with connected(port) as sock:
        line = Line(sock)
        line.send(raw)
        refused = b" 503 " in line.read_until(HEAD_END)
        if not refused:
            line.read_until(END)
        return refused


FILE = """\
seed: 5
proxies:
  - {{name: azure, upstream: "http://127.0.0.1:{port}", dialect: azure-openai}}
faults:
  - {{id: half, at: azure, duration_s: 300, share: 0.5, inject: {{http_error: {{status: 503}}}}}}
"""


@pytest.mark.parametrize(("workers", "at_once"), [("1", 1), ("1", 20), ("4", 20)])
def test_as_many_processes_and_requests_at_once_as_there_are_the_dice_are_the_same(
    provider: Provider, tmp_path: Path, workers: str, at_once: int
) -> None:
    file = tmp_path / "proxies.yaml"
    file.write_text(FILE.format(port=provider.port))
    raws = [traced(number) for number in range(80)]
    with Serving(tmp_path, str(file), "--workers", workers) as serving:
        port = serving.port("azure")
        with ThreadPoolExecutor(at_once) as pool:
            hit = list(pool.map(lambda raw: answered(port, raw), raws))
    rule = msgspec.structs.replace(HALF, end_s=300)
    book = RuleBook((rule,), seed=5, run_tag="00000000", bystanders=True)
    assert hit == [bool(one.faults) for one in foresee(book, TAG, map(foreseen, raws))]
    assert 20 < sum(hit) < 60
