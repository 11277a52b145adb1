import socket

import pytest

from faults import tcp


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_reserved_port_refuses_until_somebody_listens_beside_it_and_again_after() -> None:
    with tcp.reserve("127.0.0.1", 0) as reserved:
        port = reserved.getsockname()[1]
        assert not listens(port)
        for _ in range(3):
            with tcp.listen_beside(reserved) as listener:
                listener.listen()
                assert listens(port)
            assert not listens(port)


def test_a_port_that_somebody_listens_on_is_not_reserved() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        tcp.reserve("127.0.0.1", taken.getsockname()[1])


def test_nobody_else_gets_a_reserved_port() -> None:
    with (
        tcp.reserve("127.0.0.1", 0) as reserved,
        socket.socket() as other,
        pytest.raises(OSError, match="in use"),
    ):
        other.bind(reserved.getsockname())
