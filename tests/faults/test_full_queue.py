import contextlib
import socket

import pytest

from faults import tcp
from faults.full_queue import FullQueue


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_nobody_gets_in_or_is_refused_until_it_is_closed(host: str) -> None:
    with contextlib.closing(tcp.reserve(host, 0)) as reserved:
        address = reserved.getsockname()[:2]
        queue = FullQueue(reserved)
        assert queue.full
        for _ in range(3):
            with pytest.raises(TimeoutError):
                socket.create_connection(address, 0.1)
        queue.close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, 1)


def test_the_port_can_be_listened_on_again_at_once() -> None:
    with contextlib.closing(tcp.reserve("127.0.0.1", 0)) as reserved:
        for _ in range(3):
            FullQueue(reserved).close()
            with contextlib.closing(tcp.listen_beside(reserved)) as listener:
                listener.listen(4)
                socket.create_connection(reserved.getsockname(), 1).close()


def test_while_somebody_listens_it_is_refused() -> None:
    with contextlib.closing(tcp.reserve("127.0.0.1", 0)) as reserved:
        queue = FullQueue(reserved)
        with pytest.raises(OSError, match="in use"):
            FullQueue(reserved)
        queue.close()
