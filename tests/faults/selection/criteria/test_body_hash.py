import gzip

from faults.heads import HEAD_END
from faults.question import read_whole
from faults.request import Request
from faults.selection.match import Match
from tests.faults.selection.asking import meant, needs_body
from tests.live.said import AZURE, request

BODY = b'{"messages": []}'


def hash_in_rows() -> str:
    head = request(BODY).partition(HEAD_END)[0] + HEAD_END
    return read_whole(Request(head, head.lower(), None, None), BODY, AZURE).body_hash


def test_a_body_is_known_by_the_hash_that_rows_have() -> None:
    match = Match(body_hash=hash_in_rows())
    assert meant(match, request(BODY))
    assert not meant(match, request(BODY + b" "))
    assert needs_body(match, request(BODY))


def test_a_body_that_came_compressed_is_the_same() -> None:
    coded = request(gzip.compress(BODY), headers=b"Content-Encoding: gzip\r\n")
    assert meant(Match(body_hash=hash_in_rows()), coded)
