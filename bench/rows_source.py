"""Sends timed events: 50 streams of 100 a second each. `python -m bench.rows_source`.

Prints its port; every event is eight bytes, the CLOCK_MONOTONIC ns at which it was sent. Ends with
its standard input.
"""

import asyncio
import sys
import time

import uvloop

PER_S = 100
STREAMS = 50


async def _stream(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time() + hash(writer) % 97 / 97 / PER_S
    try:
        while not writer.is_closing():
            await asyncio.sleep(max(0.0, due - loop.time()))
            due += 1 / PER_S
            if not writer.is_closing():
                writer.write(time.monotonic_ns().to_bytes(8, "big"))
    except (ConnectionError, asyncio.CancelledError):
        writer.close()


def _settle(ended: "asyncio.Future[None]") -> None:
    if not ended.done():
        ended.set_result(None)


async def _serve() -> None:
    server = await asyncio.start_server(_stream, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().add_reader(0, lambda: _settle(ended))
    await ended


if __name__ == "__main__":
    uvloop.run(_serve())
    sys.exit(0)
