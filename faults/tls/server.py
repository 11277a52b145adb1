"""A listener's end of TLS: the certificate for its names, and the wrong ones that faults show."""

import datetime as dt
import ssl
import tempfile
from collections.abc import Sequence
from typing import Final

from faults.listener.tls_failure import TlsFailure
from faults.tls.certificates import BACKDATED, LEAF_DAYS, Authority, issue

ELSEWHERE: Final = "elsewhere.invalid"
"""A name that is nobody's (RFC 2606), for the certificate of another host."""


class ServerTls:
    """What a listener speaks TLS with; `failure`: the fault that is on it now, if any."""

    def __init__(
        self,
        authority: Authority,
        names: Sequence[str],
        now: dt.datetime,
        protocols: Sequence[str] = ("http/1.1",),
    ) -> None:
        """Issue a certificate for `names`; `protocols` is what ALPN offers, the dearest first."""
        self._authority = authority
        self._names = tuple(names)
        self._now = now
        self._protocols = list(protocols)
        self._failing: dict[TlsFailure, ssl.SSLContext] = {}
        self.failure: TlsFailure | None = None
        lasting = dt.timedelta(days=LEAF_DAYS)
        self._honest = self._context(self._names, now - BACKDATED, now + lasting)

    @property
    def context(self) -> ssl.SSLContext:
        """What the next connection is served with."""
        if self.failure is None:
            return self._honest
        if self.failure not in self._failing:
            self._failing[self.failure] = self._failing_context(self.failure)
        return self._failing[self.failure]

    def _failing_context(self, failure: TlsFailure) -> ssl.SSLContext:
        lasting = dt.timedelta(days=LEAF_DAYS)
        if failure.kind == "expired_cert":
            return self._context(self._names, self._now - lasting, self._now - BACKDATED)
        names = (ELSEWHERE,) if failure.kind == "wrong_host" else self._names
        return self._context(names, self._now - BACKDATED, self._now + lasting)

    def _context(
        self, names: Sequence[str], begins: dt.datetime, ends: dt.datetime
    ) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(self._protocols)
        # OpenSSL reads keys from files alone; this one is 0600 and gone at once.
        with tempfile.NamedTemporaryFile(suffix=".pem") as leaf:
            leaf.write(issue(self._authority, names, begins, ends))
            leaf.flush()
            context.load_cert_chain(leaf.name)
        return context
