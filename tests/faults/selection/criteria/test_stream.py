import pytest

from faults.selection.match import Match
from tests.faults.selection.asking import AZURE, VERTEX, meant, needs_body
from tests.live.said import request


@pytest.mark.parametrize(
    ("target", "body", "stream"),
    [
        (AZURE, b'{"stream": true}', True),
        (AZURE, b'{"stream":false}', False),
        (AZURE, b"{}", False),
        (AZURE, b'{"stream": true, "messages": [', True),
        (VERTEX + b"streamGenerateContent?alt=sse", b"{}", True),
        (VERTEX + b"generateContent", b'{"stream": true}', False),
    ],
)
def test_a_stream_is_asked_for_by_the_path_or_else_by_the_body(
    target: bytes, body: bytes, *, stream: bool
) -> None:
    raw = request(body, target=target)
    assert meant(Match(stream=stream), raw)
    assert not meant(Match(stream=not stream), raw)
    assert needs_body(Match(stream=stream), raw) is (target == AZURE)
