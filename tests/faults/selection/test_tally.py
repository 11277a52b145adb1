from faults.selection.tally import OwnTally


def test_requests_are_numbered_and_no_more_are_taken_than_may_be() -> None:
    tally = OwnTally()
    assert [tally.arrive() for _ in range(3)] == [1, 2, 3]
    assert [tally.take(2) for _ in range(3)] == [True, True, False]
