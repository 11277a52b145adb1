import msgspec
import pytest

from faults.toxiproxy.go_json import why_not


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "EOF"),
        (b"  ", "EOF"),
        (b"nope", "invalid character 'o' in literal null (expecting 'u')"),
        (b"tru", "unexpected EOF"),
        (b"<html>", "invalid character '<' looking for beginning of value"),
        (b"'a'", r"invalid character '\'' looking for beginning of value"),
        (b'{"name"', "unexpected EOF"),
    ],
)
def test_the_commonest_mistakes_are_said_as_go_says_them(body: bytes, words: str) -> None:
    with pytest.raises(msgspec.MsgspecError) as error:
        msgspec.json.decode(body)
    assert why_not(body, error.value) == words


def test_a_wrong_type_is_said_in_our_words() -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.json.decode(b'{"a":1}', type=dict[str, str])
    assert "Expected `str`, got `int`" in why_not(b'{"a":1}', error.value)
