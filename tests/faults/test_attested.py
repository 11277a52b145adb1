from faults.attested import CountingRecorder
from telemetry.rows import FaultTouched, HopBegun


def test_requests_and_touches_are_counted_and_nothing_is_kept() -> None:
    recorder = CountingRecorder()
    for hop in range(3):
        recorder.record(HopBegun(hop=hop, endpoint="azure", connection=1, begin_ns=1))
    touch = FaultTouched(fault="outage", hop=1, endpoint="azure", action="answered", at_ns=2)
    recorder.record_now(touch)
    recorder.close()
    assert recorder.asked == {"azure": 3}
    assert recorder.touched == {"outage": 1}
    assert recorder.dropped == 0
