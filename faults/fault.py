"""What every fault is: frozen parameters, a one-sentence docstring, and what the client sees."""

from typing import ClassVar

import msgspec

from faults.steps import Script
from providers.dialect import Dialect


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault of one exchange: a pure script over the answer."""

    name: ClassVar[str]
    action: ClassVar[str]
    """What attestation calls it: answered, delayed, withheld, reset or truncated."""

    needs_events: ClassVar[bool] = True
    """False when the script never looks at an event: the body may pass in pieces as it comes."""

    seen: ClassVar[str]
    """Where it was seen in the wild, for the docs."""

    def script(self, dialect: Dialect) -> Script:
        """Say what the client gets; the first `NEXT` asks the provider."""
        raise NotImplementedError


class ListenerFault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault of a whole listener: declared here, performed by the proxy."""

    name: ClassVar[str]
    action: ClassVar[str] = "refused"
    seen: ClassVar[str]
