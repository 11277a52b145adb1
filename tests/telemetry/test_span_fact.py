from telemetry.span_fact import present


def test_what_has_no_value_is_left_out_and_what_is_zero_or_false_stays() -> None:
    assert present({"a": None, "b": 0, "c": False, "d": ""}) == {"b": 0, "c": False, "d": ""}
