"""The official SDKs, unmodified, complete calls at the stand-ins and meet the providers' errors."""

from collections.abc import Iterator
from typing import Any

import pytest
from google import genai
from google.genai import errors, types
from google.oauth2.credentials import Credentials
from openai import (
    AuthenticationError,
    AzureOpenAI,
    BadRequestError,
    InternalServerError,
    NotFoundError,
    OpenAI,
    RateLimitError,
)

from providers.config import Latency, StandIn, StandInListener
from providers.words import numbers_in
from tests.live.stand_ins import FAST, VERTEX, StandInProcess, azure, vertex

pytestmark = pytest.mark.live

TOKENS = 12
PROMPT = "which way does the wind blow today?"
LIMITED = StandIn(latency=FAST, requests_per_minute=1)
FULL = StandIn(latency=Latency(), capacity=0, queue=0)


def named(endpoint: str, dialect: dict[str, dict[str, object]], settings: StandIn) -> Any:
    return StandInListener(endpoint=endpoint, dialect=dialect, stand_in=settings)


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInProcess]:
    process = StandInProcess(
        tmp_path_factory.mktemp("stand-ins"),
        azure(StandIn(latency=FAST)),
        vertex(StandIn(latency=FAST)),
        named("azure-limited", {"azure-openai": {}}, LIMITED),
        named("vertex-limited", VERTEX, LIMITED),
        named("azure-full", {"azure-openai": {}}, FULL),
        named("vertex-full", VERTEX, FULL),
    )
    yield process
    process.close()


def azure_client(stand_ins: StandInProcess, endpoint: str = "azure") -> AzureOpenAI:
    return AzureOpenAI(
        azure_endpoint=f"http://127.0.0.1:{stand_ins.ports[endpoint]}",
        api_key="k",
        api_version="2024-10-21",
        max_retries=0,
    )


def v1_client(stand_ins: StandInProcess) -> OpenAI:
    url = f"http://127.0.0.1:{stand_ins.ports['azure']}/openai/v1/"
    return OpenAI(base_url=url, api_key="k", max_retries=0)


def genai_client(stand_ins: StandInProcess, endpoint: str = "vertex") -> genai.Client:
    return genai.Client(
        vertexai=True,
        project="rehearsal",
        location="us-central1",
        credentials=Credentials("ya29.fake"),  # type: ignore[no-untyped-call]
        http_options=types.HttpOptions(base_url=f"http://127.0.0.1:{stand_ins.ports[endpoint]}"),
    )


def complete(client: OpenAI, model: str = "gpt-4o") -> Any:
    return client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": PROMPT}], max_tokens=TOKENS
    )


def generate(
    client: genai.Client, model: str = "gemini-2.5-flash", count: int = TOKENS
) -> types.GenerateContentResponse:
    config = types.GenerateContentConfig(max_output_tokens=count)
    return client.models.generate_content(model=model, contents=PROMPT, config=config)


@pytest.mark.parametrize("style", [azure_client, v1_client])
def test_openai_gets_a_whole_answer(stand_ins: StandInProcess, style: Any) -> None:
    with style(stand_ins) as client:
        answer = complete(client)
    assert numbers_in(answer.choices[0].message.content) == list(range(TOKENS))
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "gpt-4o-2024-08-06"
    assert answer.usage.completion_tokens == TOKENS
    assert answer.usage.prompt_tokens == round(len(PROMPT) / 4)


@pytest.mark.parametrize("style", [azure_client, v1_client])
def test_openai_streams_every_token(stand_ins: StandInProcess, style: Any) -> None:
    with style(stand_ins) as client:
        chunks = list(
            client.chat.completions.create(
                model="gpt-4o",
                messages=[{"role": "user", "content": [{"type": "text", "text": PROMPT}]}],
                max_completion_tokens=TOKENS,
                stream=True,
                stream_options={"include_usage": True},
            )
        )
    assert (chunks[0].choices, chunks[0].id, chunks[0].model) == ([], "", "")
    deltas = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    assert numbers_in("".join(delta or "" for delta in deltas)) == list(range(TOKENS))
    finishes = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices]
    assert [finish for finish in finishes if finish] == ["stop"]
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == TOKENS


def test_openai_gets_no_usage_that_it_did_not_ask_for(stand_ins: StandInProcess) -> None:
    with azure_client(stand_ins) as client:
        chunks = list(
            client.chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": PROMPT}], stream=True
            )
        )
    assert [chunk.usage for chunk in chunks if chunk.usage] == []


def test_genai_gets_a_whole_answer(stand_ins: StandInProcess) -> None:
    with genai_client(stand_ins) as client:
        answer = generate(client)
    assert numbers_in(answer.text or "") == list(range(TOKENS))
    assert answer.candidates is not None
    assert answer.candidates[0].finish_reason is types.FinishReason.STOP
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.candidates_token_count == TOKENS


def test_genai_streams_every_token(stand_ins: StandInProcess) -> None:
    config = types.GenerateContentConfig(max_output_tokens=TOKENS, system_instruction="be brief")
    with genai_client(stand_ins) as client:
        chunks = list(
            client.models.generate_content_stream(
                model="gemini-2.5-flash", contents=PROMPT, config=config
            )
        )
    assert numbers_in("".join(chunk.text or "" for chunk in chunks)) == list(range(TOKENS))
    finishes = [chunk.candidates[0].finish_reason for chunk in chunks if chunk.candidates]
    assert [finish for finish in finishes if finish] == [types.FinishReason.STOP]
    assert finishes[-1] is types.FinishReason.STOP
    assert chunks[-1].usage_metadata is not None
    assert chunks[-1].usage_metadata.candidates_token_count == TOKENS


def test_both_sdks_get_the_same_text(stand_ins: StandInProcess) -> None:
    with azure_client(stand_ins) as azure_sdk, genai_client(stand_ins) as vertex_sdk:
        from_azure = complete(azure_sdk).choices[0].message.content
        from_vertex = generate(vertex_sdk).text
    assert from_azure == from_vertex


def test_genai_with_an_api_key_asks_in_express_mode(stand_ins: StandInProcess) -> None:
    url = f"http://127.0.0.1:{stand_ins.ports['vertex']}"
    options = types.HttpOptions(base_url=url)
    with genai.Client(vertexai=True, api_key="AIza", http_options=options) as client:
        answer = generate(client)
    assert numbers_in(answer.text or "") == list(range(TOKENS))


def test_openai_raises_rate_limit_error_with_its_hints(stand_ins: StandInProcess) -> None:
    with azure_client(stand_ins, "azure-limited") as client:
        complete(client)
        with pytest.raises(RateLimitError) as raised:
            complete(client)
    headers = raised.value.response.headers
    assert raised.value.code == "429"
    assert 50 < int(headers["retry-after"]) <= 60
    assert int(headers["retry-after"]) * 1000 - int(headers["retry-after-ms"]) < 1000
    assert headers["x-ratelimit-remaining-requests"] == "0"
    assert "call rate limit" in raised.value.message


def test_genai_raises_client_error_with_its_details(stand_ins: StandInProcess) -> None:
    with genai_client(stand_ins, "vertex-limited") as client:
        generate(client)
        with pytest.raises(errors.ClientError) as raised:
            generate(client)
        with pytest.raises(errors.ClientError) as streamed:
            list(client.models.generate_content_stream(model="gemini-2.5-flash", contents=PROMPT))
    assert (raised.value.code, raised.value.status) == (429, "RESOURCE_EXHAUSTED")
    details = raised.value.details["error"]["details"]
    kinds = [detail["@type"].rpartition(".")[2] for detail in details]
    assert kinds == ["QuotaFailure", "Help", "RetryInfo"]
    assert streamed.value.code == 429


def test_openai_meets_a_full_house(stand_ins: StandInProcess) -> None:
    with (
        azure_client(stand_ins, "azure-full") as client,
        pytest.raises(InternalServerError) as raised,
    ):
        complete(client)
    assert (raised.value.status_code, raised.value.code) == (503, "ServiceUnavailable")


def test_genai_meets_a_full_house(stand_ins: StandInProcess) -> None:
    with (
        genai_client(stand_ins, "vertex-full") as client,
        pytest.raises(errors.ServerError) as raised,
    ):
        generate(client)
    assert (raised.value.code, raised.value.status) == (503, "UNAVAILABLE")


def test_openai_is_refused_as_azure_refuses(stand_ins: StandInProcess) -> None:
    with azure_client(stand_ins) as client:
        with pytest.raises(NotFoundError) as missing:
            complete(client, "gpt-9")
        with pytest.raises(BadRequestError) as empty:
            client.chat.completions.create(model="gpt-4o", messages=[])
    assert missing.value.code == "DeploymentNotFound"
    assert empty.value.type == "invalid_request_error"


def test_openai_with_another_kind_of_credential_is_not_let_in(stand_ins: StandInProcess) -> None:
    with v1_client(stand_ins) as client, pytest.raises(AuthenticationError) as raised:
        complete(client.with_options(default_headers={"Authorization": "Basic eDp5"}))
    assert raised.value.code == "401"


def test_genai_is_refused_as_vertex_refuses(stand_ins: StandInProcess) -> None:
    with genai_client(stand_ins) as client:
        with pytest.raises(errors.ClientError) as missing:
            generate(client, model="gemini-9")
        with pytest.raises(errors.ClientError) as nothing:
            generate(client, count=0)
    assert (missing.value.code, missing.value.status) == (404, "NOT_FOUND")
    assert (nothing.value.code, nothing.value.status) == (400, "INVALID_ARGUMENT")
