"""Whether a stream is asked for: as the path says, else the body's `stream`."""

from faults.selection.selector import Selector, Test


def _test(stream: bool) -> Test:  # noqa: FBT001 - the value of `match: {stream: ...}`
    return lambda traits: traits.stream is stream


SELECTOR = Selector(
    "stream", _test, needs_body=lambda traits: traits.stream_in_path is None, by_line=True
)
