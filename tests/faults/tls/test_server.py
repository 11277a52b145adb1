"""The listener's end of TLS, met by a client in memory: no socket, no clock."""

import contextlib
import datetime as dt
import ssl

import pytest

from faults.listener.tls_failure import TlsFailure
from faults.tls.certificates import new_authority
from faults.tls.server import ServerTls

NOW = dt.datetime.now(dt.UTC)
AUTHORITY = new_authority(NOW)


def client() -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=AUTHORITY.certificate_pem.decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def shake_hands(server: ssl.SSLContext, name: str = "api.example") -> ssl.SSLObject:
    """Let both ends talk until the client is through; raises what the client meets."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client().wrap_bio(down, up, server_hostname=name)
    theirs = server.wrap_bio(up, down, server_side=True)
    for _ in range(4):
        try:
            ours.do_handshake()
        except ssl.SSLWantReadError:
            pass
        else:
            return ours
        with contextlib.suppress(ssl.SSLError):
            theirs.do_handshake()
    raise AssertionError("they went on for ever")


def test_a_client_that_trusts_the_authority_meets_the_name_it_asked_for() -> None:
    tls = ServerTls(AUTHORITY, ("api.example", "127.0.0.1"), NOW)
    assert shake_hands(tls.context).selected_alpn_protocol() == "http/1.1"
    shake_hands(tls.context, "127.0.0.1")


def test_what_alpn_offers_is_what_the_listener_speaks() -> None:
    tls = ServerTls(AUTHORITY, ("api.example",), NOW, ("h2", "http/1.1"))
    assert shake_hands(tls.context).selected_alpn_protocol() == "h2"


@pytest.mark.parametrize(
    ("failure", "met"),
    [
        (TlsFailure(kind="expired_cert"), "certificate has expired"),
        (TlsFailure(kind="wrong_host"), "Hostname mismatch"),
    ],
)
def test_each_failure_is_what_the_client_meets(failure: TlsFailure, met: str) -> None:
    tls = ServerTls(AUTHORITY, ("api.example",), NOW)
    tls.failure = failure
    with pytest.raises(ssl.SSLCertVerificationError, match=met):
        shake_hands(tls.context)


def test_a_failure_that_is_over_leaves_nothing_behind() -> None:
    tls = ServerTls(AUTHORITY, ("api.example",), NOW)
    tls.failure = TlsFailure(kind="expired_cert")
    failing = tls.context
    tls.failure = None
    assert tls.context is not failing
    shake_hands(tls.context)
