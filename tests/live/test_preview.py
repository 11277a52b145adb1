"""What is foreseen is what happens: the same requests, asked of a proxy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.config import Rule
from faults.heads import HEAD_END
from faults.preview import Foreseen, foresee
from faults.rules import RuleBook
from tests.live.proxied import ERROR, Provider, proxied, streams
from tests.live.said import END, request

pytestmark = pytest.mark.live

TAG = "0a0b0c0d"
HALF = Rule(id="half", endpoints=("azure",), inject=ERROR, start_s=0, end_s=3600, share=0.5)
BODIES = [b'{"question": %d}' % (number % 7) for number in range(60)]


@pytest.fixture(autouse=True)
def _own_runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


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
