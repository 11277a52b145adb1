import os

import msgspec
import pytest

from telemetry.leash import Disarm, OrderReader, Start, Stop, write_order


def test_orders_arrive_whole_however_the_pipe_cuts_them() -> None:
    inward, outward = os.pipe()
    for order in (Start(at_ns=5), Disarm(), Stop(within_s=2.0)):
        write_order(outward, order)
    os.close(outward)
    reader = OrderReader()
    orders = []
    while piece := os.read(inward, 3):
        orders += reader.feed(piece)
    os.close(inward)
    assert orders == [Start(at_ns=5), Disarm(), Stop(within_s=2.0)]


def test_a_word_that_is_no_order_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        OrderReader().feed(b'{"order":"dance"}\n')
