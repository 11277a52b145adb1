from faults.request import CONTENT_BYTES, Request
from telemetry.identity import Parent

HEAD = b"POST /a?b HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nExpect: 100-continue\r\n\r\n"
PARENT = Parent("ab" * 16, "cd" * 8)


def made(parent: Parent | None = None, key: int | None = None, head: bytes = HEAD) -> Request:
    return Request(head, head.lower(), parent, key)


def test_only_a_traced_attempt_with_an_ordinal_is_keyed_by_it() -> None:
    assert made(PARENT, 0).keyed_by == "attempt"
    assert made(PARENT).keyed_by == made(None, 1).keyed_by == made().keyed_by == "content"


def test_its_content_is_the_request_line_and_the_bodys_first_mebibyte() -> None:
    body = b"x" * (CONTENT_BYTES + 1)
    assert made().content(body) == b"POST /a?b HTTP/1.1\n" + body[:-1]
    assert made().content(body) == made(head=HEAD.replace(b"gzip", b"br")).content(body + b"y")


def test_once_continued_it_expects_nothing_any_more() -> None:
    assert made().expects_continue
    assert not made().continued().expects_continue


def test_it_asks_upstream_by_name_and_where_wanted_for_a_readable_answer() -> None:
    asked = made().head_for(b" up")
    assert b"\r\nHost: up\r\n" in asked
    assert b"gzip" in asked
    plain = made().plain_head_for(b" up")
    assert plain.count(b"Accept-Encoding") == 1
    assert plain.endswith(b"\r\nAccept-Encoding: identity\r\n\r\n")


def test_a_question_for_the_head_alone_is_known() -> None:
    assert made(head=b"HEAD / HTTP/1.1\r\n\r\n").to_head
    assert not made().to_head
