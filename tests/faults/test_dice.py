import hashlib
import subprocess
import sys

import pytest

from faults.dice import dice, draw


def test_the_number_is_the_keyed_digest_that_the_docs_describe() -> None:
    digest = hashlib.blake2b(b'["outage","17","azure/0"]', digest_size=8, key=b"42").digest()
    expected = (int.from_bytes(digest, "big") // 2**11) / 2**53
    assert draw(42, "outage", "17", "azure/0") == expected


def test_the_number_never_changes() -> None:
    assert draw(1, "outage", "0", "0") == 0.8632507406471704


@pytest.mark.parametrize(
    "other",
    [
        (2, "outage", "0", "0"),
        (1, "outags", "0", "0"),
        (1, "outage", "1", "0"),
        (1, "outage", "0", "1"),
        (-1, "outage", "0", "0"),
        (1, "outage0", "", "0"),
    ],
)
def test_each_part_of_the_key_counts(other: tuple[int, str, str, str]) -> None:
    assert draw(*other) != draw(1, "outage", "0", "0")


def test_another_process_throws_the_same_dice() -> None:
    code = "from faults.dice import draw; print(draw(1, 'outage', '0', '0'))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert outputs == {repr(draw(1, "outage", "0", "0"))}


def test_the_dice_of_a_shape_fall_the_same_and_are_not_the_draws() -> None:
    thrown = dice(1, "outage", "0", "0").random()
    assert thrown == dice(1, "outage", "0", "0").random()
    assert thrown != dice(1, "outage", "0", "1").random()
    assert thrown != draw(1, "outage", "0", "0")
