import pytest

from faults.heads import (
    attempt_key_in,
    content_length_in,
    ends_connection,
    expects_continue,
    is_chunked,
    is_framed,
    other_lines,
    parent_in,
    replace_field,
    rewrite_answer,
    rewrite_request,
    start_line,
    told_fields,
    url_in,
    without_field,
)
from telemetry.identity import Parent

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"


def head(*lines: str, first: str = "POST /v1 HTTP/1.1") -> bytes:
    return "\r\n".join([first, *lines, "", ""]).encode()


def rewritten(*lines: str) -> bytes:
    asked = head(*lines)
    return rewrite_request(asked, asked.lower(), b" up.test:81")


def test_only_the_host_changes_and_all_else_keeps_its_bytes() -> None:
    assert rewritten("X-a: 1", "hOsT:  proxy:80 ", "X-Host: y", "Connection: keep-alive") == head(
        "X-a: 1", "hOsT: up.test:81", "X-Host: y", "Connection: keep-alive"
    )


def test_a_request_without_a_host_gets_one() -> None:
    assert rewritten("A: b") == head("Host: up.test:81", "A: b")


@pytest.mark.parametrize("name", ["Keep-Alive", "Proxy-Connection", "TE", "Upgrade", "uPGRADE"])
def test_fields_of_one_hop_are_dropped(name: str) -> None:
    assert rewritten("Host: x", f"{name}: y", "A: b") == head("Host: up.test:81", "A: b")


def test_what_connection_names_is_dropped_and_what_it_says_of_the_connection_stays() -> None:
    asked = ("Host: x", "Connection: X-Own, close", "x-own: 1", "A: b")
    assert rewritten(*asked) == head("Host: up.test:81", "Connection: close", "A: b")


def test_a_connection_field_that_names_only_others_goes_with_them() -> None:
    assert rewritten("Host: x", "Connection: X-Own", "X-Own: 1") == head("Host: up.test:81")


def test_a_wish_for_another_protocol_is_passed_on() -> None:
    asked = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: x")
    expected = head("Host: up.test:81", "Connection: Upgrade", "Upgrade: h2c")
    assert rewritten("Host: x", *asked) == expected


@pytest.mark.parametrize("name", ["Test", "Tenant", "Upgrade-Insecure-Requests", "Keep-Alive-X"])
def test_fields_that_only_begin_like_them_stay(name: str) -> None:
    assert rewritten("Host: x", f"{name}: y") == head("Host: up.test:81", f"{name}: y")


def test_an_answers_head_is_the_very_same_unless_something_must_go() -> None:
    said = head("Connection: close", "A: b", first="HTTP/1.1 200 OK")
    assert rewrite_answer(said) is said
    gone = head("Connection: close", "Keep-Alive: timeout=5", "A: b", first="HTTP/1.1 200 OK")
    assert rewrite_answer(gone) == said


def test_a_field_is_replaced_at_the_end_and_removed_in_any_case() -> None:
    said = head("accept-ENCODING: gzip", "A: b", "Accept-Encoding: br")
    assert replace_field(said, b"Accept-Encoding", b"identity") == head(
        "A: b", "Accept-Encoding: identity"
    )
    assert without_field(said, b"Accept-Encoding") == head("A: b")
    assert other_lines(said, frozenset({b"a"})) == [
        b"accept-ENCODING: gzip",
        b"Accept-Encoding: br",
    ]
    assert start_line(said) == b"POST /v1 HTTP/1.1"


def test_the_parent_and_the_attempts_ordinal_are_read() -> None:
    low = head(f"TraceParent: 00-{TRACE}-{SPAN}-01", "TraceState: a=b, crosswind=12,c=d").lower()
    assert parent_in(low) == Parent(TRACE, SPAN)
    assert attempt_key_in(low) == 12


@pytest.mark.parametrize(
    "value",
    [
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}",
        "nonsense",
    ],
)
def test_what_is_no_traceparent_is_no_parent(value: str) -> None:
    assert parent_in(head(f"traceparent: {value}").lower()) is None


@pytest.mark.parametrize("value", ["notcrosswind=1", "crosswind=x", "a=crosswind=1", "crosswind="])
def test_what_is_no_ordinal_is_none(value: str) -> None:
    assert attempt_key_in(head(f"tracestate: {value}").lower()) is None


def test_framing_is_read() -> None:
    long, chunked, bare = (
        head("Content-Length: 12").lower(),
        head("Transfer-Encoding: gzip, Chunked").lower(),
        head("A: b").lower(),
    )
    assert [content_length_in(low) for low in (long, chunked, bare)] == [12, 0, 0]
    assert [is_chunked(low) for low in (long, chunked, bare)] == [False, True, False]
    assert [is_framed(low) for low in (long, chunked, bare)] == [True, True, False]


def test_who_ends_the_connection_says_so() -> None:
    assert ends_connection(head("Connection: foo, Close").lower())
    assert ends_connection(head(first="GET / HTTP/1.0").lower())
    assert not ends_connection(head("Connection: keep-alive", "A: close").lower())
    assert expects_continue(head("Expect: 100-Continue").lower())
    assert not expects_continue(head("X-Expect: 100-continue").lower())


def test_fields_are_told_as_they_came_without_the_space_around_them() -> None:
    head = b"HTTP/1.1 200 OK\r\nX-One:  a: \xa0\t\r\nx-two:\r\n\r\n"

    assert told_fields(head) == (("X-One", "a: \xa0"), ("x-two", ""))


@pytest.mark.parametrize(
    ("target", "lines", "url"),
    [
        ("/v1?a=b", ["Host: Up.test:81"], "https://up.test:81/v1?a=b"),
        ("/", ["X: 1", "host:up.test \t"], "https://up.test/"),
        ("/v1", ["X-Host: other", "X: host: other"], "/v1"),
        ("http://up.test/v1", ["Host: other"], "http://up.test/v1"),
        ("*", ["Host: up.test"], "/"),
    ],
)
def test_where_a_request_was_sent_is_what_its_client_calls_the_place(
    target: str, lines: list[str], url: str
) -> None:
    asked = head(*lines, first=f"POST {target} HTTP/1.1")
    assert url_in(asked, asked.lower(), "https") == url
