"""What the official SDKs make of every fault: `python -m bench.reactions > docs/sdk-reactions.md`.

Each fault stands at a listener of its own, for both clouds; `openai` and `google-genai`, unmodified
and with the retries that they have by default, ask each once for a stream of six tokens. Their read
timeout is one second, so that what never ends is over in a moment. A line goes to standard error
per fault, the page to standard output. Takes about two minutes.
"""

import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

import httpx2
import msgspec
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials
from openai import AzureOpenAI

from faults.catalog import faults_over
from faults.fault import Fault
from providers.words import numbers_in

TOKENS: Final = 6
READ_TIMEOUT_S: Final = 1.0
START_S: Final = 60.0
DEFAULTS: Final = {"after_tokens": 2, "delay_s": 0.3, "gap_s": 0.1, "every": 3}
CHOSEN: Final[dict[str, dict[str, object]]] = {
    "http_error": {"status": 503},
    "keep_alive_only": {"interval_s": 0.2, "seconds": 2.0},
    "quota_exhausted": {"requests": 0},
    "capacity": {"concurrent": 0},
    "bandwidth": {"rate_kb_per_s": 2},
    "limit_data": {"limit_bytes": 1000},
    "packet_loss": {"rate": 0.3},
    "stale_keepalive": {"idle_s": 0},
    "wrong_model": {"model": "another-model"},
}
"""Parameters where a fault's own defaults show nothing, or would take too long."""

SECOND_TIME: Final = frozenset({"stale_keepalive"})
"""What is met on a connection that has carried an answer: the first one is not told of."""

EXPERIMENT: Final = """\
title: Every fault at a listener of its own
route: {{client: {{order: [{first}]}}}}
load: {{constant: {{rate_per_s: 1}}}}
phases: {{fault_s: 600}}
gates: [user_errors <= 50 %]
endpoints:
{endpoints}
faults:
{faults}
"""
SERVED: Final = {"azure": "azure-openai", "vertex": "vertex-gemini"}

HEAD: Final = """\
# What the official SDKs make of the faults

Printed by `python -m bench.reactions > docs/sdk-reactions.md` with openai {openai} and
google-genai {genai}, for a stream of six tokens and a read timeout of 1 s; retries are as the SDKs
have them by default. *Whole* means that all tokens came and no error: where the fault cut or
changed something, the SDK has taken it for a success. Attempts are the requests that the SDK sent.
`stale_keepalive` is met by a second question: an SDK that closed its connection behind the first
answer does not meet it.

| fault | openai: result | attempts | s | google-genai: result | attempts | s |
| --- | --- | --- | --- | --- | --- | --- |"""


class Reaction(NamedTuple):
    """What came of one question."""

    result: str
    attempts: int
    seconds: float


Ask = Callable[[str, Callable[[object], None], int], Iterator[str]]
"""Asks at a base URL, with a hook for each request, so many times; yields the last's texts."""


def parameters(kind: type[Fault]) -> dict[str, object]:
    """Return what a fault is given, by its name or by the names of its fields."""
    if kind.name in CHOSEN:
        return CHOSEN[kind.name]
    names = {field.name for field in msgspec.structs.fields(kind)}
    return {name: value for name, value in DEFAULTS.items() if name in names}


def experiment() -> str:
    """Return the file: an endpoint per cloud and fault, and the fault there from the start on."""
    endpoints, faults = [], []
    for name, kind in faults_over("HTTP/1.1").items():
        told = msgspec.json.encode({name: parameters(kind)}).decode()
        for cloud, dialect in SERVED.items():
            at = f"{cloud}-{name}"
            latency = "{overhead_s: 0.02, token_gap_s: 0.01}"
            stand_in = f"stand_in: {{latency: {latency}}}"
            endpoints.append(f"  {at}: {{dialect: {dialect}, {stand_in}}}")
            faults.append(f"  - {{id: {at}, at: {at}, duration_s: 600, inject: {told}}}")
    return EXPERIMENT.format(
        first=f"azure-{next(iter(faults_over('HTTP/1.1')))}",
        endpoints="\n".join(endpoints),
        faults="\n".join(faults),
    )


@contextmanager
def serving() -> Iterator[dict[str, str]]:
    """Serve every fault; yields the listeners' URLs by endpoint."""
    with tempfile.TemporaryDirectory() as name:
        file, said = Path(name, "reactions.yaml"), Path(name, "said")
        file.write_text(experiment())
        crosswind = Path(sys.executable).with_name("crosswind")
        with said.open("wb") as sink:
            process = subprocess.Popen(
                [crosswind, "serve", file], stdout=sink, stderr=subprocess.STDOUT
            )
        try:
            yield _urls(process, said)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _urls(process: "subprocess.Popen[bytes]", said: Path) -> dict[str, str]:
    deadline = time.monotonic() + START_S
    while "serving until" not in said.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"nothing is served:\n{said.read_text()}")
        time.sleep(0.1)
    return dict(re.findall(r"^(\S+): (http://\S+)", said.read_text(), re.MULTILINE))


def ask_openai(url: str, hook: Callable[[object], None], times: int) -> Iterator[str]:
    """Ask as `openai` does."""
    http = httpx2.Client(timeout=READ_TIMEOUT_S, event_hooks={"request": [hook]})
    with AzureOpenAI(
        azure_endpoint=url, api_key="k", api_version="2024-10-21", http_client=http
    ) as client:
        for number in range(times):
            for chunk in client.chat.completions.create(
                model="gpt-4o",
                messages=[{"role": "user", "content": "hello"}],
                max_tokens=TOKENS,
                stream=True,
                timeout=READ_TIMEOUT_S,
            ):
                if number == times - 1:
                    yield "".join(choice.delta.content or "" for choice in chunk.choices)


def ask_genai(url: str, hook: Callable[[object], None], times: int) -> Iterator[str]:
    """Ask as `google-genai` does."""
    client = genai.Client(
        vertexai=True,
        project="crosswind",
        location="us-central1",
        credentials=Credentials("ya29.fake"),  # type: ignore[no-untyped-call] # its own
        http_options=types.HttpOptions(
            base_url=url,
            timeout=int(READ_TIMEOUT_S * 1000),
            client_args={"event_hooks": {"request": [hook]}},
        ),
    )
    config = types.GenerateContentConfig(max_output_tokens=TOKENS)
    for number in range(times):
        for chunk in client.models.generate_content_stream(
            model="gemini-2.5-flash", contents="hello", config=config
        ):
            if number == times - 1:
                yield chunk.text or ""


def reaction(ask: Ask, url: str, times: int) -> Reaction:
    """Ask, and say what came of it the last time."""
    sent: list[object] = []
    texts: list[str] = []
    begin_s = time.monotonic()
    try:
        texts.extend(ask(url, sent.append, times))
        error = ""
    except Exception as raised:  # noqa: BLE001 - whatever an SDK raises is what is to be told
        error = f"`{type(raised).__name__}`"
    got = numbers_in("".join(texts))
    whole = got == list(range(TOKENS))
    told = "whole" if whole else f"{len(got)} of {TOKENS} tokens" + (", no error" * (not error))
    result = f"{error} after {len(got)} tokens" if error and got else error or told
    return Reaction(result, len(sent) - times + 1, time.monotonic() - begin_s)


def main() -> int:
    """Print the page."""
    print(HEAD.format(openai=version("openai"), genai=version("google-genai")))
    with serving() as urls:
        for name in faults_over("HTTP/1.1"):
            times = 2 if name in SECOND_TIME else 1
            one = reaction(ask_openai, urls[f"azure-{name}"], times)
            other = reaction(ask_genai, urls[f"vertex-{name}"], times)
            cells = [f"`{name}`"]
            for told in (one, other):
                cells += [told.result, str(told.attempts), f"{told.seconds:.1f}"]
            print("| " + " | ".join(cells) + " |", flush=True)
            print(name, one.result, other.result, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
