"""Faults inside the clients' own transports: what httpx, httpx2 and the official SDK then see."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import httpx2
import openai
import pytest

from faults.transport import for_httpx, for_httpx2
from faults.transport.injection import Injection, lasting
from providers.config import StandIn
from tests.live.rehearsals import CROSSWIND
from tests.live.stand_ins import FAST, StandInProcess, azure

pytestmark = pytest.mark.live
PATH = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"
LIBRARIES: list[tuple[ModuleType, Any]] = [(httpx, for_httpx), (httpx2, for_httpx2)]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process = StandInProcess(tmp_path_factory.mktemp("azure"), azure(StandIn(latency=FAST)))
    try:
        yield f"http://127.0.0.1:{process.ports['azure']}"
    finally:
        process.close()


def question(*, stream: bool = True) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 30, "stream": stream}


def injection(inject: dict[str, dict[str, object]], **told: Any) -> Injection:
    return Injection("azure-openai", [lasting(inject, **told)])


def ask(library: Any, transport: Any, provider: str, **client: Any) -> tuple[int, list[str], Any]:
    """Ask in a thread; return the status, the data lines, and the error that ended it."""
    lines: list[str] = []
    with library.Client(transport=transport, base_url=provider, **client) as asking:
        headers = {"api-key": "secret"}
        try:
            with asking.stream("POST", PATH, json=question(), headers=headers) as response:
                lines.extend(line for line in response.iter_lines() if line)
                return response.status_code, lines, None
        except library.TransportError as error:
            return 0, lines, error


def said(lines: list[str]) -> str:
    events = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    deltas = [choice["delta"] for event in events for choice in event["choices"]]
    return "".join(delta.get("content") or "" for delta in deltas)


@pytest.mark.parametrize(("library", "ours"), LIBRARIES)
def test_what_no_fault_touches_passes_as_it_is(library: Any, ours: Any, provider: str) -> None:
    faults = injection({"http_error": {"status": 503}}, share=0.0)
    plain = ask(library, library.HTTPTransport(), provider)
    status, lines, error = ask(library, ours.FaultTransport(faults), provider)
    assert (status, error) == (200, None)
    assert lines[-1] == "data: [DONE]"
    assert len(lines) == len(plain[1])
    assert faults.touched == []


@pytest.mark.parametrize(("library", "ours"), LIBRARIES)
@pytest.mark.parametrize(
    ("inject", "tokens", "kind", "words", "action"),
    [
        ({"stream_truncate": {"after_tokens": 5}}, 5, None, "", "truncated"),
        ({"stream_reset": {"after_tokens": 5}}, 5, "ReadError", "reset by peer", "reset"),
        ({"reset_peer": {}}, 0, "ReadError", "reset by peer", "reset"),
        ({"connect_refused": {}}, 0, "ConnectError", "refused", "refused"),
        ({"stream_stall": {"after_tokens": 5}}, 5, "ReadTimeout", "timed out", "withheld"),
        ({"blackhole": {}}, 0, "ReadTimeout", "timed out", "withheld"),
        ({"dns_failure": {}}, 0, "ConnectError", "[Errno -2] Name or service", "refused"),
        ({"redirect_loop": {}}, 0, None, "", "answered"),
        ({"header_bomb": {}}, 0, "RemoteProtocolError", "buffer too long", "answered"),
    ],
)
def test_a_fault_is_what_a_socket_would_have_been(  # noqa: PLR0917 - a table
    library: Any,
    ours: Any,
    inject: dict[str, dict[str, object]],
    tokens: int,
    kind: str | None,
    words: str,
    action: str,
    provider: str,
) -> None:
    for asked in (_in_thread, _in_loop):
        faults, lines, error = asked(library, ours, inject, provider)
        assert len(said(lines).split()) == tokens
        assert "data: [DONE]" not in lines
        assert (kind is None) == (error is None)
        if kind is not None:
            assert isinstance(error, getattr(library, kind))
            assert words in str(error)
        assert [one.action for one in faults.touched] == [action]


def _in_thread(
    library: Any, ours: Any, inject: dict[str, dict[str, object]], provider: str
) -> tuple[Injection, list[str], Any]:
    faults = injection(inject)
    _, lines, error = ask(library, ours.FaultTransport(faults), provider, timeout=0.5)
    return faults, lines, error


def _in_loop(
    library: Any, ours: Any, inject: dict[str, dict[str, object]], provider: str
) -> tuple[Injection, list[str], Any]:
    async def answered() -> tuple[int, list[str], Any]:
        lines: list[str] = []
        transport = ours.AsyncFaultTransport(faults)
        async with library.AsyncClient(
            transport=transport, base_url=provider, timeout=0.5
        ) as asking:
            try:
                headers = {"api-key": "secret"}
                async with asking.stream(
                    "POST", PATH, json=question(), headers=headers
                ) as response:
                    async for line in response.aiter_lines():
                        lines += [line] if line else []
                    return response.status_code, lines, None
            except library.TransportError as error:
                return 0, lines, error

    faults = injection(inject)
    _, lines, error = asyncio.run(answered())
    return faults, lines, error


@pytest.mark.parametrize(("library", "ours"), LIBRARIES)
def test_who_is_held_goes_on_when_faults_are_taken_away(
    library: Any, ours: Any, provider: str
) -> None:
    faults = injection({"stream_stall": {"after_tokens": 3}})
    begin_s = time.monotonic()
    threading.Timer(0.3, faults.disarm).start()
    status, lines, error = ask(library, ours.FaultTransport(faults), provider, timeout=20)
    assert time.monotonic() - begin_s >= 0.3
    assert (status, error, lines[-1]) == (200, None, "data: [DONE]")
    assert ask(library, ours.FaultTransport(faults), provider)[0] == 200
    assert len(faults.touched) == 1


def test_a_hold_ends_with_its_window(provider: str) -> None:
    faults = injection({"stream_stall": {"after_tokens": 3}}, for_s=0.4)
    status, lines, error = ask(httpx2, for_httpx2.FaultTransport(faults), provider, timeout=20)
    assert faults.now_s() >= 0.4
    assert (status, error, lines[-1]) == (200, None, "data: [DONE]")


def test_the_official_client_meets_the_faults_of_its_transport(provider: str) -> None:
    faults = injection({"http_error": {"status": 503}}, share=0.5)
    with openai.AzureOpenAI(
        azure_endpoint=provider,
        api_version="2024-10-21",
        api_key="secret",
        max_retries=0,
        http_client=httpx2.Client(transport=for_httpx2.FaultTransport(faults)),
    ) as client:
        refused = sum(not answered(client, number) for number in range(24))
    assert 0 < refused < 24
    assert len(faults.touched) == refused
    assert {one.action for one in faults.touched} == {"answered"}


def answered(client: openai.OpenAI, number: int) -> bool:
    asked: Any = [{"role": "user", "content": f"Hi {number}"}]
    try:
        client.chat.completions.create(model="gpt-4o", messages=asked, max_tokens=3)
    except openai.InternalServerError:
        return False
    return True


def test_the_example_says_what_its_client_met(tmp_path: Path) -> None:
    script = Path(__file__).parents[2] / "examples" / "transport" / "ask.py"
    command = [CROSSWIND, "exec", "--out", str(tmp_path), "--exit-code", "command"]
    done = subprocess.run(
        [*command, "--", sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    met = done.stdout.count("InternalServerError") + done.stdout.count(": 6 pieces")
    assert f"touched: {met} of 12" in done.stdout
    assert 0 < met < 12


@pytest.mark.parametrize(("library", "ours"), LIBRARIES)
def test_a_resolver_that_hangs_outlasts_threads_but_not_coroutines(
    library: Any, ours: Any, provider: str
) -> None:
    hangs = {"dns_failure": {"rcode": "timeout", "delay_s": 1.0}}
    began_s = time.monotonic()
    faults, _, error = _in_thread(library, ours, hangs, provider)
    assert isinstance(error, library.ConnectError)
    assert "Temporary failure" in str(error)
    assert time.monotonic() - began_s >= 1.0
    faults_in_loop, _, in_loop = _in_loop(library, ours, hangs, provider)
    assert isinstance(in_loop, library.ConnectTimeout)
    assert [one.action for one in (*faults.touched, *faults_in_loop.touched)] == ["refused"] * 2
