import pytest

from telemetry.foreign import genai
from tests.telemetry.foreign.made import call, ns, span


def test_a_call_to_a_model_is_known_by_its_operation_or_by_older_names() -> None:
    assert genai.is_inference(call(1, 0, 1))
    assert not genai.is_inference(call(1, 0, 1, gen_ai__operation__name="execute_tool"))
    older = {"gen_ai.system": "vertex_ai", "gen_ai.request.model": "gemini"}
    assert genai.is_inference(span(1, 0, 1, attributes=older))
    assert genai.provider(span(1, 0, 1, attributes=older)) == "gcp.vertex_ai"
    assert not genai.is_inference(span(1, 0, 1, kind="INTERNAL", attributes=older))


def test_the_first_token_is_told_in_seconds_or_by_an_event() -> None:
    said = call(1, 2.0, 3.0, gen_ai__response__time_to_first_chunk=0.25)
    assert genai.first_token_ns(said) == ns(2.25)
    events = (("gen_ai.first_token", ns(2.5)), ("gen_ai.first_token", ns(2.4)))
    assert genai.first_token_ns(call(1, 2.0, 3.0, events=events)) == ns(2.4)
    assert genai.first_token_ns(call(1, 2.0, 3.0)) is None


@pytest.mark.parametrize("said", [["stop"], "stop", '["stop"]'])
def test_finish_reasons_may_be_a_list_or_a_text(said: object) -> None:
    told = call(1, 0, 1, gen_ai__response__finish_reasons=said)
    assert genai.finish_reasons(told) == ("stop",)


def test_a_port_is_named_where_it_is_not_the_usual_one() -> None:
    usual = call(1, 0, 1, server__address="api", server__port=443)
    other = call(1, 0, 1, server__address="api", server__port=8080)
    assert genai.place(usual, None).address == "api"
    assert genai.place(call(2, 0, 1), other).address == "api:8080"
