import msgspec
import pytest

from providers.dialect import Asked, HttpAnswer, HttpRequest, Question, Usage
from providers.dialects.azure_openai import AzureOpenAI
from providers.sse import event_data
from tests.providers.asking import ANSWER, lower, post

DATED = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"
V1 = "/openai/v1/chat/completions"
KEY = ("api-key", "k")
AZURE = AzureOpenAI()
MESSAGES = [{"role": "user", "content": "hi"}]


def refusal(request: HttpRequest) -> tuple[int, dict[str, object]]:
    answer = AZURE.asked(request)
    assert isinstance(answer, HttpAnswer)
    error = msgspec.json.decode(answer.body)["error"]
    assert isinstance(error, dict)
    return answer.status, error


def question(request: HttpRequest) -> Question:
    asked = AZURE.asked(request)
    assert isinstance(asked, Asked)
    return asked.question


def data(event: bytes) -> dict[str, object]:
    decoded = msgspec.json.decode(event_data(event) or b"")
    assert isinstance(decoded, dict)
    return decoded


def test_the_dated_url_names_the_deployment_and_the_version() -> None:
    request = AZURE.request(Question(prompt="hi", max_output_tokens=9), "/base/", "secret")
    assert request.target == "/base" + DATED
    assert ("api-key", "secret") in request.headers
    assert msgspec.json.decode(request.body) == {
        "messages": MESSAGES,
        "max_tokens": 9,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize("version", [None, "v1"])
def test_the_v1_url_names_the_deployment_in_the_body(version: str | None) -> None:
    v1 = AzureOpenAI(api_version=version, auth="bearer", deployment="mine")
    request = v1.request(Question(prompt="hi", max_output_tokens=9, stream=False), "", "token")
    assert request.target == V1
    assert ("Authorization", "Bearer token") in request.headers
    assert msgspec.json.decode(request.body) == {
        "messages": MESSAGES,
        "model": "mine",
        "max_completion_tokens": 9,
    }


def test_one_resource_takes_both_urls_and_both_credentials() -> None:
    body = {"messages": MESSAGES, "model": "gpt-4o"}
    bearer = ("authorization", "Bearer token")
    for request in (post(DATED, body, KEY), post(V1, body, bearer), post(V1, body, KEY)):
        assert question(request).prompt == "hi"


def test_no_credential_is_refused() -> None:
    for credential in ((), (("api-key", ""),), (("Authorization", "Basic xyz"),)):
        assert refusal(post(DATED, {"messages": MESSAGES}, *credential))[0] == 401


def test_a_wrong_path_or_no_version_is_no_resource() -> None:
    for target in ("/openai/chat/completions", DATED.partition("?")[0], "/"):
        status, error = refusal(post(target, {"messages": MESSAGES}, KEY))
        assert (status, error["message"]) == (404, "Resource not found")


def test_another_deployment_does_not_exist() -> None:
    elsewhere = DATED.replace("gpt-4o", "gpt-9")
    assert refusal(post(elsewhere, {"messages": MESSAGES}, KEY))[1]["code"] == "DeploymentNotFound"
    unnamed = refusal(post(V1, {"messages": MESSAGES}, KEY))
    assert unnamed[1]["code"] == "DeploymentNotFound"


def test_bad_json_is_a_bad_request() -> None:
    broken = HttpRequest(method="POST", target=DATED, headers=(KEY,), body=b"{")
    assert refusal(broken)[0] == 400
    bodies: tuple[object, ...] = (
        {"messages": []},
        {"messages": "hi"},
        {"messages": MESSAGES, "max_tokens": 0},
    )
    for body in bodies:
        assert refusal(post(DATED, body, KEY))[0] == 400


def test_the_stream_opens_with_filter_results_and_no_choices() -> None:
    filtered, role = (data(event) for event in AZURE.opening(ANSWER))
    assert (filtered["choices"], filtered["id"], filtered["model"]) == ([], "", "")
    assert "prompt_filter_results" in filtered
    choices = msgspec.convert(role["choices"], list[dict[str, object]])
    assert [choice["delta"] for choice in choices] == [
        {"content": "", "refusal": None, "role": "assistant"}
    ]


def test_nothing_before_the_first_token_is_a_token() -> None:
    for event in AZURE.opening(ANSWER):
        said = AZURE.read_event(event_data(event) or b"")
        assert (said.text, said.finish_reason) == ("", None)


def test_usage_comes_only_when_it_was_asked_for() -> None:
    events = AZURE.closing(ANSWER)
    assert len(events) == 3
    usage = AZURE.read_event(event_data(events[1]) or b"")
    assert usage.usage == Usage(prompt_tokens=5, output_tokens=2)
    assert data(events[1])["choices"] == []
    silent = msgspec.structs.replace(ANSWER, include_usage=False)
    assert len(AZURE.closing(silent)) == 2
    assert b'"usage"' not in b"".join([*AZURE.closing(silent), AZURE.token(silent, "x")])


def test_the_stream_ends_with_done() -> None:
    assert AZURE.closing(ANSWER)[-1] == b"data: [DONE]\n\n"


def test_answers_name_the_snapshot_and_their_id() -> None:
    token = data(AZURE.token(ANSWER, "x"))
    assert token["model"] == "gpt-4o-2024-08-06"
    assert token["id"] == "chatcmpl-0a1b"
    plain = AzureOpenAI(snapshot="").token(ANSWER, "x")
    assert data(plain)["model"] == "gpt-4o"


def test_the_head_tells_what_is_left_of_the_quotas() -> None:
    counted = msgspec.structs.replace(ANSWER, limit_requests=60, remaining_requests=59, region="X")
    headers = lower(AZURE.head(counted, stream=True))
    assert headers["x-ratelimit-limit-requests"] == "60"
    assert headers["x-ratelimit-remaining-requests"] == "59"
    assert "x-ratelimit-limit-tokens" not in headers
    assert headers["x-ms-region"] == "X"
    assert headers["content-type"].startswith("text/event-stream")
    assert lower(AZURE.head(ANSWER, stream=False))["content-type"] == "application/json"


def test_a_quotas_429_says_when_to_retry_in_three_ways() -> None:
    answer = AZURE.refusal(429, retry_after_s=36.2, exhausted="tokens")
    headers = lower(answer.headers)
    assert headers["retry-after"] == "37"
    assert headers["retry-after-ms"] == "36200"
    assert headers["x-ratelimit-remaining-tokens"] == "0"
    assert b"token rate limit" in answer.body
    assert b"Please retry after 37 seconds." in answer.body
    assert AZURE.read_error(429, headers, answer.body).retry_after_s == 36.2


def test_an_expired_token_is_refused_by_the_gateway_in_a_shape_of_its_own() -> None:
    answer = AZURE.credential_expired()
    body = msgspec.json.decode(answer.body)
    assert (answer.status, body["statusCode"]) == (401, 401)
    assert body["message"].endswith("or have expired.")
    assert "error" not in body


def test_an_error_within_a_stream_has_openais_shape() -> None:
    event = AZURE.error_event(500)
    assert event.endswith(b"}}\n\n")
    assert set(data(event)) == {"error"}
    assert b'"type":"server_error","param":null,"code":null' in event


def test_an_empty_stream_has_every_event_but_the_tokens() -> None:
    assert AZURE.empty_stream(ANSWER) == (*AZURE.opening(ANSWER), *AZURE.closing(ANSWER))
