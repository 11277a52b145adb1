import pytest

from faults.selection.hashes import hash_complaint


@pytest.mark.parametrize("wrong", ["", "abc", "0123456789ABCDEF", "0" * 64, ("0" * 16, "x")])
def test_what_is_no_hash_is_told(wrong: str | tuple[str, ...]) -> None:
    assert "16 hex digits" in hash_complaint(wrong)


def test_a_hash_is_fine() -> None:
    assert hash_complaint("0123456789abcdef") == ""
