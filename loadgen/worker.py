"""Generates load in a process of its own: `python -m loadgen.worker CONFIG.json`.

Locust, as a library, gives the environment, the runner, the users and the request events; its one
user sends the planned exchanges at their times, whatever became of those before (an open load).

On the ready pipe: `{"ready": true, "ports": {}, "planned": n}`, later
`{"finished": true, "planned": n, "sent": n}`. Exit codes: 0 ended in order, 1 crashed (the spool
has no end row then), 2 the config is wrong.
"""

# Locust patches the process for gevent, so it comes before everything else.
import locust  # isort: skip

import contextlib
import gc
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import gevent
from gevent.event import Event as Flag
from locust.env import Environment
from locust.event import EventHook, Events
from locust.exception import StopUser

from loadgen.asking import Asking
from loadgen.generator import Generator, Pulse, clients_of
from loadgen.orders import ConfigError, Orders, read_orders
from loadgen.renewal import keep_fresh
from loadgen.wire import GeventWire
from telemetry import leash
from telemetry.clock import nanoseconds, now_ns, seconds
from telemetry.plain_speech import redact_standard_error
from telemetry.recorder import FLUSH_INTERVAL_S, open_spool

CRASHED, WRONG = 1, 2
LEASH_GRACE_S = 5.0
REPORT_EVERY_S = 1.0
IDLE_CHECK_S = 0.02


class ExchangeFailedError(Exception):
    """What Locust's own statistics count as a failure."""


def main(arguments: list[str]) -> int:
    """Run the worker of a config file until its load is over and it is told to stop."""
    try:
        worker = _prepared(arguments)
    except ConfigError as error:
        sys.stderr.write(f"loadgen.worker: {error}\n")
        return WRONG
    _allow_many_connections()
    return worker.run()


def _prepared(arguments: list[str]) -> "Worker":
    if len(arguments) != 1:
        raise ConfigError("usage: python -m loadgen.worker CONFIG.json")
    orders = read_orders(Path(arguments[0]), os.environ)
    try:
        return Worker(orders)
    except OSError as error:
        raise ConfigError(f"{orders.config.run_folder}: {error.strerror}") from error


class Worker:
    """One worker process: waits for its orders, sends, drains, and ends in order."""

    def __init__(self, orders: Orders) -> None:
        """Open the spool; OSError if that cannot be."""
        config = self._config = orders.config
        self._planned = orders.planned
        self._endpoints = orders.endpoints
        self._recorder = open_spool(Path(config.run_folder), "worker", config.index)
        called = frozenset(name for name, one in orders.endpoints.items() if one.dialect.grpc)
        connect_s = config.route.timeouts.connect_s
        clients = clients_of(
            config,
            orders.endpoints,
            lambda: GeventWire(orders.addresses, called, connect_s),
            self._recorder,
        )
        self._generator = Generator(
            clients,
            self._recorder,
            replicas=config.route.clients,
            max_in_flight=config.max_in_flight,
            over=self._tell_locust,
        )
        self._environment = _environment(user_class(self._send_all))
        self._leash_words = leash.OrderReader()
        self._start_ns = 0
        self._grace_s = LEASH_GRACE_S
        self._crashed = False
        self._ordered = Flag()  # told to start or to end
        self._ending = Flag()  # told to end
        self._sent_all = Flag()  # the load is over, or was ended

    def run(self) -> int:
        """Do everything from the ready word to the end row; return the exit code."""
        hub = gevent.get_hub()
        # What goes wrong in a callback or a greenlet must not stay a message on stderr.
        hub.handle_error = self._crash  # type: ignore[assignment]  # gevent calls it with these alone
        self._watch_leash()
        runner = self._environment.create_local_runner()
        _fire(
            self._environment.events.init, environment=self._environment, runner=runner, web_ui=None
        )
        timers = self._start_timers()
        self._keep_credentials_fresh()
        gc.freeze()
        _say({"ready": True, "ports": {}, "planned": len(self._planned)})
        self._ordered.wait()
        if not self._ending.is_set():
            runner.start(1, spawn_rate=1)
            self._sent_all.wait()
            self._drain()
        if not self._crashed:
            self._finish()
        for timer in timers:
            timer.close()
        runner.quit()
        return CRASHED if self._crashed else 0

    def _send_all(self) -> None:
        """Send each exchange when it is due; over when the planned time is, or at the end."""
        for planned in self._planned:
            self._wait_until(self._start_ns + nanoseconds(planned.at_s))
            if self._ending.is_set():
                break
            self._generator.send(planned, self._start_ns)
        self._wait_until(self._start_ns + nanoseconds(self._config.duration_s))
        self._sent_all.set()

    def _wait_until(self, at_ns: int) -> None:
        remaining_ns = at_ns - now_ns()
        if remaining_ns > 0:
            self._ending.wait(seconds(remaining_ns))

    def _drain(self) -> None:
        load_end_s = seconds(self._start_ns) + self._config.duration_s
        self._wait_idle(load_end_s + self._config.drain_s, unless_ending=True)
        if self._ending.is_set():
            self._generator.last_call()
            self._wait_idle(seconds(now_ns()) + self._grace_s, unless_ending=False)
        if not self._crashed:
            self._generator.abandon()

    def _wait_idle(self, until_s: float, *, unless_ending: bool) -> None:
        while self._generator.in_flight and seconds(now_ns()) < until_s and not self._crashed:
            if unless_ending and self._ending.is_set():
                return
            gevent.sleep(IDLE_CHECK_S)

    def _finish(self) -> None:
        counts = {"planned": len(self._planned), "sent": self._generator.sent}
        self._generator.note("generator_end", now_ns(), **counts)
        self._recorder.flush()
        sys.stderr.write(f"{self._locusts_view()}\n")
        _say({"finished": True, **counts})
        self._ending.wait()
        if not self._crashed:
            self._recorder.close()

    def _start_timers(self) -> tuple[Any, ...]:
        self._pulse = Pulse(now_ns(), time.process_time())
        loop = gevent.get_hub().loop
        beat = loop.timer(FLUSH_INTERVAL_S, FLUSH_INTERVAL_S)
        beat.start(self._beat)
        report = loop.timer(REPORT_EVERY_S, REPORT_EVERY_S)
        report.start(self._report)
        return beat, report

    def _keep_credentials_fresh(self) -> None:
        for endpoint in self._endpoints.values():
            gevent.spawn(keep_fresh, endpoint, time.time, self._ending.wait, sys.stderr.write)

    def _beat(self) -> None:
        self._pulse.beat(now_ns())
        self._recorder.flush()

    def _report(self) -> None:
        generator, now = self._generator, now_ns()
        late_ns, generator.late_max_ns = generator.late_max_ns, 0
        generator.note(
            "generator",
            now,
            **self._pulse.report(now, time.process_time()),
            in_flight=generator.in_flight,
            sent=generator.sent,
            late_max_s=seconds(late_ns),
        )

    def _tell_locust(self, asking: Asking) -> None:
        outcome = asking.outcome
        failed = None if outcome is None or outcome.succeeded else ExchangeFailedError(outcome)
        _fire(
            self._environment.events.request,
            request_type="exchange",
            name=asking.served_by or "nobody",
            response_time=(asking.end_ns - asking.planned_ns) / 1e6,
            response_length=asking.tokens,
            exception=failed,
            context={},
        )

    def _locusts_view(self) -> str:
        total = self._environment.stats.total
        return f"Locust counted {total.num_requests} exchanges, {total.num_failures} of them failed"

    def _watch_leash(self) -> None:
        gevent.signal_handler(signal.SIGTERM, self._end, LEASH_GRACE_S)
        descriptor = leash.leash_descriptor()
        os.set_blocking(descriptor, False)
        self._leash = gevent.get_hub().loop.io(descriptor, 1)
        self._leash.start(self._read_leash, descriptor)

    def _read_leash(self, descriptor: int) -> None:
        data = os.read(descriptor, 65536)
        if not data:
            self._leash.close()
            self._end(LEASH_GRACE_S)
        for order in self._leash_words.feed(data):
            if isinstance(order, leash.Start):
                self._start_ns = order.at_ns
                self._ordered.set()
            elif isinstance(order, leash.Stop):
                self._end(order.within_s)

    def _end(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._ending.set()
        self._ordered.set()

    def _crash(
        self,
        context: object,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        del context
        if issubclass(kind, gevent.GreenletExit):
            return
        traceback.print_exception(kind, error, trace)
        self._crashed = True
        self._end(0.0)
        self._sent_all.set()


def user_class(send_all: Callable[[], None]) -> type[locust.User]:
    """Return the Locust user that sends the whole load and leaves."""

    class GenUser(locust.User):
        """The one user: its single task is the schedule."""

        fixed_count = 1

        @locust.task
        def send(self) -> None:
            """Send everything that is planned."""
            send_all()
            raise StopUser

    return GenUser


def _allow_many_connections() -> None:
    """Take all the descriptors that the system gives: each exchange under way needs one."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _environment(user: type[locust.User]) -> Environment:
    # Events of its own: Locust's are shared by the whole process.
    events = Events()  # type: ignore[no-untyped-call]  # Locust's annotations are partial
    return Environment(user_classes=[user], events=events, catch_exceptions=False)


def _fire(hook: EventHook, **facts: object) -> None:
    hook.fire(**facts)  # type: ignore[no-untyped-call]  # Locust's annotations are partial


def _say(word: dict[str, object]) -> None:
    # A conductor that is gone is told nothing; the leash says so too.
    with contextlib.suppress(BrokenPipeError):
        leash.say_ready(word)


if __name__ == "__main__":
    redact_standard_error()
    sys.exit(main(sys.argv[1:]))
