"""What an injector under `serve` is to have: proxies, and faults with an end.

It is said whole each time: the injector finds out what is new, what has changed and what is gone,
so that one that was started again, or stands beside others, is told the same.
"""

import msgspec

from faults.config import Listener, Rule
from faults.plain.orders import Toxin


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """One proxy; a listener without a dialect is plain TCP, its upstream `host:port`.

    `toxins` and `disabled_until_ns` (CLOCK_MONOTONIC, 0 for enabled) are for plain TCP; what an
    HTTP proxy does to its exchanges is said in rules.
    """

    listener: Listener
    toxins: tuple[Toxin, ...] = ()
    disabled_until_ns: int = 0

    @property
    def is_plain(self) -> bool:
        """It relays bytes, of whatever protocol."""
        return not self.listener.dialect


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that is in force from when it was first said until `ends_ns`, CLOCK_MONOTONIC."""

    rule: Rule
    ends_ns: int


class Arrangement(msgspec.Struct, frozen=True, kw_only=True):
    """All proxies and rules; `kills` is how many kills its author has heard of.

    One whose author has missed a kill is refused: what was killed must not come back.
    """

    kills: int = 0
    proxies: tuple[Placed, ...] = ()
    rules: tuple[Held, ...] = ()
