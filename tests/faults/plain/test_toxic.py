from faults.plain.toxic import Due, Ending, Shaper


def test_a_shaper_that_shapes_nothing_lets_everything_pass_at_once() -> None:
    shaper = Shaper()
    assert list(shaper.begin(1.0)) == []
    assert list(shaper.take(b"a", 2.0)) == [Due(2.0, b"a")]
    assert list(shaper.end(3.0)) == [Due(3.0, ending=Ending.FIN)]
    assert not shaper.spoiled
