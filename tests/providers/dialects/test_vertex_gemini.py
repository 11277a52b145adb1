import msgspec
import pytest

from providers.dialect import Asked, HttpAnswer, HttpRequest, Question, Usage
from providers.dialects.vertex_gemini import VertexGemini
from providers.sse import event_data
from tests.providers.asking import ANSWER, lower, post

MODEL = "publishers/google/models/gemini-2.5-flash"
REGIONAL = f"/v1/projects/p/locations/us-central1/{MODEL}"
TOKEN = ("Authorization", "Bearer ya29.fake")
VERTEX = VertexGemini(project="p")
CONTENTS = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
IN_ARRAY = msgspec.structs.replace(ANSWER, server_sent=False)


def asked(request: HttpRequest, dialect: VertexGemini = VERTEX) -> Asked:
    answer = dialect.asked(request)
    assert isinstance(answer, Asked), answer
    return answer


def refused(request: HttpRequest) -> HttpAnswer:
    answer = VERTEX.asked(request)
    assert isinstance(answer, HttpAnswer)
    return answer


def test_a_stream_is_asked_for_as_events() -> None:
    request = VERTEX.request(Question(prompt="hi", max_output_tokens=9), "/base", "ya29")
    assert request.target == f"/base{REGIONAL}:streamGenerateContent?alt=sse"
    assert ("Authorization", "Bearer ya29") in request.headers
    assert msgspec.json.decode(request.body) == {
        **CONTENTS,
        "generationConfig": {"maxOutputTokens": 9},
    }


def test_a_whole_answer_is_asked_for_in_express_mode() -> None:
    express = VertexGemini(auth="api-key")
    request = express.request(Question(prompt="hi", max_output_tokens=9, stream=False), "", "AIza")
    assert request.target == f"/v1/{MODEL}:generateContent"
    assert ("x-goog-api-key", "AIza") in request.headers
    assert not asked(request, express).question.stream


def test_the_global_location_is_in_the_path() -> None:
    world = VertexGemini(project="p", location="global")
    request = world.request(Question(prompt="hi", max_output_tokens=9), "", "t")
    assert "/projects/p/locations/global/" in request.target
    assert asked(request, world).question.prompt == "hi"


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_both_versions_and_a_quoted_colon_are_taken(version: str) -> None:
    path = REGIONAL.replace("/v1/", f"/{version}/")
    assert not asked(post(f"{path}:generateContent", CONTENTS, TOKEN)).question.stream
    assert asked(post(f"{path}%3AstreamGenerateContent", CONTENTS, TOKEN)).question.stream


def test_without_alt_sse_a_stream_is_an_array() -> None:
    target = f"{REGIONAL}:streamGenerateContent"
    assert not asked(post(target, CONTENTS, TOKEN)).server_sent
    assert asked(post(f"{target}?alt=sse", CONTENTS, TOKEN)).server_sent


def test_no_credential_is_refused_with_a_reason() -> None:
    answer = refused(post(f"{REGIONAL}:generateContent", CONTENTS))
    assert answer.status == 401
    assert b"UNAUTHENTICATED" in answer.body
    assert b"CREDENTIALS_MISSING" in answer.body
    assert b"ACCESS_TOKEN_EXPIRED" in VERTEX.refusal(401).body


def test_a_strangers_project_is_forbidden() -> None:
    target = REGIONAL.replace("/p/", "/other/") + ":generateContent"
    answer = refused(post(target, CONTENTS, TOKEN))
    assert answer.status == 403
    assert b"//aiplatform.googleapis.com/projects/other/locations/us-central1/" in answer.body


@pytest.mark.parametrize(("there", "other"), [("us-central1", "mars"), ("gemini-2.5", "gemini-9")])
def test_another_model_or_location_is_not_found(there: str, other: str) -> None:
    target = REGIONAL.replace(there, other) + ":generateContent"
    answer = refused(post(target, CONTENTS, TOKEN))
    assert answer.status == 404
    assert b"NOT_FOUND" in answer.body


def test_a_path_that_is_none_gets_googles_page() -> None:
    answer = refused(post("/v1/<models>", CONTENTS, TOKEN))
    assert answer.status == 404
    assert lower(answer.headers)["content-type"] == "text/html; charset=UTF-8"
    assert b"&lt;models&gt;" in answer.body


def test_a_bad_body_is_an_invalid_argument() -> None:
    target = f"{REGIONAL}:generateContent"
    broken = HttpRequest(method="POST", target=target, headers=(TOKEN,), body=b"{")
    for request in (broken, post(target, {}, TOKEN), post(target, {"contents": 1}, TOKEN)):
        answer = refused(request)
        assert answer.status == 400
        assert b"INVALID_ARGUMENT" in answer.body


def test_an_array_is_refused_with_an_array() -> None:
    target = f"{REGIONAL}:streamGenerateContent"
    for answer in (
        refused(post(target, CONTENTS)),
        VERTEX.refusal(429, asked=asked(post(target, CONTENTS, TOKEN))),
    ):
        (wrapped,) = msgspec.json.decode(answer.body)
        assert wrapped["error"]["code"] == answer.status
        assert VERTEX.read_error(answer.status, {}, answer.body).message
    events = post(f"{target}?alt=sse", CONTENTS)
    assert isinstance(msgspec.json.decode(refused(events).body), dict)


def test_events_end_in_crlf_and_nothing_follows_the_finish() -> None:
    token = VERTEX.token(ANSWER, "0:wind ")
    assert token.startswith(b'data: {"candidates":')
    assert token.endswith(b"}\r\n\r\n")
    assert VERTEX.opening(ANSWER) == ()
    (last,) = VERTEX.closing(ANSWER)
    said = VERTEX.read_event(event_data(last) or b"")
    assert said.finish_reason == "STOP"
    assert said.usage == Usage(prompt_tokens=5, output_tokens=2)


def test_usage_is_not_read_from_the_traffic_type_alone() -> None:
    assert VERTEX.read_event(event_data(VERTEX.token(ANSWER, "x")) or b"").usage is None


def test_an_array_of_chunks_is_json_and_reads_as_one_answer() -> None:
    pieces = [
        *VERTEX.opening(IN_ARRAY),
        VERTEX.token(IN_ARRAY, "0:a "),
        VERTEX.token(IN_ARRAY, "1:b "),
        *VERTEX.closing(IN_ARRAY),
    ]
    assert len(msgspec.json.decode(b"".join(pieces))) == 3
    said = VERTEX.read_body(b"".join(pieces))
    assert (said.text, said.finish_reason) == ("0:a 1:b ", "STOP")
    assert said.usage == Usage(prompt_tokens=5, output_tokens=2)
    assert lower(VERTEX.head(IN_ARRAY, stream=True))["content-type"].startswith("application/json")


def test_pay_as_you_go_gives_no_hint() -> None:
    answer = VERTEX.refusal(429)
    assert "retry-after" not in lower(answer.headers)
    assert "details" not in msgspec.json.decode(answer.body)["error"]


def test_a_quotas_429_asks_for_a_wait_in_its_body() -> None:
    answer = VERTEX.refusal(429, retry_after_s=34.0, exhausted="requests")
    details = msgspec.json.decode(answer.body)["error"]["details"]
    assert [detail["@type"].rpartition(".")[2] for detail in details] == [
        "QuotaFailure",
        "Help",
        "RetryInfo",
    ]
    assert details[2]["retryDelay"] == "34s"
    (violation,) = details[0]["violations"]
    assert violation["quotaDimensions"] == {
        "location": "us-central1",
        "model": "gemini-2.5-flash",
    }
    assert "retry-after" not in lower(answer.headers)
    assert VERTEX.read_error(429, {}, answer.body).retry_after_s == 34.0


def test_an_expired_token_is_refused_with_its_reason() -> None:
    (detail,) = msgspec.json.decode(VERTEX.credential_expired().body)["error"]["details"]
    assert detail["reason"] == "ACCESS_TOKEN_EXPIRED"


def test_an_error_within_a_stream_is_one_line() -> None:
    event = VERTEX.error_event(429, message="Resource exhausted.")
    assert event == (
        b'data: {"error":{"code":429,"message":"Resource exhausted.",'
        b'"status":"RESOURCE_EXHAUSTED"}}\r\n\r\n'
    )


def test_an_empty_answer_has_a_candidate_without_parts() -> None:
    (event,) = VERTEX.empty_stream(ANSWER)
    for said in (event_data(event) or b"", VERTEX.empty_body(ANSWER)):
        (candidate,) = msgspec.json.decode(said)["candidates"]
        assert candidate == {"content": {"role": "model"}, "finishReason": "STOP"}
