from pathlib import Path

import pytest

from experiments.reading.problems import ExperimentError, UsageError
from experiments.serving.proxies_file import (
    ProxiesFile,
    check_upstreams_allowed,
    proxies_of,
    read_document_of,
)
from faults.config import Tls

WHOLE = """\
proxies:
  - {name: azure, listen: "127.0.0.1:8080", upstream: "https://a.example", dialect: azure-openai}
  - {name: cache, upstream: "127.0.0.1:6379", enabled: false}
faults:
  - {id: outage, at: azure, duration_s: 60, inject: {http_error: {status: 503}}}
seed: 7
"""


def read(tmp_path: Path, text: str) -> ProxiesFile:
    file = tmp_path / "proxies.yaml"
    file.write_text(text)
    return proxies_of(read_document_of(file))


def test_a_file_says_proxies_and_their_faults(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)
    azure, cache = found.listeners
    assert (azure.endpoint, azure.host, azure.port) == ("azure", "127.0.0.1", 8080)
    assert list(azure.dialect) == ["azure-openai"]
    assert (cache.upstream, cache.port, cache.dialect) == ("127.0.0.1:6379", 0, {})
    assert found.disabled == {"cache"}
    assert [(fault.id, fault.at) for fault in found.faults] == [("outage", ("azure",))]
    assert found.seed == 7


def test_toxiproxys_own_configuration_is_read(tmp_path: Path) -> None:
    text = '[{"name":"a","listen":"127.0.0.1:1","upstream":"127.0.0.1:2","enabled":true}]'
    (only,) = read(tmp_path, text).listeners
    assert (only.endpoint, only.port, only.upstream) == ("a", 1, "127.0.0.1:2")


@pytest.mark.parametrize(
    ("proxy", "word"),
    [
        ("{name: a}", "upstream: missing"),
        ("{name: a, upstream: nowhere}", "expected host:port"),
        ('{name: a, upstream: "https://a.example"}', "name it with dialect:"),
        ('{name: a, upstream: "a:1", dialect: azure-openai}', "is read from http"),
        ('{name: a, upstream: "a:1", listen: "0.0.0.0:1"}', "not loopback"),
        ('{name: a, upstream: "https://a.example", dialect: azure-opnai}', "azure-openai"),
        ('{name: a, upstream: "a:1", lisen: "127.0.0.1:1"}', "did you mean listen"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, proxy: str, word: str) -> None:
    with pytest.raises(ExperimentError, match=word) as wrong:
        read(tmp_path, f"proxies:\n  - {proxy}\n")
    assert "proxies.yaml:2" in str(wrong.value)


def test_two_proxies_have_two_names(tmp_path: Path) -> None:
    twice = 'proxies:\n  - {name: a, upstream: "a:1"}\n  - {name: a, upstream: "a:2"}\n'
    with pytest.raises(ExperimentError, match="another proxy is called a"):
        read(tmp_path, twice)


def test_faults_act_on_proxies_that_read(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match="cache"):
        read(tmp_path, WHOLE.replace("at: azure", "at: cache"))


def test_what_is_far_away_is_asked_only_with_leave(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)
    check_upstreams_allowed(found, allow_live=True)
    with pytest.raises(UsageError, match="azure: not on this machine"):
        check_upstreams_allowed(found, allow_live=False)


def test_the_example_can_be_served() -> None:
    example = Path(__file__).parents[3] / "examples" / "serve" / "proxies.yaml"
    found = proxies_of(read_document_of(example))
    assert [one.endpoint for one in found.listeners] == ["openai", "cache"]
    assert len(found.faults) == 1


TLS = """\
proxies:
  - {name: a, upstream: "https://a.example", dialect: azure-openai, tls: true, tls_names: [gw.x],
     upstream_ca_file: corporate.pem}
  - {name: b, upstream: "https://b.example", dialect: azure-openai}
faults:
  - {id: stale, at: %s, duration_s: 60, inject: {tls_failure: {kind: expired_cert}}}
"""


def test_clients_may_be_met_with_tls(tmp_path: Path) -> None:
    first, second = read(tmp_path, TLS % "a").listeners
    assert first.tls == Tls(names=("gw.x",))
    assert first.upstream_ca_file == "corporate.pem"
    assert second.tls is None


def test_no_handshake_fails_where_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match="tls_failure is about TLS, which b does not"):
        read(tmp_path, TLS % "b")


@pytest.mark.parametrize(
    ("proxy", "word"),
    [
        ('{name: a, upstream: "a:1", tls: true}', "it needs a dialect:"),
        ('{name: a, upstream: "a:1", upstream_ca_file: a.pem}', "it needs a dialect:"),
        (
            '{name: a, upstream: "https://a.example", dialect: azure-openai, tls_names: [b]}',
            "needs tls: true",
        ),
    ],
)
def test_tls_where_there_can_be_none_is_told(tmp_path: Path, proxy: str, word: str) -> None:
    with pytest.raises(ExperimentError, match=word):
        read(tmp_path, f"proxies:\n  - {proxy}\n")


HTTP2 = """\
proxies:
  - {name: a, upstream: "http://127.0.0.1:8001", dialect: openai-chat, http2: true}
  - {name: b, upstream: "http://127.0.0.1:8002", dialect: openai-chat}
faults:
  - {id: gone, at: %s, duration_s: 60, inject: {grpc_status: {code: 14}}}
"""


def test_clients_may_speak_http2(tmp_path: Path) -> None:
    first, second = read(tmp_path, HTTP2 % "a").listeners
    assert (first.http2, second.http2) == (True, False)


def test_no_call_fails_where_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match="grpc_status is about HTTP/2, which b does not"):
        read(tmp_path, HTTP2 % "b")
