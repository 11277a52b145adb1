import json

import pytest

from faults.selection.match import Match
from tests.faults.selection.asking import meant, needs_body
from tests.live.said import chunked, request


@pytest.mark.parametrize("text", ["canary 7", 'say "no"', "naïve Größe", "two\nlines"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_text_is_found_as_json_writes_it(text: str, *, ascii_only: bool) -> None:
    said = {"messages": [{"content": f"Please: {text}."}]}
    raw = request(json.dumps(said, ensure_ascii=ascii_only).encode())
    assert meant(Match(prompt=text), raw)
    assert not meant(Match(prompt=text + "!"), raw)
    assert needs_body(Match(prompt=text), raw)


def test_a_text_is_found_across_chunks() -> None:
    head = request(headers=b"Transfer-Encoding: chunked\r\n")
    assert meant(Match(prompt="canary"), head + chunked([b'{"x": "can', b'ary"}']))
