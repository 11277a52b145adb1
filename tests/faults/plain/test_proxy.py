import pytest

from faults.plain.proxy import plain_address, told_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:80", ("127.0.0.1", 80)),
        ("tcp://localhost:1", ("localhost", 1)),
        ("[::1]:6379", ("::1", 6379)),
    ],
)
def test_an_address_is_read_and_written(text: str, address: tuple[str, int]) -> None:
    assert plain_address(text) == address
    assert told_address(*address) == text.removeprefix("tcp://")


@pytest.mark.parametrize("text", ["", "localhost", ":80", "localhost:", "localhost:99999", "a:b"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected host:port"):
        plain_address(text)
