import base64

import msgspec
import pytest

from providers.dialect import Answer, Asked, HttpAnswer, HttpRequest, Question, Usage
from providers.dialects.open_inference import OpenInference
from providers.grpc import NAMES, retry_delay_s
from providers.open_inference import INFER, SERVICE, STREAM_INFER
from providers.open_inference_messages import decoded, encoded
from tests.providers.asking import ANSWER, lower
from tests.providers.asking_triton import QUESTION, asking

TRITON = OpenInference()
WHOLE = Question(prompt="hi", max_output_tokens=3, stream=False)


def call(body: bytes, target: str = STREAM_INFER) -> HttpRequest:
    return HttpRequest(method="POST", target=target, headers=(), body=body)


def refused(request: HttpRequest, dialect: OpenInference = TRITON) -> tuple[str, str]:
    """Return the status and the words of a refusal."""
    answer = dialect.asked(request)
    assert isinstance(answer, HttpAnswer)
    return told(answer)


def told(answer: HttpAnswer) -> tuple[str, str]:
    headers = lower(answer.headers)
    assert (answer.status, answer.body) == (200, b"")
    return NAMES[int(headers["grpc-status"])], headers.get("grpc-message", "")


def asked(request: HttpRequest) -> Asked:
    answer = TRITON.asked(request)
    assert isinstance(answer, Asked), answer
    return answer


@pytest.mark.parametrize(("question", "method"), [(QUESTION, STREAM_INFER), (WHOLE, INFER)])
def test_a_question_is_a_call_of_the_method_that_answers_it(
    question: Question, method: str
) -> None:
    request = TRITON.request(question, "/base", "secret")
    assert request.target == method
    assert dict(request.headers) == {
        "authorization": "Bearer secret",
        "triton_grpc_error": "true",
    }
    expected = Asked(question=question, include_usage=True)
    assert asked(request) == expected


def test_what_is_not_asked_for_is_not_told() -> None:
    text = {"name": "text_input", "datatype": "BYTES", "contents": {"bytes_contents": [b"hi"]}}
    data = encoded("ModelInferRequest", model_name="vllm_model", id="r", inputs=[text])
    understood = asked(call(data, INFER))
    assert (understood.include_usage, understood.include_finish) == (False, False)
    assert understood.request_id == "r"
    plain = msgspec.structs.replace(ANSWER, include_usage=False, include_finish=False)
    message = decoded("ModelInferResponse", TRITON.body(plain, ["x"]))
    assert [one.name for one in message.outputs] == ["text_output"]


def test_a_stream_is_given_to_who_asks_for_one_in_the_method_that_can() -> None:
    assert asked(call(asking(QUESTION), STREAM_INFER)).question.stream
    assert not asked(call(asking(WHOLE), STREAM_INFER)).question.stream
    assert not asked(call(asking(QUESTION), INFER)).question.stream


def test_refusals_are_a_status_in_the_servers_words() -> None:
    assert refused(call(b"", f"/{SERVICE}/Nowhere"))[0] == "UNIMPLEMENTED"
    assert refused(call(b"\xff"))[0] == "INVALID_ARGUMENT"
    assert refused(call(asking(model="other"))) == (
        "NOT_FOUND",
        "Request for unknown model: 'other' is not found",
    )


def test_a_decoupled_model_refuses_the_method_without_a_stream() -> None:
    decoupled = OpenInference(decoupled=True)
    assert refused(call(asking(), INFER), decoupled) == (
        "UNIMPLEMENTED",
        "ModelInfer RPC doesn't support models with decoupled transaction policy",
    )
    assert isinstance(decoupled.asked(call(asking(), STREAM_INFER)), Asked)


def test_no_capacity_left_is_unavailable_and_names_the_request() -> None:
    mine = Asked(question=QUESTION, request_id="r")
    assert told(TRITON.refusal(503, asked=mine)) == (
        "UNAVAILABLE",
        "[request id: r] Exceeds maximum queue size",
    )
    assert told(TRITON.refusal(503, message="gone")) == ("UNAVAILABLE", "gone")
    assert told(TRITON.refusal(503))[1].startswith("[request id: <id_unknown>]")


def test_a_wait_is_a_detail_of_the_status() -> None:
    headers = lower(TRITON.refusal(429, retry_after_s=2.5, exhausted="requests").headers)
    details = headers["grpc-status-details-bin"]
    assert NAMES[int(headers["grpc-status"])] == "RESOURCE_EXHAUSTED"
    assert retry_delay_s(base64.b64decode(details + "=" * (-len(details) % 4))) == 2.5


def test_an_expired_credential_is_unauthenticated() -> None:
    assert told(TRITON.credential_expired())[0] == "UNAUTHENTICATED"


def test_tokens_come_one_by_one_and_the_reason_behind_them() -> None:
    read = [TRITON.read_event(TRITON.token(ANSWER, text)) for text in ("0 ", "1 ")]
    assert [(one.text, one.finish_reason) for one in read] == [("0 ", None), ("1 ", None)]
    assert read[0].usage == Usage(prompt_tokens=5, output_tokens=1)
    (closing,) = TRITON.closing(ANSWER)
    end = TRITON.read_event(closing)
    assert (end.text, end.finish_reason, end.model) == ("", "stop", "vllm_model")
    assert end.usage == Usage(prompt_tokens=5, output_tokens=0)
    assert TRITON.opening(ANSWER) == ()


def test_every_message_has_the_requests_id() -> None:
    mine = msgspec.structs.replace(ANSWER, request_id="r")
    streamed = (TRITON.token(mine, "x"), *TRITON.closing(mine), *TRITON.empty_stream(mine))
    ids = {decoded("ModelStreamInferResponse", one).infer_response.id for one in streamed}
    assert ids == {"r"}
    assert decoded("ModelInferResponse", TRITON.body(mine, ["x"])).id == "r"


def test_a_whole_answer_is_one_message() -> None:
    read = TRITON.read_body(TRITON.body(ANSWER, ["0 ", "1 "]))
    assert (read.text, read.finish_reason) == ("0 1 ", "stop")
    assert read.usage == Usage(prompt_tokens=5, output_tokens=2)


def test_nothing_said_is_finished_all_the_same() -> None:
    (event,) = TRITON.empty_stream(ANSWER)
    assert TRITON.read_event(event).finish_reason == "stop"
    assert TRITON.read_body(TRITON.empty_body(ANSWER)).text == ""


def test_an_error_within_a_stream_is_a_message() -> None:
    error = TRITON.read_event(TRITON.error_event(500, message="it broke")).error
    assert error is not None
    assert error.message == "it broke"
    assert TRITON.read_event(TRITON.error_event(500)).error is not None


def test_a_refusal_over_http_is_read_for_its_words() -> None:
    error = TRITON.read_error(502, {"grpc-message": "caf%C3%A9"}, b"<html>")
    assert (error.code, error.message) == ("502", "café")
    assert TRITON.read_error(502, {}, b"").message == ""


def test_an_answers_head_is_grpcs() -> None:
    answer: Answer = ANSWER
    assert TRITON.head(answer, stream=True) == (("content-type", "application/grpc"),)
