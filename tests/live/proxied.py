"""A provider that does exactly what a test says, a proxy in front of it, and a raw client."""

import contextlib
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import msgspec

from experiments.running.children import Child, await_word
from faults.config import InjectorConfig, Listener, Price, Rule, Tls
from telemetry.rows import AnyRow, Event, FaultTouched, HopBegun, HopEnded, decode_row
from tests.live.said import DIALECT, STREAM, chunked, dechunk, events, request

WITHIN_S = 10.0
RST = struct.pack("ii", 1, 0)

Behaviour = Callable[["Line"], object]


class Line:
    """One end of a connection, byte by byte; `received` is everything that has come."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.received = b""
        sock.settimeout(WITHIN_S)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read(self) -> bytes:
        """Return what comes next, b"" for FIN; raises ConnectionResetError for RST."""
        data = self.sock.recv(65_536)
        self.received += data
        return data

    def read_until(self, end: bytes, times: int = 1) -> bytes:
        """Read until `end` has come so often; return everything received."""
        while self.received.count(end) < times:
            if not self.read():
                raise AssertionError(f"FIN before {end!r}: {self.received!r}")
        return self.received

    def read_to_end(self) -> bytes:
        """Read up to the FIN."""
        while self.read():
            pass
        return self.received

    def read_to_reset(self) -> bytes:
        """Read up to the RST; fails on a FIN."""
        try:
            self.read_to_end()
        except ConnectionResetError:
            return self.received
        raise AssertionError(f"FIN, not RST, after {self.received!r}")

    def silent_for(self, seconds: float) -> bool:
        """Tell whether nothing, not even an end, comes for so long."""
        self.sock.settimeout(seconds)
        try:
            return self.read() is None
        except TimeoutError:
            return True
        finally:
            self.sock.settimeout(WITHIN_S)

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
        self.sock.close()

    def close(self) -> None:
        self.sock.close()


class Provider:
    """Listens on loopback; every connection is `behave`d as the test says, in its own thread."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.behave: Behaviour = Line.read_to_end
        self.lines: list[Line] = []
        self._lines: list[Line] = []
        self.ended = threading.Semaphore(0)
        self.errors: list[BaseException] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._lines + self.lines:
            line.close()

    def expect(self, behave: Behaviour) -> None:
        """Behave like this from the next connection on."""
        self._lines += self.lines
        self.lines = []
        self.errors.clear()
        self.ended = threading.Semaphore(0)
        self.behave = behave

    def await_end(self) -> None:
        """Wait until a behaviour has come to its end."""
        assert self.ended.acquire(timeout=WITHIN_S)
        assert not self.errors, self.errors

    def await_gone(self) -> None:
        """Wait until a behaviour was ended by its client leaving."""
        assert self.ended.acquire(timeout=WITHIN_S)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock = self._listener.accept()[0]
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        ended, behave, lines = self.ended, self.behave, self.lines
        if self._tls is not None:
            try:
                sock = self._tls.wrap_socket(sock, server_side=True)
            except OSError:
                return
        line = Line(sock)
        lines.append(line)
        try:
            behave(line)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.errors.append(error)
        line.close()
        ended.release()


class Proxy:
    """An injector of ours with one listener per endpoint, all in front of one provider."""

    def __init__(self, folder: Path, child: Child, ports: dict[str, int]) -> None:
        self.folder = folder
        self.child = child
        self.ports = ports
        self.lines: list[Line] = []

    def connect(self, endpoint: str = "azure") -> Line:
        line = Line(socket.create_connection(("127.0.0.1", self.ports[endpoint]), WITHIN_S))
        self.lines.append(line)
        return line

    def close(self) -> None:
        """Close every connection that was made."""
        for line in self.lines:
            line.close()

    def rows(self) -> list[AnyRow]:
        spool = self.folder / "spool" / "injector-0.ndjson"
        *lines, _ = spool.read_bytes().split(b"\n")
        return [decode_row(line) for line in lines]

    def await_row(self, wanted: Callable[[AnyRow], bool]) -> AnyRow:
        """Return the last row like this, as soon as there is one."""
        wait_until(lambda: any(wanted(row) for row in self.rows()))
        return [row for row in self.rows() if wanted(row)][-1]

    def end_of(self, span: str) -> HopEnded:
        """Return the end of the hop whose request carried this span id."""
        begun = self.await_row(lambda row: isinstance(row, HopBegun) and row.parent_span_id == span)
        assert isinstance(begun, HopBegun)
        return self.await_end(lambda row: row.hop == begun.hop)

    def await_end(self, wanted: Callable[[HopEnded], bool]) -> HopEnded:
        """Return the last end of a hop like this, as soon as there is one."""
        row = self.await_row(lambda row: isinstance(row, HopEnded) and wanted(row))
        assert isinstance(row, HopEnded)
        return row

    def events(self, name: str) -> list[Event]:
        return [row for row in self.rows() if isinstance(row, Event) and row.name == name]

    def touches(self) -> list[FaultTouched]:
        return [row for row in self.rows() if isinstance(row, FaultTouched)]


def always(fault: str, inject: dict[str, dict[str, object]], *endpoints: str) -> Rule:
    """Return a rule that is armed from the start on."""
    return Rule(id=fault, endpoints=endpoints, inject=inject, start_s=0, end_s=3600)


@contextlib.contextmanager
def proxied(
    provider_port: int,
    *,
    endpoints: tuple[str, ...] = ("azure",),
    rules: tuple[Rule, ...] = (),
    upstream: str = "",
    ca_file: str | None = None,
    price: Price = Price(),  # noqa: B008 - frozen
    tls: Tls | None = None,
    http2: bool = False,
    **options: object,
) -> Iterator[Proxy]:
    config = InjectorConfig(
        seed=1,
        run_tag="0a0b0c0d",
        listeners=tuple(
            Listener(
                endpoint=endpoint,
                dialect=DIALECT,
                upstream=upstream or f"http://127.0.0.1:{provider_port}",
                upstream_ca_file=ca_file,
                price=price,
                tls=tls,
                http2=http2,
            )
            for endpoint in endpoints
        ),
        rules=rules,
        run_folder="",
    )
    settings = {"bystanders": True, "begin_at_once": True, **options}
    with injecting(msgspec.structs.replace(config, **settings)) as proxy:
        yield proxy


@contextlib.contextmanager
def injecting(config: InjectorConfig) -> Iterator[Proxy]:
    """Start an injector in a folder of its own; it must say nothing but its words."""
    with tempfile.TemporaryDirectory(prefix="crosswind-test-") as name:
        folder = Path(name)
        config = msgspec.structs.replace(config, run_folder=name)
        (folder / "config.json").write_bytes(msgspec.json.encode(config))
        child = Child("injector", "faults.injector", folder / "config.json", folder / "log")
        try:
            ports = msgspec.convert(await_word(child, "ready", WITHIN_S)["ports"], dict[str, int])
            proxy = Proxy(folder, child, ports)
            with contextlib.closing(proxy):
                yield proxy
        finally:
            child.release()
            if not child.wait(WITHIN_S):
                child.kill()
            child.close()
        said = (folder / "log").read_text()
        assert not said, said


def answers(*pieces: bytes) -> Behaviour:
    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        for piece in pieces:
            line.send(piece)

    return behave


def ask(proxy: Proxy, provider: Provider, behave: Behaviour, asked: bytes = b"") -> Line:
    provider.expect(behave)
    line = proxy.connect()
    line.send(asked or request(method=b"GET"))
    return line


HOLE: dict[str, dict[str, object]] = {"blackhole": {}}
STALL: dict[str, dict[str, object]] = {"stream_stall": {"after_tokens": 1}}
ERROR: dict[str, dict[str, object]] = {"http_error": {"status": 503}}


def streams(line: Line) -> None:
    count = 0
    while True:
        count += 1
        line.read_until(b"\r\n\r\n", count)
        line.send(STREAM + chunked(events(3)))


def window(fault: str, inject: dict[str, dict[str, object]], start_s: float, end_s: float) -> Rule:
    return Rule(id=fault, endpoints=("azure",), inject=inject, start_s=start_s, end_s=end_s)


def held(proxy: Proxy) -> Line:
    """Ask, and return once a fault holds the client, the first that it does."""
    line = proxy.connect()
    line.send(request(b"{}"))
    wait_until(proxy.touches)
    return line


def body(line: Line) -> list[bytes]:
    return dechunk(line.received.partition(b"\r\n\r\n")[2])[0]


def refused(proxy: Proxy) -> bool:
    try:
        proxy.connect().close()
    except ConnectionError:  # reset: it was still in the queue when the listener closed
        return True
    return False


def wait_until(happens: Callable[[], object]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.01)
