import asyncio
import socket

import pytest

from providers.config import StandInConfig, StandInListener
from providers.stand_in import CannotListenError, StandIns


def config(*listeners: StandInListener) -> StandInConfig:
    return StandInConfig(seed=1, stand_ins=listeners)


def listener(endpoint: str, port: int = 0) -> StandInListener:
    return StandInListener(endpoint=endpoint, dialect={"vertex-gemini": {}}, port=port)


def test_every_endpoint_has_a_port_until_the_stop() -> None:
    async def run() -> None:
        stand_ins = StandIns(config(listener("here"), listener("there")))
        await stand_ins.start()
        assert set(stand_ins.ports) == {"here", "there"}
        socket.create_connection(("127.0.0.1", stand_ins.ports["there"])).close()
        await stand_ins.stop(1)
        for port in stand_ins.ports.values():
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))

    asyncio.run(run())


def test_a_port_in_use_leaves_nothing_listening() -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            stand_ins = StandIns(config(listener("here"), listener("there", port)))
            with pytest.raises(CannotListenError, match=rf"there: cannot listen on .*:{port}: "):
                await stand_ins.start()
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", stand_ins.ports["here"]))

    asyncio.run(run())


def test_an_unknown_dialect_is_named() -> None:
    wrong = StandInListener(endpoint="here", dialect={"morse": {}})
    with pytest.raises(ValueError, match="here: there is no dialect 'morse'"):
        StandIns(config(wrong))
