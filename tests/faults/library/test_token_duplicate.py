from tests.faults.honest import attested, body, fault, played, said, stream, token

TWICE = fault("token_duplicate", every=3)


def test_each_third_piece_of_the_text_comes_twice() -> None:
    got = said(played(TWICE, stream(7)))
    assert [got.count(token(index)) for index in range(7)] == [1, 1, 2, 1, 1, 2, 1]
    assert len(got) == len(stream(7)) + 2
    assert attested(TWICE, stream(7)) == ["answered"]


def test_too_short_an_answer_and_a_body_are_left_alone() -> None:
    assert attested(TWICE, stream(2)) == []
    assert attested(TWICE, body(b"{}")) == []
