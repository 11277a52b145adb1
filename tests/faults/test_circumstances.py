from faults.circumstances import NEVER_IDLE, NOWHERE, usual


def test_of_whom_nothing_is_known_the_dice_fall_the_same_and_no_time_has_passed() -> None:
    assert usual().dice.random() == usual().dice.random()
    assert usual().idle_s == NEVER_IDLE < 0
    assert usual().url == NOWHERE
