"""Our own routes: faults with an end, leases, the switch and what it attests, over HTTP."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.proxied import Line, Provider, streams
from tests.live.rehearsals import wait_for
from tests.live.said import END, request
from tests.live.serving import Echo, Serving, connected, said_back

pytestmark = pytest.mark.live

FILE = """\
proxies:
  - {{name: azure, upstream: "http://127.0.0.1:{port}", dialect: azure-openai}}
  - {{name: bytes, upstream: "{echo}"}}
"""
ERROR = {"http_error": {"status": 503}}


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as echo:
        yield echo


@pytest.fixture
def serving(tmp_path: Path, echo: Echo) -> Iterator[Serving]:
    file = tmp_path / "proxies.yaml"
    with Provider() as provider:
        provider.expect(streams)
        file.write_text(FILE.format(port=provider.port, echo=echo.address))
        with Serving(tmp_path, str(file)) as serving:
            yield serving


def status(serving: Serving, headers: bytes = b"") -> int:
    with connected(serving.port("azure")) as sock:
        line = Line(sock)
        line.send(request(b"{}", headers=headers))
        head = line.read_until(b"\r\n\r\n")
        if b" 200 " in head:
            line.read_until(END)
        return int(head[9:12])


def inject(serving: Serving, **said: object) -> int:
    return serving.ask("POST", "/v1/faults", {"inject": ERROR, **said}).status


def test_a_fault_is_made_told_of_attested_and_withdrawn(serving: Serving) -> None:
    assert status(serving) == 200
    made = serving.ask("POST", "/v1/faults", {"inject": ERROR, "id": "outage"})
    assert made.status == 201
    assert 0 < made.json.pop("ends_in_s") <= 600
    assert made.json["endpoints"] == ["azure"]
    assert status(serving) == 503
    (told,) = serving.ask("GET", "/v1").json["faults"]
    assert (told["id"], told["inject"], told["share"]) == ("outage", ERROR, 1.0)
    attested = serving.ask("GET", "/v1/attestation").json
    assert attested == {"touched": {"outage": 1}, "asked": {"azure": 2, "bytes": 0}}
    assert serving.ask("DELETE", "/v1/faults/outage").status == 204
    assert status(serving) == 200
    assert serving.ask("DELETE", "/v1/faults/outage").status == 404


def test_a_fault_chooses_among_requests(serving: Serving) -> None:
    chosen = {"match": {"header": {"x-tier": "gold"}}, "first_n": 2}
    assert inject(serving, id="some", **chosen) == 201
    gold = b"X-Tier: gold\r\n"
    told = [status(serving, headers) for headers in (b"", gold, b"", gold, gold)]
    assert told == [200, 503, 200, 503, 200]
    (fault,) = serving.ask("GET", "/v1").json["faults"]
    assert {key: fault[key] for key in chosen} == chosen
    assert serving.ask("DELETE", "/v1/faults/some").status == 204
    assert inject(serving, id="some", **chosen) == 201
    assert status(serving, gold) == 503


def test_a_fault_ends_by_itself(serving: Serving) -> None:
    assert inject(serving, ttl_s=2) == 201
    assert status(serving) == 503
    wait_for(lambda: status(serving) == 200 or None, 10)
    assert serving.ask("GET", "/v1").json["faults"] == []
    assert inject(serving, ttl_s=2) == 201


def test_a_lease_that_is_not_renewed_takes_its_faults_along(serving: Serving) -> None:
    lease = serving.ask("POST", "/v1/leases", {"ttl_s": 1.5}).json["lease"]
    assert inject(serving, lease=lease) == 201
    toxic = {"type": "timeout", "lease": lease}
    assert serving.ask("POST", "/proxies/bytes/toxics", toxic).status == 200
    begun = time.monotonic()
    while time.monotonic() - begun < 3:
        assert serving.ask("POST", f"/v1/leases/{lease}").status == 200
        assert status(serving) == 503
        time.sleep(0.3)
    wait_for(lambda: status(serving) == 200 or None, 10)
    wait_for(lambda: said_back(serving.port("bytes")) == b"well?" or None, 10)
    assert serving.ask("POST", f"/v1/leases/{lease}").status == 404
    assert serving.ask("GET", "/proxies/bytes/toxics").json == []


def test_a_lease_that_is_given_back_ends_at_once(serving: Serving) -> None:
    lease = serving.ask("POST", "/v1/leases", {"ttl_s": 60}).json["lease"]
    inject(serving, lease=lease)
    assert serving.ask("DELETE", f"/v1/leases/{lease}").status == 204
    assert status(serving) == 200


def test_toxics_of_a_proxy_that_reads_http_act_on_exchanges(serving: Serving) -> None:
    toxics = "/proxies/azure/toxics"
    made = serving.ask("POST", toxics, {"type": "http_error", "attributes": {"status": 429}})
    assert made.json["attributes"]["status"] == 429
    assert status(serving) == 429
    serving.ask("PATCH", f"{toxics}/http_error_downstream", {"attributes": {"status": 502}})
    assert status(serving) == 502
    serving.ask("POST", "/reset")
    serving.ask("POST", toxics, {"type": "latency", "attributes": {"latency": 200}})
    before = time.monotonic()
    assert status(serving) == 200
    assert time.monotonic() - before >= 0.19
    serving.ask("POST", "/proxies/azure", {"enabled": False})
    with pytest.raises(ConnectionRefusedError):
        status(serving)
    serving.ask("POST", "/proxies/azure", {"enabled": True})
    wait_for(lambda: reachable(serving), 5)


def reachable(serving: Serving) -> bool | None:
    try:
        return status(serving) == 200 or None
    except ConnectionError:
        return None


def test_freezing_lets_nothing_begin_and_thawing_lets_it(serving: Serving) -> None:
    assert serving.ask("POST", "/v1/freeze").status == 200
    inject(serving)
    serving.ask("POST", "/proxies/bytes/toxics", {"type": "timeout"})
    assert status(serving) == 200
    assert said_back(serving.port("bytes")) == b"well?"
    assert serving.ask("GET", "/v1").json["frozen"]
    serving.ask("POST", "/v1/thaw")
    assert status(serving) == 503


def test_killing_empties_everything_and_faults_can_be_made_again(serving: Serving) -> None:
    inject(serving)
    serving.ask("POST", "/proxies/bytes/toxics", {"type": "timeout"})
    assert serving.ask("POST", "/v1/kill").json == {"injectors": 1, "faults_left": 0}
    assert status(serving) == 200
    assert said_back(serving.port("bytes")) == b"well?"
    assert inject(serving) == 201
    assert status(serving) == 503


def test_a_kill_from_a_shell_is_heard(serving: Serving) -> None:
    inject(serving, id="one")
    assert serving.crosswind("kill").returncode == 0
    assert status(serving) == 200
    assert serving.ask("GET", "/v1").json["engaged"]
    refused = serving.ask("POST", "/v1/faults", {"inject": ERROR})
    assert (refused.status, "kill --release" in refused.json["error"]) == (503, True)
    assert serving.crosswind("kill", "--release").returncode == 0
    assert status(serving) == 200
    assert inject(serving, id="one") == 201


def test_a_fault_made_by_hand_is_told_of_too(serving: Serving) -> None:
    made = serving.crosswind("inject", "http_error", "--for", "30s", "--at", "azure")
    assert made.returncode == 0, made.stdout
    inject(serving, id="mine", share=0.0)
    assert {one["id"] for one in serving.ask("GET", "/v1").json["faults"]} == {
        "by-hand-http_error",
        "mine",
    }
    assert status(serving) == 503


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"inject": {"earthquake": {}}}, "earthquake"),
        ({"inject": {"http_error": {"status": 200}}}, "400"),
        ({"inject": ERROR, "endpoints": ["bytes"]}, "bytes"),
        ({"inject": ERROR, "share": 2}, "between 0 and 1"),
        ({"inject": ERROR, "ttl_s": 100_000}, "600 s"),
        ({"inject": ERROR, "colour": "red"}, "colour"),
        ({"inject": ERROR, "id": "a/b"}, "no /"),
        ({"inject": ERROR, "match": {"pth": "/x"}}, "did you mean path?"),
        ({"inject": ERROR, "match": {"path": "chat"}}, "match.path: a path begins with /"),
        ({"inject": ERROR, "match": {}}, "match: asks nothing"),
        ({"inject": ERROR, "first_n": -1}, "first_n"),
        ({"inject": ERROR, "first_n": 2, "every_nth": 3}, "every_nth: of the first 2"),
        ({"inject": {"connect_refused": {}}, "max_active": 1}, "max_active: connect_refused acts"),
        ({"inject": {}}, "one fault"),
        ({}, "inject"),
    ],
)
def test_what_cannot_be_made_is_refused_in_words(
    serving: Serving, said: dict[str, object], word: str
) -> None:
    refused = serving.ask("POST", "/v1/faults", said)
    assert refused.status == 400
    assert word in refused.json["error"]


def test_an_experiments_proxies_have_an_api_where_it_is_told(tmp_path: Path) -> None:
    with Serving(tmp_path, "azure-outage", "--workers", "2", "--max-ttl", "1m") as serving:
        names = [one["name"] for one in serving.ask("GET", "/v1").json["proxies"]]
        assert names == ["azure", "vertex"]
        made = serving.ask("POST", "/proxies/vertex/toxics", {"type": "http_error"})
        assert made.status == 200
        faults = {one["id"] for one in serving.ask("GET", "/v1").json["faults"]}
        assert faults == {"outage", "vertex/http_error_downstream"}
        assert serving.ask("DELETE", "/proxies/azure").status == 403
        again = serving.ask("POST", "/v1/faults", {"inject": ERROR, "id": "outage"})
        assert (again.status, "outage" in again.json["error"]) == (409, True)
        assert "fault outage at azure: 0 s to 20 s from now" in serving.said()


@pytest.mark.parametrize("percent", ["0", "100"])
def test_a_request_may_ask_for_its_fault_where_that_is_switched_on(
    tmp_path: Path, percent: str
) -> None:
    file = tmp_path / "proxies.yaml"
    with Provider() as provider:
        provider.expect(streams)
        file.write_text(FILE.format(port=provider.port, echo="127.0.0.1:1"))
        with Serving(tmp_path, str(file), "--fault-headers", percent) as serving:
            asking = b"X-Envoy-Fault-Abort-Request: 418\r\n"
            assert status(serving, asking) == (418 if percent == "100" else 200)
            assert status(serving) == 200
            attested = serving.ask("GET", "/v1/attestation").json["touched"]
            assert attested == ({"x-envoy-fault-abort-request": 1} if percent == "100" else {})
            serving.ask("POST", "/v1/kill")
            assert status(serving, asking) == 200
