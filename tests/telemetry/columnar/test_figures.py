from telemetry.columnar.distributions import COLUMNS
from telemetry.columnar.figures import MEASURES
from telemetry.figure import Contrast
from telemetry.measure import metrics


def test_columns_tell_every_metric() -> None:
    told = {name for name, metric in metrics().items() if not isinstance(metric, Contrast)}
    assert told == {*COLUMNS, *MEASURES}
