from faults.selection.selector import Selector
from faults.traits import UNKNOWN


def test_a_selector_reads_no_body_and_finds_every_value_fine_unless_it_says_so() -> None:
    one = Selector("x", lambda value: lambda traits: traits.method == value)
    assert one.needs_body is None
    assert one.complaint("anything") == ""
    assert one.test("")(UNKNOWN)
    assert not one.test("GET")(UNKNOWN)
