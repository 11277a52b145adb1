import math

from faults.steps import RequestWindow
from tests.faults.calls import call
from tests.faults.honest import attested, fault, played, said


def test_the_window_stays_shut_and_nobody_is_asked() -> None:
    play = played(fault("h2_flow_control_stall"), call(2))
    assert said(play) == [RequestWindow(open=False)]
    assert math.isinf(play.end_s)
    assert not play.asked


def test_when_the_time_is_up_the_call_goes_on() -> None:
    brief = fault("h2_flow_control_stall", hold_s=2)
    told = [RequestWindow(open=False), RequestWindow(open=True), *call(2)]
    assert said(played(brief, call(2))) == told
    assert played(brief, call(2)).end_s == 2.0
    assert attested(brief, call(2)) == ["withheld"]
