from pathlib import Path

import pytest

from faults.config import InjectorConfig, Listener, Rule, Tls
from faults.tls.authority import AuthorityError
from faults.tls.listening_as import complaint_without_tls, names_of, server_tls


def listener(tls: Tls | None, host: str = "127.0.0.1") -> Listener:
    return Listener(
        endpoint="azure",
        dialect={"azure-openai": {}},
        upstream="https://res.openai.azure.com",
        host=host,
        tls=tls,
    )


def test_a_listener_is_known_by_its_own_names_its_host_and_its_upstreams() -> None:
    found = names_of(listener(Tls(names=("gw.example",)), host="127.0.0.2"))
    own = ("gw.example", "localhost", "127.0.0.1", "::1", "127.0.0.2", "res.openai.azure.com")
    assert found == own


def test_no_certificate_is_for_any_address() -> None:
    assert "0.0.0.0" not in names_of(listener(Tls(), host="0.0.0.0"))


def test_a_listener_in_clear_speaks_no_tls() -> None:
    assert server_tls(listener(None)) is None


def test_an_authority_that_is_amiss_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca").mkdir()
    with pytest.raises(AuthorityError, match=r"ca\.key: missing"):
        server_tls(listener(Tls(ca_folder=str(tmp_path / "ca"))))


@pytest.mark.parametrize(("tls", "refused"), [(None, True), (Tls(), False)])
def test_handshakes_fail_only_where_they_are_made(tls: Tls | None, *, refused: bool) -> None:
    rule = Rule(id="cert", endpoints=("azure",), inject={"tls_failure": {}}, start_s=0.0, end_s=1.0)
    config = InjectorConfig(seed=1, run_tag="0a0b0c0d", listeners=(listener(tls),), rules=(rule,))
    assert ("cert: tls_failure at azure" in complaint_without_tls(config)) is refused
