"""Header fields by name, their values as globs; both without regard to case."""

import re
from fnmatch import translate

from faults.selection.selector import Selector, Test
from faults.traits import CREDENTIALS, Traits

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110, 5.6.2."""

_SECRET = frozenset(name.decode() for name in CREDENTIALS) | {"cookie", "proxy-authorization"}
"""What a file and the record of a run are not to tell."""


def _test(fields: dict[str, str]) -> Test:
    wanted = [
        (name.lower().encode(), re.compile(translate(glob.lower())).match)
        for name, glob in fields.items()
    ]

    def test(traits: Traits) -> bool:
        for name, fits in wanted:
            # A plain loop: most requests end it at the first field that they do not have.
            values = traits.headers(name)
            if not (values and any(fits(value.decode("latin-1")) for value in values)):
                return False
        return True

    return test


def _complaint(fields: dict[str, str]) -> str:
    wrong = [name for name in fields if not _NAME.fullmatch(name)]
    if wrong:
        return f"no header field can be called {wrong[0]!r}"
    secret = [name for name in fields if name.lower() in _SECRET]
    return f"{secret[0]} is secret, and this is on record: ask for its key_hash" if secret else ""


SELECTOR = Selector("header", _test, complaint=_complaint)
