"""The kill switch: a socket at every injector, and the client that asks all of them.

One JSON line in, `{"do": "list"}` or another `Word`, one JSON line out. Sockets are 0600, named by
the injector's process id, in a folder that only their owner may enter; so the switch works when
nothing else of a run is left. While it is engaged a file lies beside them.
"""

import asyncio
import contextlib
import os
import socket
import stat
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Literal, cast

import msgspec

from faults.arrangement import Arrangement
from faults.config import Rule
from telemetry.not_json import NOT_JSON

ANSWER_S: Final = 2.0
"""How long an injector may take to answer before it counts as deaf."""

Word = Literal["list", "freeze", "thaw", "kill", "inject", "arrange"]
Facts = dict[str, object]
Obey = Callable[["Wish"], Facts | Awaitable[Facts]]


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of an injector; to inject, a `rule` whose times count from now.

    To arrange, all that the injector is to have beside what it was started with.
    """

    do: Word
    rule: Rule | None = None
    arrangement: Arrangement | None = None


class ControlFolderError(Exception):
    """The folder of the control sockets is not ours alone."""


_WISHES: msgspec.json.Decoder[Wish] = msgspec.json.Decoder(Wish)


def forget(pid: int) -> None:
    """Remove the socket of an injector that is gone, however it went."""
    (control_folder() / f"{pid}.sock").unlink(missing_ok=True)


def control_folder() -> Path:
    """Return `$XDG_RUNTIME_DIR/crosswind`, or `crosswind-<uid>` among the temporary files."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime:
        return Path(runtime) / "crosswind"
    return Path(tempfile.gettempdir()) / f"crosswind-{os.getuid()}"


class ControlSocket:
    """An injector's own socket; `obey` turns a wish into the facts that answer it."""

    def __init__(self, obey: Obey) -> None:
        self._obey = obey
        self._server: asyncio.AbstractServer | None = None
        self.path = control_folder() / f"{os.getpid()}.sock"

    async def open(self) -> None:
        """Listen; raises ControlFolderError where somebody else could get in between."""
        _make_private(self.path.parent)
        self.path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_unix_server(
                lambda: _Conversation(self._obey), str(self.path)
            )
        finally:
            os.umask(mask)

    def close(self) -> None:
        """Stop listening and remove the socket."""
        if self._server is not None:
            self._server.close()
        self.path.unlink(missing_ok=True)


class _Conversation(asyncio.Protocol):
    def __init__(self, obey: Obey) -> None:
        self._obey = obey
        self._rest = b""
        self._work: asyncio.Future[None] | None = None
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport writes, and is no subclass of asyncio's.
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            answer = self._answer(line)
            if isinstance(answer, dict):
                self._say(answer)
            else:
                self._work = asyncio.ensure_future(self._say_later(answer))

    def _answer(self, line: bytes) -> Facts | Awaitable[Facts]:
        try:
            return self._obey(_WISHES.decode(line))
        except NOT_JSON as wrong:
            return {"error": str(wrong)}

    async def _say_later(self, answer: Awaitable[Facts]) -> None:
        self._say(await answer)

    def _say(self, answer: Facts) -> None:
        if self._transport is not None:
            self._transport.write(msgspec.json.encode(answer) + b"\n")


def engage() -> None:
    """Keep the switch engaged: until `release` no injector of this user starts with faults."""
    _make_private(control_folder())
    engaged_file().touch(mode=0o600)


def release() -> bool:
    """Let injectors have faults again; False when the switch was not engaged."""
    was_engaged = is_engaged()
    engaged_file().unlink(missing_ok=True)
    return was_engaged


def is_engaged() -> bool:
    """Tell whether the switch is engaged."""
    return engaged_file().exists()


def engaged_file() -> Path:
    """Return the file whose being there keeps faults away."""
    return control_folder() / "engaged"


def kill_all() -> list[Facts]:
    """Empty every injector of this user of its faults; return what each of them says."""
    return ask_all("kill")


def list_all() -> list[Facts]:
    """Ask every injector of this user what it does to whom."""
    return ask_all("list")


def ask_all(word: Word, *, pid: str = "*", rule: Rule | None = None) -> list[Facts]:
    """Ask every injector of this user, or the one of a process id.

    Sockets whose injector is gone are removed.

    An injector that does not answer is among the answers, with `pid` and `error`.
    """
    folder = control_folder()
    if not folder.is_dir():
        return []
    wish = Wish(do=word, rule=rule)
    answers = (_ask(path, wish) for path in sorted(folder.glob(f"{pid}.sock")))
    return [answer for answer in answers if answer is not None]


def _ask(path: Path, wish: Wish) -> Facts | None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(ANSWER_S)
        try:
            line.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
            return None
        except OSError as error:
            return {"pid": path.stem, "error": str(error)}
        try:
            line.sendall(msgspec.json.encode(wish) + b"\n")
            return _read_answer(line)
        except (OSError, ValueError) as error:
            return {"pid": path.stem, "error": str(error) or type(error).__name__}


def _read_answer(line: socket.socket) -> Facts:
    received = b""
    while not received.endswith(b"\n"):
        piece = line.recv(65_536)
        if not piece:
            raise ValueError("the injector closed without an answer")
        received += piece
    return msgspec.json.decode(received, type=dict[str, object])


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise ControlFolderError(f"{folder} belongs to somebody else")
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
