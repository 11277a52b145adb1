"""A place that bytes go on to, which remembers them."""

import asyncio

from faults.plain.toxic import Ending


class Remembering:
    def __init__(self) -> None:
        self.heard = b""
        self.ending: Ending | None = None
        self.ended = asyncio.Event()

    def take(self, data: bytes) -> None:
        assert self.ending is None
        self.heard += data

    def end(self, ending: Ending) -> None:
        assert self.ending is None
        self.ending = ending
        self.ended.set()
