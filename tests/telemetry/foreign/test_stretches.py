import pytest

from telemetry.foreign.stretches import Stretch, ill_stretches


def row(words: str) -> list[bool]:
    """Read `.` as an answer and `x` as a failure; `.*30` is thirty of them."""
    found = ""
    for word in words.split():
        what, _, many = word.partition("*")
        found += what * int(many or 1)
    return [one == "x" for one in found]


@pytest.mark.parametrize(
    ("words", "stretches"),
    [
        (".*50", []),
        (".*50 xxx .*50", []),
        (".*50 x .*50 x .*50 x .*50 x .*50", []),
        (".*50 xxxx .*50", [(50, 53)]),
        (".*50 xxxx . xx . xxx .*50", [(50, 60)]),
        (".*50 x*9", [(50, 58)]),
        (".*50 x*9 ..", [(50, 58)]),
        ("x*9 .*50", [(0, 8)]),
        (".*50 x*9 .*50 x*9 .*50", [(50, 58), (109, 117)]),
        ("", []),
    ],
)
def test_failures_close_together_are_a_stretch(
    words: str, stretches: list[tuple[int, int]]
) -> None:
    assert ill_stretches(row(words)) == [Stretch(*pair) for pair in stretches]


def test_a_third_that_fails_is_a_stretch_and_a_twentieth_is_none() -> None:
    (stretch,) = ill_stretches(row(".*60") + row("x..") * 20 + row(".*60"))
    assert stretch == Stretch(60, 117)
    assert ill_stretches(row("x .*19") * 20) == []
