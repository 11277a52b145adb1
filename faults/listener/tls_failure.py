"""The handshake fails."""

import ssl
from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta

from faults.fault import ListenerFault

_ALERTS: Final = {
    "handshake_failure": ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE,
    "internal_error": ssl.ALERT_DESCRIPTION_INTERNAL_ERROR,
    "protocol_version": ssl.ALERT_DESCRIPTION_PROTOCOL_VERSION,
    "unrecognized_name": ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME,
}

_FATAL: Final = b"\x15\x03\x03\x00\x02\x02"


class TlsFailure(ListenerFault, frozen=True, kw_only=True):
    """The client's new TLS connections fail in the handshake; those that stand go on."""

    name: ClassVar[str] = "tls_failure"
    seen: ClassVar[str] = (
        "certificates that nobody renewed (Microsoft Teams, 2020-02-03), endpoints behind another "
        "name, load balancers that shed connections during the handshake"
    )

    kind: Annotated[
        Literal["handshake_abort", "expired_cert", "wrong_host", "alert"],
        Meta(description="a RST, a certificate that is over or another host's, or an alert"),
    ] = "handshake_abort"
    alert: Annotated[
        Literal["handshake_failure", "internal_error", "protocol_version", "unrecognized_name"],
        Meta(description="which fatal alert, for `kind: alert`"),
    ] = "handshake_failure"

    @property
    def answer(self) -> bytes | None:
        """What a hello gets instead of a handshake, nothing for a RST; None: a wrong certificate.

        An alert is a record in clear as long as no keys are agreed on (RFC 8446, 5.1 and 6).
        """
        if self.kind == "handshake_abort":
            return b""
        return _FATAL + bytes([_ALERTS[self.alert]]) if self.kind == "alert" else None
