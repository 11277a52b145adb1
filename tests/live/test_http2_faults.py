"""Faults on gRPC and HTTP/2, met by grpcio and by a client that reads frame by frame."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from h2.events import StreamReset, TrailersReceived

from faults.config import Rule
from faults.control import ask_all
from providers.grpc import MessageSplitter, message_bytes
from tests.live.echoing import Client
from tests.live.frames import CALL, Frames
from tests.live.proxied import Provider, always, proxied, streams, wait_until, window
from tests.live.said import END, request

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("own_runtime_folder")]

Inject = dict[str, dict[str, object]]


def status_in(error: Any) -> status_pb2.Status:
    """Return the details of a status, as every client reads them."""
    (told,) = [v for k, v in error.trailing_metadata() if k == "grpc-status-details-bin"]
    return status_pb2.Status.FromString(told)


# What grpcio reports of each fault: of a call, and of a stream of six messages.
UNARY: dict[str, tuple[Inject, str]] = {
    "status": ({"grpc_status": {"code": 8, "message": "no more"}}, "RESOURCE_EXHAUSTED"),
    "status, not trailers alone": ({"grpc_status": {"trailers_only": False}}, "UNAVAILABLE"),
    "missing trailers": ({"grpc_missing_trailers": {}}, "UNKNOWN"),
    "503": ({"http_error": {"status": 503}}, "UNAVAILABLE"),
    "429": ({"rate_limited": {"retry_after_s": 7}}, "RESOURCE_EXHAUSTED"),
    "401": ({"auth_expired": {}}, "UNAUTHENTICATED"),
    "404": ({"model_not_found": {}}, "NOT_FOUND"),
    "504": ({"deadline_exceeded": {"after_s": 0.1}}, "DEADLINE_EXCEEDED"),
    "overloaded": ({"overloaded": {}}, "UNAVAILABLE"),
    "internal": ({"h2_rst_stream": {"code": "INTERNAL_ERROR"}}, "INTERNAL"),
    "refused": ({"h2_rst_stream": {"code": "REFUSED_STREAM"}}, "UNAVAILABLE"),
    "calm": ({"h2_rst_stream": {"code": "ENHANCE_YOUR_CALM"}}, "RESOURCE_EXHAUSTED"),
    "cancel": ({"h2_rst_stream": {"code": "CANCEL"}}, "CANCELLED"),
    "goaway": ({"h2_goaway": {"refuses": True}}, "UNAVAILABLE"),
    "reset": ({"reset_peer": {}}, "INTERNAL"),
    "hole": ({"blackhole": {}}, "DEADLINE_EXCEEDED"),
    "page": ({"server_error": {"status": 502, "html_body": True}}, "UNAVAILABLE"),
    "bomb": ({"header_bomb": {}}, "RESOURCE_EXHAUSTED"),
}


@pytest.mark.parametrize("name", UNARY)
def test_a_call_ends_as_the_fault_says_and_is_attested(echo_port: int, name: str) -> None:
    inject, code = UNARY[name]
    with proxied(echo_port, http2=True, rules=(always("it", inject, "azure"),)) as proxy:
        client = Client(proxy.ports["azure"])
        error = client.refused(timeout_s=2)
        client.channel.close()
        assert error.code() is grpc.StatusCode[code], error
        wait_until(proxy.touches)
        assert {touch.fault for touch in proxy.touches()} == {"it"}


STREAMS: dict[str, tuple[Inject, int, str]] = {
    "status": ({"grpc_status": {"code": 13, "after_messages": 4}}, 4, "INTERNAL"),
    "status behind a head": ({"grpc_status": {"after_messages": 0}}, 0, "UNAVAILABLE"),
    "reset": ({"h2_rst_stream": {"after_messages": 2}}, 2, "INTERNAL"),
    "calm": ({"h2_rst_stream": {"code": "ENHANCE_YOUR_CALM", "after_messages": 1}}, 1,
             "RESOURCE_EXHAUSTED"),
    "stream reset": ({"stream_reset": {"after_tokens": 3}}, 3, "INTERNAL"),
    "stall": ({"stream_stall": {"after_tokens": 2}}, 2, "DEADLINE_EXCEEDED"),
    "cut": ({"stream_truncate": {"after_tokens": 5}}, 5, "UNKNOWN"),
    "missing trailers": ({"grpc_missing_trailers": {}}, 6, "UNKNOWN"),
    "drained": ({"h2_goaway": {"after_messages": 2}}, 6, "OK"),
    "refused": ({"h2_goaway": {"after_messages": 2, "refuses": True}}, 2, "UNAVAILABLE"),
    "slow": ({"slow_tokens": {"gap_s": 0.05}}, 6, "OK"),
    "late": ({"latency": {"delay_s": 0.3}}, 6, "OK"),
    "hole in it": ({"token_drop": {"every": 3}}, 4, "OK"),
    "late end": ({"slow_close": {"delay_s": 0.3}}, 6, "OK"),
}  # fmt: skip

CUT_SHORT = {"reset", "calm", "stream reset", "cut", "missing trailers", "refused"}


@pytest.mark.parametrize("name", STREAMS)
def test_exactly_so_many_messages_are_on_the_wire(echo_port: int, name: str) -> None:
    inject, count, _ = STREAMS[name]
    with proxied(echo_port, http2=True, rules=(always("it", inject, "azure"),)) as proxy:
        line = Frames(proxy.ports["azure"])
        line.call(message_bytes(b"6x1000"), (*CALL[:2], (":path", "/test.Echo/Stream"), *CALL[3:]))
        line.read_for(1.0)
        line.close()
    messages = MessageSplitter().feed(line.body)
    assert [one[5:6] for one in messages] == [b"0", b"1", b"2", b"3", b"4", b"5"][:count] or (
        name == "hole in it" and len(messages) == count
    )


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_met_behind_exactly_so_many_messages(echo_port: int, name: str) -> None:
    inject, count, code = STREAMS[name]
    with proxied(echo_port, http2=True, rules=(always("it", inject, "azure"),)) as proxy:
        client = Client(proxy.ports["azure"])
        came, end = client.streamed(b"6x1000", 2)
        client.channel.close()
        # grpcio gives up messages that it has, once a stream ends in anything but a status.
        assert len(came) == count or (len(came) < count and name in CUT_SHORT)
        assert end.code() is grpc.StatusCode[code], end
        wait_until(proxy.touches)
        assert len(proxy.touches()) == 1


def test_details_are_read_by_every_client(echo_port: int) -> None:
    inject: Inject = {
        "grpc_status": {
            "code": 8,
            "message": "Quota exceeded: 5 % left",
            "retry_delay_s": 34.5,
            "quota": "project:p",
            "reason": "RATE_LIMIT_EXCEEDED",
        }
    }
    with proxied(echo_port, http2=True, rules=(always("it", inject, "azure"),)) as proxy:
        client = Client(proxy.ports["azure"])
        error = client.refused()
        client.channel.close()
    assert error.details() == "Quota exceeded: 5 % left"
    told = status_in(error)
    assert (told.code, told.message) == (8, "Quota exceeded: 5 % left")
    retry, quota, info = told.details
    unpacked = error_details_pb2.RetryInfo()
    assert retry.Unpack(unpacked)
    assert unpacked.retry_delay.ToNanoseconds() == 34_500_000_000
    failure, why = error_details_pb2.QuotaFailure(), error_details_pb2.ErrorInfo()
    assert quota.Unpack(failure)
    assert info.Unpack(why)
    assert [one.subject for one in failure.violations] == ["project:p"]
    assert (why.reason, why.domain) == ("RATE_LIMIT_EXCEEDED", "googleapis.com")


def test_a_refusals_wait_is_a_retry_info(echo_port: int) -> None:
    inject: Inject = {"rate_limited": {"retry_after_s": 7}}
    with proxied(echo_port, http2=True, rules=(always("it", inject, "azure"),)) as proxy:
        client = Client(proxy.ports["azure"])
        (retry,) = status_in(client.refused()).details
        client.channel.close()
    unpacked = error_details_pb2.RetryInfo()
    assert retry.Unpack(unpacked)
    assert unpacked.retry_delay.seconds == 7


FRAMES: dict[str, tuple[Inject, list[str]]] = {
    "trailers alone": ({"grpc_status": {}}, ["head, end"]),
    "a head before": ({"grpc_status": {"trailers_only": False}}, ["head", "trailers, end"]),
    "status behind none": ({"grpc_status": {"after_messages": 0}}, ["head", "trailers, end"]),
    "missing trailers": ({"grpc_missing_trailers": {}}, ["head", "data", "data, end"]),
    "reset": ({"h2_rst_stream": {"code": "REFUSED_STREAM"}}, ["reset 7"]),
    "reset behind a head": ({"h2_rst_stream": {"after_messages": 0}}, ["head", "reset 2"]),
    "refused": ({"h2_goaway": {"refuses": True}}, ["goaway 0 0", "reset 7"]),
    "drained": ({"h2_goaway": {"code": "ENHANCE_YOUR_CALM"}},
                ["goaway 11 1", "head", "data", "trailers, end"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FRAMES)
def test_a_fault_is_these_frames(echo_port: int, name: str) -> None:
    inject, told = FRAMES[name]
    with proxied(echo_port, http2=True, rules=(always("it", inject, "azure"),)) as proxy:
        line = Frames(proxy.ports["azure"])
        line.call(message_bytes(b"one"))
        words = line.read_until(told[-1])
        line.close()
    assert words == told


def test_a_client_that_was_refused_by_goaway_comes_back_on_another_connection(
    echo_port: int,
) -> None:
    once: Inject = {"h2_goaway": {"refuses": True}}
    with proxied(echo_port, http2=True, rules=(window("it", once, 0.0, 3.0),)) as proxy:
        client = Client(proxy.ports["azure"])
        assert client.refused().code() is grpc.StatusCode.UNAVAILABLE
        wait_until(lambda: proxy.events("window_end"))
        assert client.once(b"again", timeout=10) == b"again"
        client.channel.close()


def test_other_streams_of_the_connection_are_not_touched(echo_port: int) -> None:
    reset: Inject = {"h2_rst_stream": {"after_messages": 1}}
    with proxied(echo_port, http2=True, rules=(always("it", reset, "azure"),)) as proxy:
        line = Frames(proxy.ports["azure"])
        many = (*CALL[:2], (":path", "/test.Echo/Stream"), *CALL[3:])
        long, short = line.call(message_bytes(b"3"), many), line.call(message_bytes(b"x"))
        line.read_until("reset 2", "trailers, end")
        line.close()
    (cut,) = [event.stream_id for event in line.came if isinstance(event, StreamReset)]
    (whole,) = [event.stream_id for event in line.came if isinstance(event, TrailersReceived)]
    assert (cut, whole) == (long, short)


def test_a_stalled_stream_goes_on_when_the_window_ends_and_others_never_wait(
    echo_port: int,
) -> None:
    stall: Inject = {"stream_stall": {"after_tokens": 2}}
    with proxied(echo_port, http2=True, rules=(window("it", stall, 0.0, 3.0),)) as proxy:
        client = Client(proxy.ports["azure"])
        call = client.stream(b"6x50000", timeout=20)
        assert [len(next(call)), len(next(call))] == [50_000] * 2
        wait_until(proxy.touches)
        assert client.once(b"quick", timeout=10) == b"quick"
        assert len(list(call)) == 4
        client.channel.close()


def test_the_kill_switch_lets_a_held_call_go_on(echo_port: int) -> None:
    with proxied(echo_port, http2=True, rules=(always("it", {"blackhole": {}}, "azure"),)) as proxy:
        client = Client(proxy.ports["azure"])
        call = client.once.future(b"held", timeout=20)
        wait_until(proxy.touches)
        ask_all("kill")
        assert call.result() == b"held"
        client.channel.close()


def test_what_a_fault_cannot_mean_is_recorded_and_the_call_passes(echo_port: int) -> None:
    inject: Inject = {"stream_error_event": {"after_tokens": 0}}
    with proxied(echo_port, http2=True, rules=(always("it", inject, "azure"),)) as proxy:
        client = Client(proxy.ports["azure"])
        assert client.once(b"x", timeout=10) == b"x"
        client.channel.close()
        (told,) = proxy.events("fault_not_applicable")
        assert told.facts["reason"] == "it has no meaning over gRPC"
        assert not proxy.touches()


def test_a_call_is_decided_by_its_first_message_though_its_requests_never_end(
    echo_port: int,
) -> None:
    inject: Inject = {"grpc_status": {"code": 9}}
    with proxied(echo_port, http2=True, rules=(always("it", inject, "azure"),)) as proxy:
        client = Client(proxy.ports["azure"])
        over = threading.Event()

        def requests() -> Iterator[bytes]:
            yield b"first"
            over.wait(20)

        call = client.both(requests(), timeout=10)
        with pytest.raises(grpc.RpcError) as error:
            next(call)
        over.set()
        client.channel.close()
    assert error.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_a_share_of_the_calls_on_one_connection_is_hit(echo_port: int) -> None:
    rule = Rule(
        id="it",
        endpoints=("azure",),
        inject={"grpc_status": {}},
        start_s=0,
        end_s=3600,
        share=0.5,
    )
    with proxied(echo_port, http2=True, rules=(rule,)) as proxy:
        client = Client(proxy.ports["azure"])
        calls = [client.once.future(str(n).encode(), timeout=20) for n in range(200)]
        hit = sum(call.exception() is not None for call in calls)
        client.channel.close()
        wait_until(lambda: len(proxy.touches()) == hit)
    assert 62 <= hit <= 138  # the 99.99999 % interval of 200 draws


def test_a_shutdown_lets_what_is_under_way_end(echo_port: int) -> None:
    with proxied(echo_port, http2=True) as proxy:
        client = Client(proxy.ports["azure"])
        call = client.both(iter([b"a"]), timeout=10)
        assert next(call) == b"hello"
        proxy.child.release()
        time.sleep(0.1)
        assert list(call) == [b"a"]
        client.channel.close()


def test_grpc_faults_mean_nothing_to_http1() -> None:
    rules = (always("it", {"grpc_status": {}}, "azure"),)
    with Provider() as provider, proxied(provider.port, rules=rules) as proxy:
        provider.expect(streams)
        line = proxy.connect()
        line.send(request(b"{}"))
        assert line.read_until(END).startswith(b"HTTP/1.1 200 OK")
        (told,) = proxy.events("fault_not_applicable")
    assert told.facts["reason"] == "it has no meaning over HTTP/1.1"
