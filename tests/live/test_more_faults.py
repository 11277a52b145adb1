"""Faults before the head, within the stream, of the credential and of the content, at the socket.

Each is met in both dialects, by a raw socket and by our own client.
"""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loadgen.config import Load, Target
from providers.sse import event_data
from providers.words import numbers_in
from telemetry.leash import Disarm, Stop
from telemetry.outcome import Outcome
from tests.live.proxied import Proxy
from tests.live.two_clouds import DIALECTS, REFERENCES, TOKENS, WHOLE, Call, Reference, broken
from tests.live.workers import Worker, config

pytestmark = pytest.mark.live

DELAY_S = 0.2
GAP_S = 0.05
FAULTS: dict[str, Reference] = {
    "expired": {"auth_expired": {}},
    "reset": {"reset_peer": {}},
    "hum": {"keep_alive_only": {"interval_s": 0.1}},
    "error": {"stream_error_event": {}},
    "broken": {"stream_malformed_event": {}},
    "empty": {"empty_response": {}},
    "slow": {"slow_tokens": {"gap_s": GAP_S}},
    "late": {"latency": {"delay_s": DELAY_S}},
    "error-close": {"stream_error_event": {"after_tokens": 2, "then": "close"}},
    "error-end": {"stream_error_event": {"after_tokens": 2, "status": 503}},
    "error-continue": {"stream_error_event": {"after_tokens": 2, "then": "continue"}},
    "bad-json": {"stream_malformed_event": {"after_tokens": 2}},
    "bad-utf8": {"stream_malformed_event": {"after_tokens": 2, "kind": "bad_utf8"}},
    "no-prefix": {"stream_malformed_event": {"after_tokens": 2, "kind": "missing_prefix"}},
}
EACH = pytest.mark.parametrize("cloud", DIALECTS)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with broken(tmp_path_factory.mktemp("broken"), FAULTS) as proxy:
        yield proxy


@EACH
def test_a_reset_comes_before_any_byte_and_the_provider_is_not_asked(
    proxy: Proxy, cloud: str
) -> None:
    call = Call(proxy, cloud, "reset")
    assert call.line.read_to_reset() == b""
    assert (call.hop().ending, call.hop().asked_upstream) == ("reset", False)
    assert call.touch().action == "reset"


@EACH
def test_an_expired_credential_is_a_401_of_the_provider_who_is_not_asked(
    proxy: Proxy, cloud: str
) -> None:
    call = Call(proxy, cloud, "expired")
    reader = call.read()
    assert reader.take_body() == DIALECTS[cloud].credential_expired().body
    assert (reader.status, call.hop().status, call.hop().asked_upstream) == (401, 401, False)


@EACH
def test_latency_comes_before_the_head_and_keeps_a_stream(proxy: Proxy, cloud: str) -> None:
    began = time.monotonic()
    call = Call(proxy, cloud, "late")
    call.line.sock.recv(1, socket.MSG_PEEK)
    assert time.monotonic() - began >= DELAY_S
    assert numbers_in(call.text(call.events())) == WHOLE
    assert (call.touch().action, call.touch().asked_upstream) == ("delayed", False)


@EACH
def test_latency_keeps_a_body(proxy: Proxy, cloud: str) -> None:
    body = Call(proxy, cloud, "late", stream=False).read().take_body()
    assert numbers_in(DIALECTS[cloud].read_body(body).text) == WHOLE


@EACH
def test_slow_tokens_all_come_and_no_sooner_than_their_gaps(proxy: Proxy, cloud: str) -> None:
    began = time.monotonic()
    call = Call(proxy, cloud, "slow")
    told = call.events()
    assert time.monotonic() - began >= GAP_S * (TOKENS - 1)
    assert numbers_in(call.text(told)) == WHOLE
    assert (call.hop().ending, call.touch().action) == ("complete", "delayed")


@EACH
def test_an_error_event_is_the_last_of_a_stream_that_ends_well_formed(
    proxy: Proxy, cloud: str
) -> None:
    call = Call(proxy, cloud, "error-end")
    told = call.events()
    assert told[-1] == DIALECTS[cloud].error_event(503)
    assert numbers_in(call.text(told[:-1])) == WHOLE[:2]
    assert (call.hop().status, call.hop().ending) == (200, "complete")
    assert call.touch().action == "answered"


@EACH
def test_behind_an_error_event_the_connection_may_close(proxy: Proxy, cloud: str) -> None:
    call = Call(proxy, cloud, "error-close")
    received = call.line.read_to_end()
    assert DIALECTS[cloud].error_event(500) in received
    assert not received.endswith(b"0\r\n\r\n")


@EACH
def test_behind_an_error_event_every_token_may_still_come(proxy: Proxy, cloud: str) -> None:
    call = Call(proxy, cloud, "error-continue")
    told = call.events()
    assert told.count(DIALECTS[cloud].error_event(500)) == 1
    assert numbers_in(call.text(told)) == WHOLE


@EACH
@pytest.mark.parametrize("fault", ["bad-json", "bad-utf8", "no-prefix"])
def test_a_broken_event_costs_its_token_alone(proxy: Proxy, cloud: str, fault: str) -> None:
    call = Call(proxy, cloud, fault)
    assert numbers_in(call.text(call.events())) == [0, 1, 3, 4, 5]


@EACH
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "body"])
def test_an_empty_answer_is_finished_and_says_nothing(
    proxy: Proxy, cloud: str, *, stream: bool
) -> None:
    call = Call(proxy, cloud, "empty", stream=stream)
    dialect = DIALECTS[cloud]
    if stream:
        deltas = [dialect.read_event(event_data(event) or b"") for event in call.events()]
    else:
        deltas = [dialect.read_body(call.read().take_body())]
    assert "".join(delta.text for delta in deltas) == ""
    assert [delta.finish_reason for delta in deltas if delta.finish_reason]
    assert (call.hop().status, call.hop().asked_upstream) == (200, True)


@EACH
def test_comments_go_on_until_the_client_leaves(proxy: Proxy, cloud: str) -> None:
    call = Call(proxy, cloud, "hum")
    assert b"data:" not in call.line.read_until(b": keep-alive\n\n", 4)
    call.line.close()
    assert (call.hop().ending, call.hop().asked_upstream) == ("client_gone", True)


def test_when_faults_are_removed_the_answer_comes_whole_behind_the_comments(
    tmp_path: Path,
) -> None:
    with broken(tmp_path, {"hum": FAULTS["hum"]}) as proxy:
        calls = [Call(proxy, cloud, "hum") for cloud in DIALECTS]
        for call in calls:
            call.line.read_until(b": keep-alive\n\n", 2)
        proxy.child.order(Disarm())
        for call in calls:
            assert numbers_in(call.text(call.events())) == WHOLE


@EACH
def test_our_client_tells_them_apart_and_goes_on_to_the_next(
    proxy: Proxy, cloud: str, tmp_path: Path
) -> None:
    expected = {
        "expired": Outcome.AUTH_REFUSED,
        "reset": Outcome.CLOSED_BEFORE_HEAD,
        "hum": Outcome.FIRST_TOKEN_TIMEOUT,
        "error": Outcome.ERROR_EVENT,
        "broken": Outcome.MALFORMED,
        "empty": Outcome.EMPTY,
        "slow": Outcome.OK,
    }
    targets = tuple(
        Target(
            endpoint=fault,
            dialect=REFERENCES[cloud],
            base_url=f"http://127.0.0.1:{proxy.ports[f'{cloud}-{fault}']}",
        )
        for fault in expected
    )
    load = Load(arrivals={"constant": {"rate_per_s": 1}})
    with Worker(config(tmp_path, targets, load=load)) as worker:
        worker.start()
        assert worker.word().get("finished") is True, worker.errors.read_text()
        worker.order(Stop())
        assert worker.exit_code() == 0
    assert [row.outcome for row in worker.attempts(0)] == list(expected.values())
    assert worker.outcomes() == {0: Outcome.OK}
