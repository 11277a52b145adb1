from tests.telemetry.asked import column, lines, outage, seen


def test_phases_are_told_in_order_with_the_exchanges_that_count_for_them() -> None:
    run = seen(outage())
    assert column("phases", "phase", run) == ["warm_up", "baseline", "fault", "recovery"]
    assert column("phases", "exchanges", run) == [0, 1, 2, 0]
    fault = lines("phases", run)[2]
    assert (fault["start_s"], fault["end_s"], fault["duration_s"]) == (20.0, 40.0, 20.0)
