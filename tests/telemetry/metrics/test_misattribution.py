from msgspec.structs import replace

from tests.telemetry.synthetic import attempt, evidence, exchange, measured

NAME = "misattribution"


def test_it_is_the_share_said_to_be_served_by_another_than_the_proxy_saw() -> None:
    wrong = replace(exchange(0, 21.0), served_by="vertex")
    seen = evidence([wrong, exchange(1, 22.0)])
    figure = measured(NAME, seen, phase="fault")
    assert (figure.value, figure.worst) == (50.0, (wrong.trace_id,))


def test_what_one_side_does_not_know_does_not_count() -> None:
    silent = replace(exchange(0, 21.0), served_by="")
    apart = exchange(1, 22.0, attempt("azure", 22.0, joined=False))
    assert measured(NAME, evidence([silent, apart]), phase="fault").value is None
