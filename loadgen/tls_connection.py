"""A connection over TLS: what comes is decrypted in the loop's callback that read it."""

import ssl
from collections.abc import Callable
from functools import cache

from loadgen.address import Address
from loadgen.connection import RECEIVE_BYTES, Connection, Loop
from telemetry.outcome import Outcome


class TlsConnection(Connection):
    """It stands once hands are shaken; what fails before that is `tls_failed`."""

    def __init__(self, loop: Loop, address: Address, forget: Callable[[Connection], None]) -> None:
        """Expect a certificate for `address.name` by the authority that it trusts."""
        super().__init__(loop, address, forget)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = trusting(address.trusted).wrap_bio(
            self._incoming, self._outgoing, server_hostname=address.name
        )

    def send(self, data: bytes) -> None:
        """Send all of it, as the kernel takes it."""
        self._tls.write(data)
        self._flush()

    def _connected(self, now_ns: int) -> None:
        self._shake_hands(now_ns)

    def _take(self, data: bytes, now_ns: int) -> None:
        self._incoming.write(data)
        if not self._standing:
            self._shake_hands(now_ns)
        if self._standing:
            self._decrypt(now_ns)

    def _ended(self, now_ns: int, *, reset: bool) -> None:
        if self._standing:
            super()._ended(now_ns, reset=reset)
        else:
            how = "reset" if reset or self._was_reset else "closed"
            self._fail(now_ns, Outcome.TLS_FAILED, f"{how} in the handshake")

    def _shake_hands(self, now_ns: int) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as error:
            # It is told why, by an alert.
            self._flush()
            self._fail(now_ns, Outcome.TLS_FAILED, words_of(error))
        else:
            self._flush()
            self._stand(now_ns)

    def _decrypt(self, now_ns: int) -> None:
        while self._socket is not None:
            try:
                data = self._tls.read(RECEIVE_BYTES)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLError:
                self._ended(now_ns, reset=True)
                return
            if not data:
                # close_notify
                self._ended(now_ns, reset=False)
                return
            self._deliver(data, now_ns)
        self._flush()

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._push(self._outgoing.read())


def words_of(error: ssl.SSLError) -> str:
    """Return what a failed handshake is called: the certificate's fault, or OpenSSL's reason."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message)
    return (error.reason or str(error)).replace("_", " ").lower()


@cache
def trusting(pem: str) -> ssl.SSLContext:
    """Return a context that trusts one authority alone."""
    return ssl.create_default_context(cadata=pem)
