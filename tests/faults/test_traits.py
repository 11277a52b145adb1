import pytest

from faults.traits import UNKNOWN, Traits

LOW = b"post / http/1.1\r\nhost: x\r\ncontent-length: 4000\r\nx-tier: gold \r\n\r\n"


def test_a_header_is_found_by_its_name_alone() -> None:
    assert Traits(LOW).header(b"x-tier") == b"gold"
    assert Traits(LOW).header(b"tier") == b""


@pytest.mark.parametrize(("low", "tokens"), [(LOW, 1000), (b"", 0), (b"\r\ncontent-length: x", 0)])
def test_a_prompt_is_estimated_from_the_length_that_the_head_gives(low: bytes, tokens: int) -> None:
    assert Traits(low).prompt_tokens == tokens


def test_of_an_unknown_request_nothing_is_known() -> None:
    assert (UNKNOWN.prompt_tokens, UNKNOWN.under_way) == (0, 1)
