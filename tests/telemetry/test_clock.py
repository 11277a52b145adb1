from telemetry.clock import ClockPair, nanoseconds, now_ns, read_clock_pair, seconds


def test_seconds_and_nanoseconds_are_each_others_inverse() -> None:
    assert nanoseconds(1.5) == 1_500_000_000
    assert seconds(nanoseconds(0.25)) == 0.25


def test_a_pair_maps_monotonic_time_to_wall_time() -> None:
    pair = ClockPair(host="here", monotonic_ns=1_000, wall_ns=50_000)
    assert pair.wall(1_500) == 50_500
    assert pair.wall(500) == 49_500


def test_the_clock_does_not_run_back() -> None:
    pair = read_clock_pair()
    assert pair.host
    assert now_ns() >= pair.monotonic_ns
