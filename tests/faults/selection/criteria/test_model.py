import pytest

from faults.selection.match import Match
from tests.faults.selection.asking import AZURE, VERTEX, meant, needs_body
from tests.live.said import request

CHAT = b"/v1/chat/completions"


@pytest.mark.parametrize(
    ("target", "body", "model"),
    [
        (AZURE, b'{"model": "other"}', "gpt-4o"),
        (VERTEX + b"generateContent", b"{}", "gemini-2.5-flash"),
        (CHAT, b'{"messages": [], "model": "gpt-4o-mini"}', "gpt-4o-mini"),
        (b"/openai/deployments/a%20b/x", b"", "a b"),
        (b"/v2/models/resnet/infer", b"{}", "resnet"),
    ],
)
def test_a_model_stands_in_the_path_or_else_in_the_body(
    target: bytes, body: bytes, model: str
) -> None:
    raw = request(body, target=target)
    assert meant(Match(model=model), raw)
    assert meant(Match(model=("else", model)), raw)
    assert not meant(Match(model="else"), raw)
    assert needs_body(Match(model=model), raw) is (target == CHAT)


def test_of_a_body_that_is_cut_off_its_beginning_counts() -> None:
    body = b'{"model": "gpt-4o", "messages": [{"content": "' + b"x" * 54
    cut = request(body, target=CHAT).replace(b"Length: 100", b"Length: 9999")
    assert b"9999" in cut
    assert meant(Match(model="gpt-4o"), cut)


def test_a_prompt_that_speaks_of_a_model_is_not_heard() -> None:
    body = rb'{"messages": [{"content": "\"model\": \"gpt-4o\""}], "model": "o1", "cut": '
    assert not meant(Match(model="gpt-4o"), request(body, target=CHAT))
    assert meant(Match(model="o1"), request(body, target=CHAT))


def test_a_message_of_the_open_inference_protocol_names_its_model_first() -> None:
    name = b"triton-llm"
    message = b"\x0a" + bytes([len(name)]) + name + b"\x1a\x011"
    body = b"\0" + len(message).to_bytes(4, "big") + message
    target = b"/inference.GRPCInferenceService/ModelInfer"
    assert meant(Match(model="triton-llm"), request(body, target=target))
    assert not meant(Match(model="triton-llm"), request(b"\0\0\0\0\0", target=target))
