"""The kill switch: it reaches every injector of its owner, empties it, and stays engaged."""

import socket
import stat
import time
from collections.abc import Iterator

import msgspec
import pytest

from faults import control
from tests.live.proxied import ERROR, HOLE, Provider, always, held, proxied, streams, window
from tests.live.said import END, request

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("own_runtime_folder")]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        provider.expect(streams)
        yield provider


def test_the_kill_switch_stays_engaged(provider: Provider) -> None:
    rule = window("later", ERROR, 0.3, 60)
    with proxied(provider.port, rules=(rule,)) as proxy:
        control.kill_all()
        time.sleep(0.5)
        line = proxy.connect()
        line.send(request(b"{}"))
        assert b" 200 " in line.read_until(END)
        (answer,) = control.list_all()
    assert (answer["killed"], answer["faults"]) == (True, [])


def test_frozen_nothing_new_begins_and_what_is_under_way_goes_on(provider: Provider) -> None:
    rules = (always("hole", HOLE, "azure"), always("error", ERROR, "vertex"))
    with proxied(provider.port, endpoints=("azure", "vertex"), rules=rules) as proxy:
        line = held(proxy)
        (answer,) = control.ask_all("freeze")
        assert answer["frozen"] is True
        other = proxy.connect("vertex")
        other.send(request(b"{}"))
        assert b" 200 " in other.read_until(END)
        assert line.silent_for(0.2)
        assert len(proxy.events("frozen")) == 1, "who judges the run must know of it"


def test_the_switch_is_its_owners_alone_and_dead_sockets_are_cleaned_away(
    provider: Provider,
) -> None:
    with proxied(provider.port, rules=(always("hole", HOLE, "azure"),)) as proxy:
        folder = control.control_folder()
        path = folder / f"{proxy.child.pid}.sock"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        stale = folder / "1.sock"
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(stale))
        (answer,) = control.list_all()
        assert not stale.exists()
        (fault,) = msgspec.convert(answer["faults"], list[dict[str, object]])
        assert (fault["id"], fault["inject"], fault["endpoints"]) == ("hole", HOLE, ["azure"])
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(path))
            line.sendall(b'{"do": "dance"}\n')
            assert b"error" in line.recv(1000)
    assert not path.exists()
