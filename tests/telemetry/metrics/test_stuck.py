from tests.telemetry.synthetic import attempt, evidence, exchange, measured

NAME = "stuck"


def test_more_than_ten_seconds_without_a_byte_are_stuck() -> None:
    just = exchange(0, 21.0, attempt("azure", 21.0, 31.5, first=31.0))
    over = exchange(1, 21.0, attempt("azure", 21.0, 31.5, first=31.1))
    figure = measured(NAME, evidence([just, over]), phase="fault")
    assert (figure.value, figure.samples, figure.worst) == (1.0, 2, (over.trace_id,))


def test_nothing_to_measure_is_unknown() -> None:
    assert measured(NAME, evidence([]), phase="fault").value is None
