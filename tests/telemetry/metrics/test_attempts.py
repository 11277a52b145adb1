from tests.telemetry.synthetic import evidence, exchange, failed_over, measured


def test_it_counts_tries_on_all_endpoints() -> None:
    seen = evidence([exchange(0, 21.0), failed_over(1, 22.0)])
    assert measured("attempts", seen, phase="fault").value == 2
    assert measured("attempts", seen, phase="fault", statistic="mean").value == 1.5
