"""The injector process: `python -m faults.injector CONFIG.json`, one proxy per endpoint.

It is started on a leash (`telemetry.leash`). When the leash is let go, or on SIGTERM, all faults
are off at once, the listeners close, what is in flight gets `LEASH_S`, and the process ends. A
fault also ends when the time to live of the configuration is over, and by the kill switch.
"""

import asyncio
import contextlib
import gc
import itertools
import math
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import uvloop

from faults.arming import Arming
from faults.arranging import Arranging
from faults.attested import CountingRecorder
from faults.config import InjectorConfig, Listener
from faults.control import ControlFolderError, ControlSocket, is_engaged
from faults.doorway import Entrance
from faults.header_faults import HeaderFaults
from faults.lane import Guest, Lane, upstream_at
from faults.limit_watch import LimitWatch, limiter_of
from faults.listening import Listening
from faults.rules import RuleBook, Tallies
from faults.selection.shared_tally import SharedTally, tally_file
from faults.selection.tally import OwnTally
from faults.switch import ENGAGED, Switch
from faults.tls.listening_as import complaint_without_tls, server_tls
from providers.catalog import make_dialect
from telemetry.clock import now_ns
from telemetry.leash import (
    Disarm,
    Order,
    OrderReader,
    Start,
    leash_descriptor,
    ready_descriptor,
    say_ready,
)
from telemetry.plain_speech import redact_standard_error
from telemetry.recorder import FLUSH_INTERVAL_S, Recorder, open_spool

LEASH_S: Final = 5.0
"""How long exchanges in flight may go on once the leash is gone."""

POLL_S: Final = 0.02


class NotStartedError(ValueError):
    """The injector cannot start, or a proxy cannot be opened; the message says why."""


class Injector:
    """All proxies of one process, their faults, and what ends them."""

    def __init__(self, config: InjectorConfig, recorder: Recorder) -> None:
        """Reserve every port; raises NotStartedError on what cannot be done as told."""
        self._config = config
        self._recorder = recorder
        book = _book(config)
        if complaint := complaint_without_tls(config):
            raise NotStartedError(complaint)
        self._watch = LimitWatch(limiter_of(config), recorder)
        self._new_lane = _lane_maker(config, recorder, book, self._watch)
        self._listenings = [self._new_lane(listener) for listener in config.listeners]
        self._arming = Arming(book, self._listenings, recorder)
        self._arranging = Arranging(self._arming, self._listenings, self._new_lane, config.seed)
        switch = Switch(config, recorder, self._arming, self._arranging, lambda: self.ports)
        self._control = ControlSocket(switch.obey)
        self._end: asyncio.Future[float] | None = None

    @property
    def ports(self) -> dict[str, int]:
        """Return the port of every endpoint's proxy."""
        return {listening.lane.endpoint: listening.port for listening in self._listenings}

    async def serve(self) -> None:
        """Serve until the leash, an order or a signal ends it; raises NotStartedError."""
        loop = asyncio.get_running_loop()
        self._end = loop.create_future()
        await self._open()
        flushing = asyncio.ensure_future(self._keep_flushing())
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._finish_within, LEASH_S)
        await loop.connect_read_pipe(lambda: _Leash(self), os.fdopen(leash_descriptor(), "rb", 0))
        if self._config.begin_at_once:
            self._arming.begin(now_ns())
        # Those that are made later have their own ends.
        mortal = [rule.id for rule in self._config.rules]
        loop.call_later(self._config.max_ttl_s, self._arming.retire, mortal)
        # What lives now lives as long as the process: no collection need look at it again.
        gc.collect()
        gc.freeze()
        say_ready({"ready": True, "ports": self.ports})
        await self._close(await self._end)
        flushing.cancel()
        self._watch.last_report()
        self._recorder.close()

    def obey(self, order: Order) -> None:
        """Do what the conductor orders."""
        if isinstance(order, Start):
            self._arming.begin(order.at_ns)
        elif isinstance(order, Disarm):
            self._arming.disarm()
            _say({"disarmed": True, "faults_left": self._arming.faults_left})
        else:
            self._finish_within(order.within_s)

    def lose_leash(self) -> None:
        """Take it that the conductor is gone."""
        self._finish_within(LEASH_S)

    def _finish_within(self, within_s: float) -> None:
        self._arming.disarm()
        self._arranging.leave()
        for listening in self._listenings:
            listening.close()
        if self._end is not None and not self._end.done():
            self._end.set_result(within_s)

    async def _open(self) -> None:
        if self._config.rules and is_engaged():
            raise NotStartedError(ENGAGED)
        try:
            await self._control.open()
            if self._config.rules and is_engaged():
                # Engaged in between: whoever did it has not seen this socket.
                raise NotStartedError(ENGAGED)
            for listening in self._listenings:
                await listening.open()
        except (OSError, ControlFolderError) as error:
            raise NotStartedError(str(error)) from error

    async def _close(self, within_s: float) -> None:
        for guest in self._guests():
            guest.leave()
        for _ in range(math.ceil(within_s / POLL_S)):
            if not (self._guests() or self._arranging.busy):
                break
            await asyncio.sleep(POLL_S)
        for guest in self._guests():
            guest.expel("shutdown")
        self._arranging.close()
        await asyncio.sleep(0)
        self._control.close()

    def _guests(self) -> list[Guest]:
        return [guest for listening in self._listenings for guest in listening.lane.guests]

    async def _keep_flushing(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_INTERVAL_S)
            self._watch.report(now_ns())
            self._recorder.flush()


class _Leash(asyncio.Protocol):
    """The conductor's orders, and its end."""

    def __init__(self, injector: Injector) -> None:
        self._injector = injector
        self._orders = OrderReader()

    def data_received(self, data: bytes) -> None:
        try:
            orders = self._orders.feed(data)
        except ValueError as wrong:
            print(f"crosswind injector: not an order: {wrong}", file=sys.stderr)  # noqa: T201 - stderr is its log
            return
        for order in orders:
            self._injector.obey(order)

    def eof_received(self) -> None:
        self._injector.lose_leash()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._injector.lose_leash()


def read_config(arguments: list[str]) -> InjectorConfig:
    """Read the configuration that the command line names; raises NotStartedError."""
    if len(arguments) != 1:
        raise NotStartedError("usage: python -m faults.injector CONFIG.json")
    try:
        return msgspec.json.decode(Path(arguments[0]).read_bytes(), type=InjectorConfig)
    except (OSError, msgspec.MsgspecError) as error:
        raise NotStartedError(f"{arguments[0]}: {error}") from error


def main() -> int:
    """Run the process; 0 in order, 2 when it could not start as told."""
    try:
        _check_leash()
        uvloop.run(_serve(read_config(sys.argv[1:])))
    except NotStartedError as error:
        print(f"crosswind injector: {error}", file=sys.stderr)  # noqa: T201 - stderr is its log
        return 2
    return 0


async def _serve(config: InjectorConfig) -> None:
    await Injector(config, _recorder(config)).serve()


def _recorder(config: InjectorConfig) -> Recorder:
    if config.run_folder is None:
        return CountingRecorder()
    try:
        return open_spool(Path(config.run_folder), "injector")
    except OSError as error:
        raise NotStartedError(str(error)) from error


def _book(config: InjectorConfig) -> RuleBook:
    try:
        return RuleBook(
            config.rules,
            seed=config.seed,
            run_tag=config.run_tag,
            bystanders=config.bystanders,
            tallies=_tallies(config),
        )
    except KeyError as unknown:
        raise NotStartedError(f"no fault is called {unknown}") from unknown
    except ValueError as wrong:
        raise NotStartedError(f"rules: {wrong}") from wrong


def _tallies(config: InjectorConfig) -> Tallies:
    if config.tallies_folder is None:
        return lambda _rule, _endpoint: OwnTally()
    folder = Path(config.tallies_folder)
    return lambda rule, place: SharedTally(tally_file(folder, rule.id, rule.made, place))


def _lane_maker(
    config: InjectorConfig, recorder: Recorder, book: RuleBook, watch: LimitWatch
) -> Callable[[Listener], Listening]:
    hops, connections = itertools.count(), itertools.count()

    def make(listener: Listener) -> Listening:
        try:
            lane = Lane(
                listener.endpoint,
                upstream=upstream_at(listener.upstream, listener.upstream_ca_file),
                dialect=make_dialect(listener.dialect),
                recorder=recorder,
                book=book,
                run_tag=config.run_tag,
                bystanders=config.bystanders,
                hops=hops,
                connection_numbers=connections,
                scheme="http" if listener.tls is None else "https",
                reads=config.marks or config.observe or watch.limiter is not None,
                numbered=listener.numbered,
                limiter=watch.limiter,
                limit_reached=watch.reached,
            )
            if config.header_faults_share:
                lane.header_faults = HeaderFaults(config.header_faults_share, config.seed)
            how = Entrance(config.shared_ports, server_tls(listener), listener.http2)
            return Listening(lane, listener.host, listener.port, how)
        except KeyError as unknown:
            raise NotStartedError(f"{listener.endpoint}: no dialect {unknown}") from unknown
        except (OSError, ValueError) as error:
            where = f"{listener.endpoint}: {listener.host}:{listener.port}"
            raise NotStartedError(f"{where}: {error}") from error

    return make


def _check_leash() -> None:
    try:
        leash_descriptor(), ready_descriptor()
    except (KeyError, ValueError) as missing:
        raise NotStartedError("started without a leash; use `crosswind serve`") from missing


def _say(word: dict[str, object]) -> None:
    with contextlib.suppress(OSError):
        say_ready(word)


if __name__ == "__main__":
    redact_standard_error()
    sys.exit(main())
