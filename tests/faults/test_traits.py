import pytest

from faults.traits import UNKNOWN, Traits

LOW = b"post / http/1.1\r\nhost: x\r\ncontent-length: 4000\r\nx-tier: gold \r\n\r\n"


def test_a_header_is_found_by_its_name_alone() -> None:
    assert Traits(LOW).header(b"x-tier") == b"gold"
    assert Traits(LOW).header(b"tier") == b""


@pytest.mark.parametrize(("low", "tokens"), [(LOW, 1000), (b"", 0), (b"\r\ncontent-length: x", 0)])
def test_a_prompt_is_estimated_from_the_length_that_the_head_gives(low: bytes, tokens: int) -> None:
    assert Traits(low).prompt_tokens == tokens


def test_of_an_unknown_request_nothing_is_known() -> None:
    assert (UNKNOWN.prompt_tokens, UNKNOWN.under_way) == (0, 1)


def test_a_body_is_read_once_and_only_if_it_is_asked_for() -> None:
    read: list[int] = []

    def body() -> bytes:
        read.append(1)
        return b'{"model": "m", "stream": true}'

    head = b"POST /x HTTP/1.1\r\n\r\n"
    traits = Traits(head.lower(), head=head, body=body)
    assert (traits.method, traits.path, traits.model_in_path) == ("POST", "/x", "")
    assert read == []
    assert (traits.model, traits.stream) == ("m", True)
    assert traits.body_hash
    assert read == [1]


def test_every_header_of_a_name_is_found() -> None:
    low = b"get / http/1.1\r\nx: a\r\nxx: b\r\nx:c\r\n\r\n"
    assert Traits(low).headers(b"x") == [b"a", b"c"]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"model": 5}', b"\xff", b"[" * 20_000])
def test_a_body_that_says_nothing_names_no_model(body: bytes) -> None:
    traits = Traits(body=lambda: body)
    assert (traits.model, traits.stream) == ("", False)


@pytest.mark.parametrize(
    ("path", "streamed"),
    [
        (b"/v1/projects/p/models/gemini:streamGenerateContent", True),
        (b"/v1/projects/p/models/gemini:generateContent", False),
        (b"/inference.GRPCInferenceService/ModelStreamInfer", True),
        (b"/inference.GRPCInferenceService/ModelInfer", False),
        (b"/inference.GRPCInferenceService/ModelReady", None),
        (b"/v1/chat/completions", None),
    ],
)
def test_some_paths_say_whether_a_stream_is_asked_for(path: bytes, streamed: bool | None) -> None:  # noqa: FBT001 - a column of the table
    head = b"POST %b HTTP/1.1\r\n\r\n" % path
    assert Traits(head.lower(), head=head).stream_in_path is streamed
