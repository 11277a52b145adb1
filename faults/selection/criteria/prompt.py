"""A text within the body, as it stands there or as JSON writes it."""

import json

from faults.selection.selector import Selector, Test


def _test(text: str) -> Test:
    written = {
        text,
        *(json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (False, True)),
    }
    wanted = [one.encode() for one in written]
    return lambda traits: any(one in traits.body for one in wanted)


SELECTOR = Selector("prompt", _test, needs_body=lambda _: True)
