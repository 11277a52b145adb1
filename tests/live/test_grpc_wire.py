"""Load over gRPC: what each fault is for our client, and that traffic fails over by it.

Two rehearsals go on at a time: streams with one fault after another, then over HTTP at the
fallback; and answers in one message.
"""

import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from telemetry.exchange import Attempt
from telemetry.outcome import Outcome
from telemetry.record import Record
from telemetry.seal import read_record
from tests.live.rehearsals import Rehearsal

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

STALLED = (Outcome.STALLED, None)
SPACING_S, LASTING_S = 1.6, 1.0
ENDED: dict[str, tuple[str, set[tuple[Outcome, str | None]]]] = {
    # As a server says it whose own upstream is away: still a status.
    "{grpc_status: {code: 14, message: failed to connect to all addresses}}": (
        "unavailable",
        {(Outcome.SERVER_ERROR, "UNAVAILABLE")},
    ),
    "{grpc_status: {code: 8, retry_delay_s: 1}}": (
        "exhausted",
        {(Outcome.RATE_LIMITED, "RESOURCE_EXHAUSTED")},
    ),
    "{grpc_status: {code: 13, after_messages: 3}}": (
        "internal",
        {(Outcome.ERROR_EVENT, "INTERNAL")},
    ),
    "{http_error: {status: 401}}": ("refused", {(Outcome.AUTH_REFUSED, "UNAUTHENTICATED")}),
    "{h2_rst_stream: {}}": ("reset_at_once", {(Outcome.CLOSED_BEFORE_HEAD, None)}),
    "{h2_goaway: {refuses: true}}": ("not_looked_at", {(Outcome.CLOSED_BEFORE_HEAD, None)}),
    "{h2_goaway: {}}": ("draining", {(Outcome.OK, "OK")}),
    # What stalls late in its window goes on behind it, within the client's patience.
    "{stream_stall: {after_tokens: 3}}": (
        "stalled",
        {STALLED, (Outcome.OK, "OK")},
    ),
    "{token_drop: {every: 3}}": ("holes", {(Outcome.INCOMPLETE, "OK")}),
    # grpcio may give up messages that it has not handed over: the first ones too, at worst.
    "{h2_rst_stream: {after_messages: 3}}": (
        "reset",
        {(Outcome.RESET_MID_STREAM, None), (Outcome.CLOSED_BEFORE_HEAD, None)},
    ),
    "{stream_truncate: {after_tokens: 3}}": (
        "cut",
        {(Outcome.TRUNCATED, None), (Outcome.CLOSED_BEFORE_HEAD, None)},
    ),
    "{grpc_missing_trailers: {}}": (
        "no_trailers",
        {(Outcome.TRUNCATED, None), (Outcome.CLOSED_BEFORE_HEAD, None), (Outcome.OK, None)},
    ),
    "{connect_refused: {reset_connections: all}}": (
        "closed",
        {
            (Outcome.CONNECT_REFUSED, None),
            (Outcome.CLOSED_BEFORE_HEAD, None),
            (Outcome.RESET_MID_STREAM, None),
        },
    ),
}
"""What is injected, what it is called here, and as what its attempts may end."""

STREAMS = f"""\
title: One thing after another at an endpoint over gRPC
endpoints:
  gke:
    dialect: {{open-inference: {{model: llama}}}}
    stand_in: {{latency: {{overhead_s: 0.03, token_gap_s: 0.01}}}}
  azure: {{dialect: azure-openai, stand_in: {{latency: {{overhead_s: 0.03, token_gap_s: 0.01}}}}}}
route:
  client:
    order: [gke, azure]
    clients: 2
    breaker: {{enabled: false, cooldown_s: 0}}
    timeouts: {{connect_s: 2, first_token_s: 2, gap_s: 0.5}}
    retry_budget: {{ratio: 1.0}}
load:
  constant: {{rate_per_s: 15}}
  output_tokens: {{median: 6}}
phases:
  {{warm_up_s: 1, baseline_s: 4.5, fault_s: {len(ENDED) * SPACING_S}, recovery_s: 10, drain_s: 5}}
gates: [user_errors (recovery) <= 5 %]
faults:
"""
WHOLE = """\
title: Answers in one message, and a call that is made because another endpoint failed
endpoints:
  azure: {dialect: azure-openai, stand_in: {}}
  gke: {dialect: open-inference, stand_in: {}}
  aks: {dialect: open-inference, stand_in: {}}
route: {client: {order: [azure, gke, aks], clients: 2, breaker: {failures: 2, cooldown_s: 1}}}
load: {constant: {rate_per_s: 15}, output_tokens: {median: 3}, stream: false}
phases: {warm_up_s: 1, baseline_s: 4.5, fault_s: 4.5, recovery_s: 11, drain_s: 5}
faults:
  - {id: azure-down, at: azure, duration_s: 4.5, inject: {http_error: {status: 503}}}
  - {id: gke-down, at: gke, duration_s: 4.5, inject: {grpc_status: {code: 14}}}
gates: [user_errors (fault) <= 5 %]
"""

CONNECTING = """\
from gevent import monkey
monkey.patch_all()
import sys
from gevent.event import Event
from loadgen.address import Address
from loadgen.grpc_wire import GrpcWire
from providers.dialect import HttpRequest

class Told:
    def __init__(self):
        self.over = Event()
    def refused(self, now_ns, outcome, error):
        print(outcome.value, flush=True)
        self.over.set()

told = Told()
wire = GrpcWire({"gke": Address("127.0.0.1", int(sys.argv[1]))}, 0.3)
line = wire.call("gke", HttpRequest(method="POST", target="/a/b", headers=()), told)
told.over.wait()
"""


@pytest.fixture(scope="module")
def rehearsals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Rehearsal]]:
    folder = tmp_path_factory.mktemp("grpc")
    windows = [
        f"  - {{id: {name}, at: gke, start_s: {index * SPACING_S:g}, duration_s: {LASTING_S}, "
        f"inject: {inject}}}\n"
        for index, (inject, (name, _)) in enumerate(ENDED.items())
    ]
    texts = {"streams": STREAMS + "".join(windows), "whole": WHOLE}
    begun: dict[str, Rehearsal] = {}
    patch = pytest.MonkeyPatch()
    patch.setenv("http_proxy", "http://127.0.0.1:1")  # which nobody is to ask
    try:
        for name, text in texts.items():
            experiment = folder / f"{name}.yaml"
            experiment.write_text(text)
            begun[name] = Rehearsal(experiment, folder / name)
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda one: one.end(120.0), begun.values()))
        yield begun
    finally:
        patch.undo()
        for one in begun.values():
            one.close()


@pytest.fixture(scope="module")
def streams(rehearsals: dict[str, Rehearsal]) -> Record:
    return read_record(rehearsals["streams"].folder())


def attempts(record: Record, endpoint: str) -> list[Attempt]:
    return [one for e in record.exchanges for one in e.attempts if one.endpoint == endpoint]


def touched_by(record: Record, fault: str) -> list[Attempt]:
    return [
        one for one in attempts(record, "gke") if fault in {touch.fault for touch in one.touches}
    ]


def test_connecting_is_given_up_when_the_client_gives_up() -> None:
    with socket.socket() as full, ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            one = waiting.enter_context(socket.socket())
            one.settimeout(0.0)
            one.connect_ex(full.getsockname())
        command = [sys.executable, "-c", CONNECTING, str(full.getsockname()[1])]
        # grpcio alone would go on for 20 s.
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=15)
    assert done.stdout == "connect_timeout\n", done.stderr


def test_both_rehearsals_pass(rehearsals: dict[str, Rehearsal]) -> None:
    for one in rehearsals.values():
        assert one.process.returncode == 0, one.said()


@pytest.mark.parametrize(("name", "endings"), ENDED.values())
def test_each_fault_ends_attempts_as_a_client_over_grpc_sees_it(
    streams: Record, name: str, endings: set[tuple[Outcome, str | None]]
) -> None:
    touched = touched_by(streams, name)
    assert len(touched) >= 5
    seen = Counter((one.outcome, one.rpc_status) for one in touched)
    assert set(seen) <= endings, seen
    assert seen[STALLED] or name != "stalled"


def test_a_wait_that_a_status_asks_for_is_read(streams: Record) -> None:
    limited = [one for one in attempts(streams, "gke") if one.outcome is Outcome.RATE_LIMITED]
    assert {one.retry_after_s for one in limited} == {1.0}


def test_a_last_token_that_is_dropped_is_missed(streams: Record) -> None:
    # Two of six, one of them the last.
    assert {one.missing_tokens for one in touched_by(streams, "holes")} == {2}


def test_streams_that_end_early_still_brought_tokens_in_order(streams: Record) -> None:
    cut = touched_by(streams, "reset")
    assert max(one.tokens for one in cut) == 3
    assert not any(one.repeated_tokens for one in cut)


def test_what_no_fault_touched_went_well_but_for_connections_that_were_away(
    streams: Record,
) -> None:
    untouched = [one for one in attempts(streams, "gke") if not one.touched]
    endings = Counter(one.outcome for one in untouched)
    # For 0.1 s after a refused connection grpcio does not try again.
    assert set(endings) <= {Outcome.OK, Outcome.CONNECT_REFUSED}, endings
    assert endings[Outcome.CONNECT_REFUSED] <= 8


def test_refused_calls_were_taken_to_the_endpoint_over_http(streams: Record) -> None:
    served = Counter(e.served_by for e in streams.exchanges if e.touched and e.succeeded)
    assert served["azure"] >= 30
    assert {one.status for one in attempts(streams, "azure")} == {200}


def test_proxies_saw_every_call_that_had_a_connection(streams: Record) -> None:
    away = {one.span_id for one in touched_by(streams, "closed")}
    connected = [
        one
        for one in attempts(streams, "gke")
        if one.span_id not in away and one.outcome is not Outcome.CONNECT_REFUSED
    ]
    assert [one.span_id for one in connected if one.hop is None] == []
    told = [one for one in connected if one.rpc_status and one.hop]
    assert {one.status for one in told} == {200}
    assert [one.span_id for one in told if one.hop and one.hop.rpc_status != one.rpc_status] == []


def test_answers_in_one_message_fail_over_alike(rehearsals: dict[str, Rehearsal]) -> None:
    record = read_record(rehearsals["whole"].folder())
    ended = Counter((one.outcome, one.rpc_status) for one in attempts(record, "gke"))
    assert ended[Outcome.SERVER_ERROR, "UNAVAILABLE"] >= 4
    assert set(ended) <= {(Outcome.OK, "OK"), (Outcome.SERVER_ERROR, "UNAVAILABLE")}
    assert all(e.succeeded for e in record.exchanges)
    served = attempts(record, "aks")
    assert len(served) >= 30
    assert {one.tokens for one in served} == {3}
