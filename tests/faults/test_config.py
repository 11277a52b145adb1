import msgspec
import pytest

from faults.config import Rule

TOLD: dict[str, object] = {
    "id": "outage",
    "endpoints": ["azure"],
    "inject": {"http_error": {}},
    "start_s": 20,
    "end_s": 40,
}


def test_a_rule_touches_everything_unless_told_otherwise() -> None:
    rule = msgspec.convert(TOLD, Rule)
    assert (rule.share, rule.ramp_s, rule.draw) == (1.0, 0.0, "attempt")


def test_a_rule_without_a_group_is_its_own() -> None:
    assert msgspec.convert(TOLD, Rule).group_name == "outage"
    assert msgspec.convert({**TOLD, "group": "cloud"}, Rule).group_name == "cloud"


@pytest.mark.parametrize(
    "wrong", [{"share": 1.1}, {"share": -0.1}, {"ramp_s": -1}, {"draw": "sometimes"}]
)
def test_a_share_a_ramp_or_a_draw_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**TOLD, **wrong}, Rule)
