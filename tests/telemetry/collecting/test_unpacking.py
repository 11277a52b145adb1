import gzip
import zlib

import pytest

from telemetry.collecting.refusal import RefusedError
from telemetry.collecting.unpacking import unpacked


@pytest.mark.parametrize(
    ("packed", "coding"),
    [
        (b"some bytes", ""),
        (b"some bytes", "identity"),
        (gzip.compress(b"some bytes"), "gzip"),
        (gzip.compress(b"some ") + gzip.compress(b"bytes"), "gzip"),
        (zlib.compress(b"some bytes"), "deflate"),
    ],
)
def test_a_body_comes_out_as_it_was(packed: bytes, coding: str) -> None:
    assert unpacked(packed, coding, 10) == b"some bytes"


@pytest.mark.parametrize(
    ("packed", "coding", "status"),
    [
        (b"some bytes!", "", 413),
        (gzip.compress(b"some bytes!"), "gzip", 413),
        (gzip.compress(b"some ") + gzip.compress(b"bytes!"), "gzip", 413),
        (gzip.compress(b"some bytes")[:-1], "gzip", 400),
        (b"some bytes", "gzip", 400),
        (gzip.compress(b"some bytes") + b"rest", "gzip", 400),
        (b"some bytes", "br", 415),
    ],
)
def test_what_is_too_large_broken_or_strange_is_refused(
    packed: bytes, coding: str, status: int
) -> None:
    with pytest.raises(RefusedError) as raised:
        unpacked(packed, coding, 10)
    assert raised.value.status == status
