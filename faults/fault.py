"""What every fault is: frozen parameters, a one-sentence docstring, and what the client sees."""

from typing import ClassVar, Final, Literal

import msgspec

from faults.circumstances import Circumstances
from faults.gate import Gate
from faults.steps import Script
from providers.dialect import Dialect

Protocol = Literal["HTTP/1.1", "HTTP/2", "gRPC"]
"""What an exchange is framed in; gRPC is HTTP/2 whose body is messages."""

ANY: Final[frozenset[Protocol]] = frozenset({"HTTP/1.1", "HTTP/2", "gRPC"})
NOT_GRPC: Final[frozenset[Protocol]] = frozenset({"HTTP/1.1", "HTTP/2"})
ANY_HTTP2: Final[frozenset[Protocol]] = frozenset({"HTTP/2", "gRPC"})


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault of one exchange: a pure script over the answer."""

    name: ClassVar[str]
    action: ClassVar[str]
    """What attestation calls it: answered, delayed, withheld, reset, truncated or replayed."""

    needs_events: ClassVar[bool] = True
    """False when the script never looks at an event: the body may pass in pieces as it comes."""

    seen: ClassVar[str]
    """Where it was seen in the wild, for the docs."""

    aliases: ClassVar[tuple[str, ...]] = ()
    """What other tools and standards call it; accepted wherever a fault is named."""

    also_attested: ClassVar[tuple[str, ...]] = ()
    """What else attestation may call it, by its parameters or the answer that it meets."""

    protocols: ClassVar[frozenset[Protocol]] = ANY
    """Over what it has a meaning; elsewhere it is recorded as not applicable."""

    holds_back: ClassVar[bool] = False
    """True when the script keeps honest steps until later ones come: attested as `withheld`,
    even where nothing else becomes of them."""

    untouched: ClassVar[str] = ""
    """Why a whole answer may pass it as it is; where one does, it is recorded as not applicable."""

    of_connection: ClassVar[bool] = False
    """True when the script looks at the connection's past: a client's own transport has none."""

    resends: ClassVar[bool] = False
    """True when the request is sent again: the whole of it must have been read, by a proxy."""

    cuts: ClassVar[bool] = False
    """True when the script may say an honest event in pieces."""

    counts_pieces: ClassVar[bool] = False
    """True when it matters in how many pieces a body comes, as it does to TCP."""

    def gate(self) -> Gate | None:
        """Return the state of a fault that depends on what came before; one per endpoint."""
        return None

    def script(self, dialect: Dialect) -> Script:
        """Say what the client gets; the first `NEXT` asks the provider."""
        raise NotImplementedError

    def script_in(self, circumstances: Circumstances, dialect: Dialect) -> Script:  # noqa: ARG002 - most need none
        """Say the same, where dice or the connection's past decide."""
        return self.script(dialect)


class ListenerFault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault of a whole listener: declared here, performed by the proxy."""

    name: ClassVar[str]
    action: ClassVar[str] = "refused"
    seen: ClassVar[str]
    of_connection: ClassVar[bool] = False
    """As of a fault of an exchange."""

    aliases: ClassVar[tuple[str, ...]] = ()
    also_attested: ClassVar[tuple[str, ...]] = ()


class ClientFault(Fault, frozen=True, kw_only=True):
    """A fault that a client meets within itself before anything is sent: no proxy can show it.

    Performed by `faults.transport`, and refused everywhere else.
    """

    action: ClassVar[str] = "refused"
    needs_events: ClassVar[bool] = False

    @property
    def takes_s(self) -> float:
        """Return how long the client waits for it."""
        raise NotImplementedError

    @property
    def words(self) -> str:
        """Return what the client is told, as the error of a connection that did not come about."""
        raise NotImplementedError
