import asyncio

from faults import tcp
from faults.client_line import GONE, ClientLine


def test_a_connection_that_is_over_is_held_no_longer_and_nothing_comes_of_using_it() -> None:
    line = ClientLine()
    line.connection_made(asyncio.Transport())
    line.forget()
    assert line.transport is GONE
    line.transport.write(b"late")
    line.transport.write_eof()
    line.close(still_sending=True)
    line.reset()
    tcp.reset(line.transport)
    assert not tcp.has_unsent(line.transport)
    assert tcp.state(line.transport) == tcp.CLOSED
