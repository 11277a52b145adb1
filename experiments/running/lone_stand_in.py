"""One stand-in from the command line: what `crosswind stand-in` serves."""

from collections.abc import Sequence

from experiments.reading.document import Document
from experiments.reading.fit import fit_struct
from experiments.reading.overrides import with_sets
from experiments.reading.problems import Complaints, ExperimentError
from experiments.reading.shape import EndpointShape
from providers.config import StandIn, StandInListener


def stand_in_listener(dialect: str, *, port: int, sets: Sequence[str]) -> StandInListener:
    """Return a stand-in with changes such as `stand_in.capacity=4`; raises UsageError."""
    plain = Document(file="stand-in", data={"dialect": {dialect: {}}, "stand_in": {}})
    document = with_sets(plain, sets)
    complaints = Complaints()
    shape = fit_struct(document.data, EndpointShape, (), complaints)
    if len(complaints):
        raise ExperimentError([document.problem(complaint) for complaint in complaints])
    return StandInListener(
        endpoint=dialect, dialect=shape.dialect, stand_in=shape.stand_in or StandIn(), port=port
    )
