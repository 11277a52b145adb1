"""Checks that others answer stop a run, and so do those who no longer answer."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from experiments.model import Stop
from experiments.running.stop_checks import AskedInVainError, StopChecks, Tally, asked

pytestmark = pytest.mark.live


class Answering(HTTPServer):
    status = 200
    body = b"{}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Answering)
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        del format, args


@pytest.fixture
def server() -> Iterator[Answering]:
    with Answering(("127.0.0.1", 0), Handler) as answering:
        threading.Thread(target=answering.serve_forever, args=(0.01,), daemon=True).start()
        yield answering
        answering.shutdown()


def url(server: Answering) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def test_a_check_answers_with_its_status_or_is_told(server: Answering) -> None:
    stop = Stop(http=url(server))
    assert asked(stop) == ""
    server.status = 500
    assert asked(stop).endswith("answered 500, not 200")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"data":{"resultType":"scalar","result":[0,"7"]}}', "up is 7, above 5"),
        (
            b'{"data":{"resultType":"vector","result":[{"value":[0,"1"]},{"value":[0,"9"]}]}}',
            "up is 9, above 5",
        ),
        (b'{"data":{"resultType":"vector","result":[{"value":[0,"NaN"]}]}}', ""),
        (b'{"data":{"resultType":"vector","result":[]}}', ""),
    ],
)
def test_a_querys_worst_value_counts(server: Answering, body: bytes, told: str) -> None:
    server.body = body
    assert asked(Stop(prometheus=url(server), query="up", above=5)) == told


@pytest.mark.parametrize("body", [b"", b"{}", b'{"data":{"result":7}}'])
def test_an_answer_without_a_value_is_none(server: Answering, body: bytes) -> None:
    server.body = body
    with pytest.raises(AskedInVainError, match="gave no value"):
        asked(Stop(prometheus=url(server), query="up", above=5))


def test_who_is_not_there_is_asked_in_vain() -> None:
    with pytest.raises(AskedInVainError, match="cannot be asked"):
        asked(Stop(http="http://127.0.0.1:9"))


def test_a_reason_needs_as_many_failures_in_a_row_as_are_allowed() -> None:
    tally = Tally(Stop(http="http://x", failures=2))
    said = [tally.look(lambda _stop, answer=answer: answer) for answer in ("bad", "", "bad", "bad")]  # type: ignore[misc]  # the default binds it
    assert said == ["", "", "", "stop condition: bad, 2 times in a row"]


def test_a_value_that_is_above_needs_no_second_look() -> None:
    tally = Tally(Stop(prometheus="http://x", query="q", above=1, failures=3))
    assert tally.look(lambda _stop: "q is 2, above 1") == "stop condition: q is 2, above 1"


def test_nothing_to_ask_begins_no_thread() -> None:
    checks = StopChecks([Stop(metric="user_errors", above=1)])
    checks.start()
    checks.close()
    assert checks.reason == ""
