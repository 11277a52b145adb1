"""What HTTP/2 has besides streams: how many there may be, and windows that stay shut."""

import pytest
from h2.events import RemoteSettingsChanged, WindowUpdated
from h2.settings import SettingCodes

from faults.http2.line import STREAMS
from providers.grpc import message_bytes
from telemetry.identity import attempt_span_id, trace_id, traceparent, tracestate
from telemetry.leash import Disarm
from tests.live.frames import CALL, Frames
from tests.live.proxied import Proxy, always, proxied, wait_until, window

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("own_runtime_folder")]

WINDOW_BYTES = 65_535
TRACE = trace_id("0badcafe", 1)
KEYED = (
    *CALL,
    ("traceparent", traceparent(TRACE, attempt_span_id(TRACE, 0))),
    ("tracestate", tracestate(0)),
)
LONG = message_bytes(b"x" * 100_000)


def limits(line: Frames) -> list[int]:
    """Return how many streams the server has allowed, in the order in which it said so."""
    changes = [one for one in line.came if isinstance(one, RemoteSettingsChanged)]
    found = [one.changed_settings.get(SettingCodes.MAX_CONCURRENT_STREAMS) for one in changes]
    return [int(change.new_value) for change in found if change is not None]


def test_a_client_may_have_only_so_many_streams_open_until_the_fault_ends(echo_port: int) -> None:
    rule = window("few", {"h2_settings_max_streams": {"streams": 2}}, 0.0, 1.0)
    with proxied(echo_port, http2=True, rules=(rule,)) as proxy:
        line = Frames(proxy.ports["azure"])
        line.call(message_bytes(b"1"))
        line.read_until("trailers, end")
        assert limits(line)[:2] == [STREAMS, 2]
        assert line.h2.remote_settings.max_concurrent_streams == 2
        line.words.clear()
        line.call(message_bytes(b"2"))
        line.read_until("trailers, end")
        wait_until(lambda: [one.action for one in proxy.touches()] == ["delayed"] * 2)
        while limits(line)[-1] != STREAMS:
            line.read()
        line.close()


def stalled(proxy: Proxy) -> tuple[Frames, int]:
    """Send as much of a long request as the windows take."""
    line = Frames(proxy.ports["azure"])
    line.read_for(0.2)  # the connection's own window
    stream = line.h2.get_next_available_stream_id()
    line.h2.send_headers(stream, KEYED)
    assert send(line, stream, LONG) == WINDOW_BYTES
    return line, stream


def send(line: Frames, stream: int, data: bytes) -> int:
    """Send what the windows take, with the stream's end behind all; return how much it is."""
    sent = 0
    while size := min(len(data) - sent, line.h2.local_flow_control_window(stream), 16_384):
        end = sent + size == len(data)
        line.h2.send_data(stream, data[sent : sent + size], end_stream=end)
        sent += size
    line.flush()
    return sent


def updates(line: Frames, stream: int) -> int:
    told = [one for one in line.came if isinstance(one, WindowUpdated)]
    return sum(one.delta or 0 for one in told if one.stream_id == stream)


def test_a_window_that_is_not_given_back_holds_one_stream_and_no_other(echo_port: int) -> None:
    rule = always("shut", {"h2_flow_control_stall": {}}, "azure")
    with proxied(echo_port, http2=True, rules=(rule,)) as proxy:
        line, stream = stalled(proxy)
        assert line.read_for(0.5) == []
        assert (updates(line, stream), line.h2.local_flow_control_window(stream)) == (0, 0)
        assert updates(line, 0) >= WINDOW_BYTES, "the connection's window is"
        assert [one.action for one in proxy.touches()] == ["withheld"]
        proxy.child.order(Disarm())
        while not updates(line, stream):
            line.read()
        assert send(line, stream, LONG[WINDOW_BYTES:]) == len(LONG) - WINDOW_BYTES
        line.read_until("trailers, end")
        assert line.body == LONG
        line.close()


def test_for_so_long(echo_port: int) -> None:
    rule = always("shut", {"h2_flow_control_stall": {"hold_s": 0.4}}, "azure")
    with proxied(echo_port, http2=True, rules=(rule,)) as proxy:
        line, stream = stalled(proxy)
        assert line.read_for(0.1) == []
        assert updates(line, stream) == 0
        while not updates(line, stream):
            line.read()
        line.close()
