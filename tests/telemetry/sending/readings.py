"""A reading of every kind of point, by hand."""

from telemetry import names
from telemetry.metering.point import Exemplar, Fine, Measured, Number, Reading, Spread

START_NS, AT_NS = 1_800_000_000_000_000_000, 1_800_000_005_250_000_000
EXEMPLAR = Exemplar(0.3, AT_NS - 1_000_000, "0badcafe" * 4, "feedbeef" * 2)
SPREAD = Spread(
    attributes=((names.EXCHANGE_SERVED_BY, "vertex"),),
    count=3,
    total=1.1,
    least=0.1,
    largest=0.7,
    bounds=(0.25, 0.5),
    counts=(1, 1, 1),
    fine=Fine(scale=0, zeros=0, offset=-4, counts=(1, 0, 1, 1)),
    exemplars={1: EXEMPLAR},
)
READING = Reading(
    start_unix_ns=START_NS,
    at_unix_ns=AT_NS,
    metrics=(
        Measured(
            name=names.ATTEMPTS,
            instrument="counter",
            unit="{attempt}",
            doc="that ended",
            points=(
                Number(
                    attributes=((names.ENDPOINT, "azure"), (names.RESEND, True)),
                    value=7,
                    exemplar=EXEMPLAR,
                ),
            ),
        ),
        Measured(
            name=names.FAULT_ACTIVE,
            instrument="gauge",
            unit="1",
            doc="1 in its windows",
            points=(Number(attributes=((names.FAULT_ID, "outage"),), value=1),),
        ),
        Measured(
            name=names.EXCHANGE_WAIT,
            instrument="histogram",
            unit="s",
            doc="from plan",
            points=(SPREAD,),
        ),
    ),
)
