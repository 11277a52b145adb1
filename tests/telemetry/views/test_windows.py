from msgspec.structs import replace

from tests.telemetry.asked import column, lines, seen
from tests.telemetry.synthetic import evidence, exchange, window


def test_a_window_is_told_in_seconds_with_whom_it_hit() -> None:
    hit = replace(
        window(20.0, 40.0, first_hit=20.5, share=0.5), touched_attempts=3, touched_exchanges=2
    )
    (line,) = lines("windows", seen(evidence([exchange(0, 6.0)], hit)))
    assert (line["start_s"], line["end_s"], line["duration_s"]) == (20.0, 40.0, 20.0)
    assert (line["first_hit_s"], line["share"]) == (20.5, 0.5)
    assert (line["touched_attempts"], line["touched_exchanges"]) == (3, 2)
    assert (line["faults"], line["endpoints"]) == (("outage",), ("azure",))


def test_a_second_occurrence_has_a_name_of_its_own() -> None:
    run = seen(evidence([exchange(0, 6.0)], window(20, 25), window(30, 35, first_hit=None)))
    assert column("windows", "window_name", run) == ["outage", "outage#2"]
    assert column("windows", "fault_group", run) == ["outage", "outage"]
    assert column("windows", "first_hit_s", run) == [20.0, None]
