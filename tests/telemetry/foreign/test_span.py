import pytest

from telemetry.foreign.span import UnfitSpanError, identifier, kept, made


@pytest.mark.parametrize(
    ("said", "digits", "is_"),
    [
        ("ABCDEF0123456789abcdef0123456789", 32, "abcdef0123456789abcdef0123456789"),
        ("f0123456789abcdef0123456789abcd", 32, "0f0123456789abcdef0123456789abcd"),
        ("AAAAAAAAAAAAAAAAAAAAAQ==", 32, "0" * 31 + "1"),
        ("AAAAAAAAAAE=", 16, "0" * 15 + "1"),
    ],
)
def test_an_id_is_hex_digits_however_it_was_written(said: str, digits: int, is_: str) -> None:
    assert identifier(said, digits) == is_


@pytest.mark.parametrize("said", ["", "0" * 32, "f" * 33, "no id", None, 7])
def test_what_is_no_id_is_no_span(said: object) -> None:
    with pytest.raises(UnfitSpanError, match="id"):
        identifier(said, 32)


@pytest.mark.parametrize("times", [(0, 5), (7, 5), ("x", 5), (None, 5)])
def test_a_span_has_a_start_and_an_end_after_it(times: tuple[object, object]) -> None:
    with pytest.raises(UnfitSpanError):
        made(trace_id="1", span_id="1", start_ns=times[0], end_ns=times[1],
             attributes={}, resource={})  # fmt: skip


def test_what_was_asked_and_answered_is_not_kept() -> None:
    said = {"gen_ai.input.messages": "secret", "error.type": "503", "crosswind.endpoint": "azure"}
    assert kept(said) == {"error.type": "503", "crosswind.endpoint": "azure"}
