from telemetry.exporting.metric_sink import MetricSink
from telemetry.metering.point import Reading
from telemetry.sending.sender import Became
from tests.telemetry.metering.told import FACTS
from tests.telemetry.scenes import MS, failover
from tests.telemetry.scenes import opened as opened_row


class Kept:
    """Keeps what it is handed."""

    def __init__(self, every_s: float, became: Became) -> None:
        self.every_s = every_s
        self.readings: list[Reading] = []
        self.within_s = 0.0
        self._became = became

    def post(self, reading: Reading) -> None:
        """Take a reading."""
        self.readings.append(reading)

    def close(self, within_s: float) -> Became:
        """End."""
        self.within_s = within_s
        return self._became


def fed(*outlets: Kept) -> MetricSink:
    sink = MetricSink(FACTS, outlets)
    for spool, rows in failover(0, 1000 * MS).items():
        for row in (opened_row(spool.split("-")[0]), *rows):
            sink.take(spool, row)
    return sink


def test_each_gets_readings_as_often_as_it_wants_them() -> None:
    often, seldom = Kept(1.0, Became()), Kept(5.0, Became())
    sink = fed(often, seldom)
    for second in range(2, 12):
        sink.flush(second * 1000 * MS)
    assert (len(often.readings), len(seldom.readings)) == (10, 2)


def test_what_was_not_taken_is_told_with_its_reason() -> None:
    well = Kept(1.0, Became(sent=3))
    ill = Kept(1.0, Became(sent=1, last_taken=False, reason="http://there: HTTP 401"))
    told = fed(well, ill).close(10.0)
    assert told == {"readings_sent": 4, "metrics_reason": "http://there: HTTP 401"}
    assert 0 < well.within_s + ill.within_s <= 10.0
    assert well.readings
