"""What the official SDKs, unmodified and without retries, make of the faults that they meet."""

from collections.abc import Callable, Iterator
from json import JSONDecodeError

import httpx2
import pytest
from google import genai
from google.genai import errors, types
from google.oauth2.credentials import Credentials
from openai import APIConnectionError, APIError, AuthenticationError, AzureOpenAI

from providers.words import numbers_in
from tests.live.proxied import Proxy
from tests.live.two_clouds import TOKENS, WHOLE, Reference, broken

pytestmark = pytest.mark.live

READ_TIMEOUT_S = 1.0
FAULTS: dict[str, Reference] = {
    "reset": {"reset_peer": {}},
    "expired": {"auth_expired": {}},
    "error": {"stream_error_event": {"after_tokens": 2}},
    "bad-json": {"stream_malformed_event": {"after_tokens": 2}},
    "bad-utf8": {"stream_malformed_event": {"after_tokens": 2, "kind": "bad_utf8"}},
    "no-prefix": {"stream_malformed_event": {"after_tokens": 2, "kind": "missing_prefix"}},
    "empty": {"empty_response": {}},
    "hum": {"keep_alive_only": {"interval_s": 0.1, "seconds": 2.0}},
    "late": {"latency": {"delay_s": 0.1}},
    "slow": {"slow_tokens": {"gap_s": 0.05}},
}

Said = tuple[str, str | None]
"""The text of a chunk and its finish reason."""


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with broken(tmp_path_factory.mktemp("broken"), FAULTS) as proxy:
        yield proxy


def openai_client(proxy: Proxy, fault: str) -> AzureOpenAI:
    return AzureOpenAI(
        azure_endpoint=f"http://127.0.0.1:{proxy.ports[f'azure-{fault}']}",
        api_key="k",
        api_version="2024-10-21",
        max_retries=0,
        timeout=READ_TIMEOUT_S,
    )


def genai_client(proxy: Proxy, fault: str) -> genai.Client:
    return genai.Client(
        vertexai=True,
        project="rehearsal",
        location="us-central1",
        credentials=Credentials("ya29.fake"),  # type: ignore[no-untyped-call]
        http_options=types.HttpOptions(
            base_url=f"http://127.0.0.1:{proxy.ports[f'vertex-{fault}']}",
            timeout=int(READ_TIMEOUT_S * 1000),
        ),
    )


def openai_stream(proxy: Proxy, fault: str) -> Iterator[Said]:
    with openai_client(proxy, fault) as client:
        for chunk in client.chat.completions.create(
            model="gpt-4o",
            messages=[{"role": "user", "content": "hello"}],
            max_tokens=TOKENS,
            stream=True,
        ):
            for choice in chunk.choices:
                yield choice.delta.content or "", choice.finish_reason


def genai_stream(proxy: Proxy, fault: str) -> Iterator[Said]:
    client = genai_client(proxy, fault)  # which closes when nothing holds it any more
    for chunk in client.models.generate_content_stream(
        model="gemini-2.5-flash",
        contents="hello",
        config=types.GenerateContentConfig(max_output_tokens=TOKENS),
    ):
        (candidate,) = chunk.candidates or []
        yield chunk.text or "", candidate.finish_reason


Stream = Callable[[Proxy, str], Iterator[Said]]
EACH = pytest.mark.parametrize("stream", [openai_stream, genai_stream])


def numbers(told: list[Said]) -> list[int]:
    return numbers_in("".join(text for text, _ in told))


@pytest.mark.parametrize(
    ("stream", "fault", "error", "tokens"),
    [
        (openai_stream, "reset", APIConnectionError, 0),
        (openai_stream, "expired", AuthenticationError, 0),
        (openai_stream, "error", APIError, 2),
        (openai_stream, "bad-json", JSONDecodeError, 2),
        (openai_stream, "bad-utf8", UnicodeDecodeError, 2),
        (genai_stream, "reset", httpx2.TransportError, 0),
        (genai_stream, "expired", errors.ClientError, 0),
        (genai_stream, "error", errors.ServerError, 2),
        (genai_stream, "bad-json", errors.UnknownApiResponseError, 2),
        (genai_stream, "bad-utf8", errors.UnknownApiResponseError, 2),
    ],
)
def test_an_sdk_raises_this_after_so_many_tokens(
    proxy: Proxy, stream: Stream, fault: str, error: type[Exception], tokens: int
) -> None:
    told: list[Said] = []
    with pytest.raises(error):
        told.extend(stream(proxy, fault))
    assert numbers(told) == WHOLE[:tokens]


@EACH
@pytest.mark.parametrize("fault", ["late", "slow"])
def test_what_is_only_late_comes_whole(proxy: Proxy, stream: Stream, fault: str) -> None:
    assert numbers(list(stream(proxy, fault))) == WHOLE


@EACH
def test_an_empty_answer_passes_for_success(proxy: Proxy, stream: Stream) -> None:
    told = list(stream(proxy, "empty"))
    assert numbers(told) == []
    assert told[-1][1] in {"stop", types.FinishReason.STOP}


def test_openai_loses_a_token_without_its_prefix_in_silence_and_genai_does_not(
    proxy: Proxy,
) -> None:
    assert numbers(list(openai_stream(proxy, "no-prefix"))) == [0, 1, 3, 4, 5]
    assert numbers(list(genai_stream(proxy, "no-prefix"))) == WHOLE


def test_comments_defeat_the_read_timeout_of_openai_and_the_reader_of_genai(proxy: Proxy) -> None:
    assert numbers(list(openai_stream(proxy, "hum"))) == WHOLE
    with pytest.raises(errors.UnknownApiResponseError, match="keep-alive"):
        list(genai_stream(proxy, "hum"))


def test_an_error_for_a_body_under_200_is_an_answer_without_choices_to_openai(proxy: Proxy) -> None:
    with openai_client(proxy, "error") as client:
        answer = client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "hello"}]
        )
    assert getattr(answer, "choices", None) is None


def test_and_an_answer_without_candidates_to_genai(proxy: Proxy) -> None:
    client = genai_client(proxy, "error")
    answer = client.models.generate_content(model="gemini-2.5-flash", contents="hello")
    assert (answer.text, answer.candidates) == (None, None)
