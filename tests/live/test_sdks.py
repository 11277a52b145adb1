"""The official SDKs, unmodified, complete their calls through the proxies."""

import re
import signal
import subprocess
from collections.abc import Iterator

import pytest
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials
from openai import AzureOpenAI, OpenAI

from providers.words import numbers_in
from tests.live.rehearsals import CROSSWIND, wait_for, write_short

pytestmark = pytest.mark.live

TOKENS = 6


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return the proxies' base URLs of `crosswind serve`, by endpoint; its fault never starts."""
    folder = tmp_path_factory.mktemp("serve")
    experiment = write_short(folder)
    text = experiment.read_text().replace(
        "id: outage, at: azure,", "id: outage, at: azure, share: 0,"
    )
    experiment.write_text(text)
    output = folder / "output.txt"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [CROSSWIND, "serve", str(experiment)], stdout=sink, stderr=subprocess.STDOUT
        )
    try:
        wait_for(lambda: "serving until" in output.read_text() or None, 20)
        yield dict(re.findall(r"(\w+): (http://\S+)", output.read_text()))
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    finally:
        process.kill()


@pytest.fixture
def azure(urls: dict[str, str]) -> Iterator[AzureOpenAI]:
    with AzureOpenAI(
        azure_endpoint=urls["azure"], api_key="k", api_version="2024-10-21", max_retries=0
    ) as client:
        yield client


@pytest.fixture
def vertex(urls: dict[str, str]) -> genai.Client:
    return genai.Client(
        vertexai=True,
        project="crosswind",
        location="us-central1",
        credentials=Credentials("ya29.fake"),  # type: ignore[no-untyped-call]
        http_options=types.HttpOptions(base_url=urls["vertex"]),
    )


def whole(text: str | None) -> bool:
    return numbers_in(text or "") == list(range(TOKENS))


def test_azure_openai_completes(azure: AzureOpenAI) -> None:
    answer = azure.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": "hello"}], max_tokens=TOKENS
    )
    assert whole(answer.choices[0].message.content)
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == TOKENS


def test_azure_openai_streams(azure: AzureOpenAI) -> None:
    stream = azure.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": "hello"}],
        max_tokens=TOKENS,
        stream=True,
    )
    chunks = list(stream)
    assert chunks[0].choices == [], "Azure's first chunk carries only the prompt filter's result"
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert whole("".join(texts))


def test_the_v1_path_answers_the_plain_openai_client(urls: dict[str, str]) -> None:
    with OpenAI(base_url=f"{urls['azure']}/openai/v1/", api_key="k", max_retries=0) as client:
        answer = client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "hello"}], max_tokens=TOKENS
        )
    assert whole(answer.choices[0].message.content)


def test_vertex_completes(vertex: genai.Client) -> None:
    answer = vertex.models.generate_content(
        model="gemini-2.5-flash",
        contents="hello",
        config=types.GenerateContentConfig(max_output_tokens=TOKENS),
    )
    assert whole(answer.text)
    assert answer.candidates
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP


def test_vertex_streams(vertex: genai.Client) -> None:
    stream = vertex.models.generate_content_stream(
        model="gemini-2.5-flash",
        contents="hello",
        config=types.GenerateContentConfig(max_output_tokens=TOKENS),
    )
    assert whole("".join(chunk.text or "" for chunk in stream))
