"""The path that is asked, without its query, as a glob."""

import re
from fnmatch import translate

from faults.selection.selector import Selector, Test


def _test(glob: str) -> Test:
    fits = re.compile(translate(glob)).match
    return lambda traits: fits(traits.path) is not None


def _complaint(glob: str) -> str:
    if glob[0] in "/*?[":
        return ""
    return f"a path begins with /, so {glob!r} is none's; /{glob} or *{glob}"


SELECTOR = Selector("path", _test, complaint=_complaint, by_line=True)
