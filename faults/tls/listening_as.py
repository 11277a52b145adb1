"""What a configured listener speaks TLS with, if it does."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from faults.config import InjectorConfig, Listener
from faults.listener.tls_failure import TlsFailure

if TYPE_CHECKING:
    from faults.tls.server import ServerTls


def names_of(listener: Listener) -> tuple[str, ...]:
    """Return the names that a listener's certificate is for, the dearest first."""
    upstream = urlsplit(listener.upstream).hostname or ""
    own = () if listener.tls is None else listener.tls.names
    # A certificate for any address is one for none.
    found = (*own, "localhost", "127.0.0.1", "::1", listener.host, upstream)
    return tuple(dict.fromkeys(name for name in found if name and name not in {"0.0.0.0", "::"}))


def server_tls(listener: Listener) -> "ServerTls | None":
    """Return it, its certificate issued now; ValueError or OSError where the authority is amiss."""
    if listener.tls is None:
        return None
    # Where nobody asks for TLS, cryptography is not loaded.
    from faults.tls.authority import authority_folder, own_authority  # noqa: PLC0415 - see above
    from faults.tls.server import ServerTls  # noqa: PLC0415 - see above

    now = dt.datetime.now(dt.UTC)
    folder = listener.tls.ca_folder
    authority = own_authority(Path(folder) if folder else authority_folder(), now)
    protocols = ("h2", "http/1.1") if listener.http2 else ("http/1.1",)
    return ServerTls(authority, names_of(listener), now, protocols)


def complaint_without_tls(config: InjectorConfig) -> str:
    """Say which rule fails handshakes where none are made; empty when none does."""
    clear = {one.endpoint for one in config.listeners if one.tls is None}
    for rule in config.rules:
        hit = [name for name in rule.endpoints if name in clear]
        if hit and TlsFailure.name in rule.inject:
            return f"{rule.id}: {TlsFailure.name} at {hit[0]}, which is met in clear: tls is needed"
    return ""
