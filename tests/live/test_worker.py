import os
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from loadgen.config import Breaker, Load, Route, Timeouts
from providers.http1 import answer_head
from providers.words import token_text
from telemetry import identity
from telemetry.clock import now_ns, seconds
from telemetry.leash import Stop
from telemetry.outcome import Outcome
from telemetry.rows import (
    AttemptBegun,
    AttemptEnded,
    Event,
    ExchangeEnded,
    ExchangePlanned,
    SpoolEnded,
)
from tests.live import origin
from tests.live.origin import Origin, exchange_of, header
from tests.live.workers import RUN_TAG, Worker, config, target

pytestmark = pytest.mark.live


def run(worker: Worker) -> None:
    """Let a worker send its whole load and end in order."""
    worker.start()
    assert worker.word().get("finished") is True, worker.errors.read_text()
    worker.order(Stop())
    assert worker.exit_code() == 0, worker.errors.read_text()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_each_way_an_answer_can_fail_has_its_own_outcome(tmp_path: Path) -> None:
    behaviours = {
        1: (origin.unavailable, Outcome.SERVER_ERROR),
        2: (origin.silent, Outcome.FIRST_TOKEN_TIMEOUT),
        3: (origin.stalled, Outcome.STALLED),
        4: (origin.unfinished, Outcome.TRUNCATED),
        5: (origin.cut, Outcome.TRUNCATED),
        6: (origin.reset, Outcome.RESET_MID_STREAM),
        7: (origin.garbage, Outcome.MALFORMED),
        8: (origin.lost_token, Outcome.INCOMPLETE),
    }
    with Origin({n: behaviour for n, (behaviour, _) in behaviours.items()}) as provider:
        told = config(tmp_path, (target("azure", provider.port),))
        with Worker(told) as worker:
            run(worker)
    expected = {n: outcome for n, (_, outcome) in behaviours.items()}
    assert worker.outcomes() == {n: expected.get(n, Outcome.OK) for n in range(20)}
    assert "Locust counted 20 exchanges, 8 of them failed" in worker.errors.read_text()
    believed = {row.exchange for row in worker.rows_of(ExchangeEnded) if row.believed_ok}
    assert believed == set(range(20)) - set(range(1, 8))


def test_every_exchange_is_sent_once_counted_and_recorded(tmp_path: Path) -> None:
    with Origin() as provider:
        told = config(tmp_path, (target("azure", provider.port),), duration_s=1.5)
        with Worker(told) as worker:
            assert worker.start() > 0
            assert worker.word() == {"finished": True, "planned": 30, "sent": 30}
            worker.order(Stop())
            assert worker.exit_code() == 0
        assert sorted(map(exchange_of, provider.heads)) == list(range(30))
    rows = worker.rows()
    assert [row.seq for row in rows] == list(range(len(rows)))
    assert rows[-1] == SpoolEnded(seq=len(rows) - 1, rows=len(rows) - 1)
    for kind in (ExchangePlanned, AttemptBegun, AttemptEnded, ExchangeEnded):
        assert len(worker.rows_of(kind)) == 30
    events = {event.name: event.facts for event in worker.rows_of(Event)}
    assert events["generator_end"] == {"planned": 30, "sent": 30}
    assert set(events["generator"]) == {
        *("cpu_share", "hub_lag_max_s", "in_flight", "sent", "late_max_s")
    }


def test_an_answers_facts_are_in_its_row(tmp_path: Path) -> None:
    with Origin() as provider:
        told = config(tmp_path, (target("azure", provider.port),), duration_s=0.2)
        with Worker(told) as worker:
            run(worker)
    row = worker.attempts(3)[0]
    begun = next(b for b in worker.rows_of(AttemptBegun) if b.exchange == 3)
    assert (row.status, row.finish_reason, row.tokens) == (200, "stop", 3)
    assert (row.usage_prompt_tokens, row.usage_output_tokens) == (9, 3)
    assert (row.missing_tokens, row.repeated_tokens) == (0, 0)
    times = [begun.begin_ns, row.connected_ns, row.head_ns, row.first_token_ns, row.last_token_ns]
    assert times == sorted(t for t in times if t is not None)
    assert row.first_token_ns is not None
    assert row.last_token_ns is not None
    assert row.largest_gap_ns is not None
    span_ns = row.last_token_ns - row.first_token_ns
    assert span_ns / 2 <= row.largest_gap_ns <= span_ns


def test_a_request_carries_its_exchange_and_its_attempts_key(tmp_path: Path) -> None:
    with Origin() as provider:
        told = config(tmp_path, (target("azure", provider.port),), duration_s=0.1)
        with Worker(told) as worker:
            run(worker)
    trace = identity.trace_id(RUN_TAG, 1)
    head = next(head for head in provider.heads if exchange_of(head) == 1)
    span = identity.attempt_span_id(trace, 0)
    assert header(head, "traceparent") == identity.traceparent(trace, span)
    assert header(head, "tracestate") == "crosswind=0"
    assert header(head, "host") == f"127.0.0.1:{provider.port}"


def test_a_refused_connection_fails_over_and_opens_the_breaker(tmp_path: Path) -> None:
    with Origin() as provider:
        targets = (target("gone", free_port()), target("azure", provider.port))
        route = Route(order=("gone", "azure"), clients=1, breaker=Breaker(failures=3))
        with Worker(config(tmp_path, targets, route=route)) as worker:
            run(worker)
    assert set(worker.outcomes().values()) == {"ok"}
    assert {row.served_by for row in worker.rows_of(ExchangeEnded)} == {"azure"}
    asked = [row.endpoint for row in worker.rows_of(AttemptBegun)]
    assert (asked.count("gone"), asked.count("azure")) == (3, 20)
    assert worker.attempts(0)[0].outcome is Outcome.CONNECT_REFUSED
    assert worker.attempts(0)[0].error == "Connection refused"
    (breaker,) = [event for event in worker.rows_of(Event) if event.name == "breaker"]
    assert (breaker.subject, breaker.facts) == ("gone", {"replica": 0, "state": "open"})


def test_a_connection_is_used_again_and_replaced_when_it_was_closed_meanwhile(
    tmp_path: Path,
) -> None:
    # Exchange 2 comes on a kept connection that ends before any byte of an answer.
    with Origin() as provider:
        answered = iter([False, True])
        provider.behaviours[2] = lambda c: next(answered) and origin.whole(c)
        load = Load(arrivals={"constant": {"rate_per_s": 5}})
        told = config(tmp_path, (target("azure", provider.port),), load=load)
        with Worker(told) as worker:
            run(worker)
        assert provider.connections == 2
        assert [exchange_of(head) for head in provider.heads] == [0, 1, 2, 2, 3, 4]
    assert set(worker.outcomes().values()) == {"ok"}
    assert len(worker.rows_of(AttemptBegun)) == 5


def test_a_request_on_a_new_connection_is_never_repeated(tmp_path: Path) -> None:
    with Origin(dict.fromkeys(range(20), origin.closed)) as provider:
        told = config(tmp_path, (target("azure", provider.port),), duration_s=0.2)
        with Worker(told) as worker:
            run(worker)
        assert sorted(map(exchange_of, provider.heads)) == [0, 1, 2, 3]
    assert set(worker.outcomes().values()) == {"closed_before_head"}


def test_answers_in_one_piece_are_read_too(tmp_path: Path) -> None:
    def whole_body(connection: socket.socket) -> bool:
        body = origin.DIALECT.body(origin.ANSWER, [token_text(1, n) for n in range(3)])
        head = origin.DIALECT.head(origin.ANSWER, stream=False)
        connection.sendall(answer_head(200, head, content_length=len(body)) + body)
        return True

    with Origin(dict.fromkeys(range(4), whole_body)) as provider:
        load = Load(arrivals={"constant": {"rate_per_s": 20}}, stream=False)
        told = config(tmp_path, (target("azure", provider.port),), load=load, duration_s=0.2)
        with Worker(told) as worker:
            run(worker)
    assert worker.outcomes() == dict.fromkeys(range(4), "ok")
    assert worker.attempts(0)[0].tokens == 3


def test_what_is_still_under_way_after_the_drain_is_unfinished(tmp_path: Path) -> None:
    timeouts = Timeouts(first_token_s=60)
    with Origin({1: origin.silent}) as provider:
        route = Route(order=("azure",), clients=1, timeouts=timeouts)
        told = config(
            tmp_path, (target("azure", provider.port),), route=route, duration_s=0.2, drain_s=0.3
        )
        with Worker(told) as worker:
            run(worker)
    assert worker.outcomes() == {0: "ok", 1: "unfinished", 2: "ok", 3: "ok"}
    assert worker.attempts(1)[0].outcome is Outcome.CANCELLED


def test_beyond_what_may_be_under_way_exchanges_are_shed_and_recorded(tmp_path: Path) -> None:
    with Origin(dict.fromkeys(range(20), origin.silent)) as provider:
        told = config(tmp_path, (target("azure", provider.port),), duration_s=0.4, max_in_flight=2)
        with Worker(told) as worker:
            worker.start()
            assert worker.word() == {"finished": True, "planned": 8, "sent": 2}
            worker.order(Stop())
            assert worker.exit_code() == 0
    assert list(worker.outcomes().values()).count("shed_by_generator") == 6
    assert len(worker.rows_of(ExchangePlanned)) == 8


def test_workers_share_the_plan_by_replicas(tmp_path: Path) -> None:
    with Origin() as provider:
        route = Route(order=("azure",), clients=4)
        told = config(tmp_path, (target("azure", provider.port),), route=route, count=2)
        with Worker(told) as one, Worker(msgspec.structs.replace(told, index=1)) as two:
            zero_ns = one.start()
            two.start()
            assert one.word()["planned"] == two.word()["planned"] == 10
            for worker in (one, two):
                worker.order(Stop())
                assert worker.exit_code() == 0
    planned = one.rows_of(ExchangePlanned) + two.rows_of(ExchangePlanned)
    assert sorted(row.exchange for row in planned) == list(range(20))
    assert {row.replica % 2 for row in one.rows_of(ExchangePlanned)} == {0}
    assert all(row.replica == row.exchange % 4 for row in planned)
    assert [seconds(r.planned_ns - zero_ns) for r in one.rows_of(ExchangePlanned)][:2] == [0, 0.1]


def test_without_its_conductor_a_worker_stops_sending_at_once(tmp_path: Path) -> None:
    # One exchange is under way for ever; others end and none begins.
    with Origin({0: origin.silent, 3: origin.unavailable}) as provider:
        targets = (target("azure", provider.port),)
        with Worker(config(tmp_path, targets, duration_s=60.0)) as worker:
            worker.start()
            worker.wait_for_rows(ExchangePlanned, 5)
            worker.let_go()
            gone_ns = now_ns()
            assert worker.exit_code() == 0
    assert max(row.dispatched_ns for row in worker.rows_of(ExchangePlanned)) < gone_ns + 1e9
    assert max(row.begin_ns for row in worker.rows_of(AttemptBegun)) < gone_ns + 1e9
    assert isinstance(worker.rows()[-1], SpoolEnded)
    assert len(worker.rows_of(ExchangeEnded)) == len(worker.rows_of(ExchangePlanned))


def test_an_order_to_stop_ends_a_load_early_and_in_order(tmp_path: Path) -> None:
    with Origin({0: origin.stalled}) as provider:
        route = Route(order=("azure",), clients=1, timeouts=Timeouts(gap_s=60))
        told = config(tmp_path, (target("azure", provider.port),), route=route, duration_s=60.0)
        with Worker(told) as worker:
            worker.start()
            worker.wait_for_rows(ExchangeEnded, 3)
            worker.order(Stop(within_s=0.2))
            assert worker.exit_code() == 0
    assert worker.outcomes().pop(0) == "unfinished"
    assert isinstance(worker.rows()[-1], SpoolEnded)


def test_a_terminated_worker_ends_in_order(tmp_path: Path) -> None:
    with Origin() as provider:
        told = config(tmp_path, (target("azure", provider.port),), duration_s=60.0)
        with Worker(told) as worker:
            worker.start()
            worker.wait_for_rows(ExchangeEnded, 2)
            worker.process.terminate()
            assert worker.exit_code() == 0
    assert isinstance(worker.rows()[-1], SpoolEnded)


def test_an_order_that_is_none_crashes_it_loudly_without_an_end_row(tmp_path: Path) -> None:
    with Origin() as provider, Worker(config(tmp_path, (target("a", provider.port),))) as worker:
        assert worker.word()["ready"] is True
        os.write(worker._leash, b'{"order": "fly"}\n')
        assert worker.exit_code() == 1
    assert "Invalid value 'fly'" in worker.errors.read_text()
    assert not worker.rows_of(SpoolEnded)


def test_a_config_that_cannot_be_done_is_refused_in_words(tmp_path: Path) -> None:
    route = Route(order=("elsewhere",))
    with Worker(config(tmp_path, (target("azure", 1),), route=route)) as worker:
        assert worker.exit_code() == 2
    said = worker.errors.read_text()
    assert "route.order: no such endpoint: elsewhere" in said
    assert "Traceback" not in said


def test_importing_loadgen_and_its_pure_parts_brings_neither_locust_nor_gevent() -> None:
    modules = "loadgen, loadgen.plan, loadgen.generator, loadgen.orders, loadgen.catalog"
    check = f"import sys, {modules}; sys.exit(bool({{'locust', 'gevent'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
