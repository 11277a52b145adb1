from providers import words


def test_every_token_says_which_one_it_is() -> None:
    assert words.numbers_in("".join(words.token_texts(7, 300))) == list(range(300))


def test_the_same_seed_says_the_same() -> None:
    assert list(words.token_texts(7, 50)) == list(words.token_texts(7, 50))
    assert list(words.token_texts(7, 50)) != list(words.token_texts(8, 50))


def test_half_a_token_is_none() -> None:
    assert words.numbers_in("0:wind 1:har") == [0]


def test_gaps_and_repeats_are_counted() -> None:
    assert words.missing_and_repeated([]) == (0, 0)
    assert words.missing_and_repeated([0, 1, 2]) == (0, 0)
    assert words.missing_and_repeated([0, 2, 2, 5]) == (3, 1)


def test_a_prompt_counts_as_many_tokens_as_asked_for() -> None:
    assert [words.prompt_tokens(words.prompt_of(n, "nonce")) for n in (2, 30, 500)] == [2, 30, 500]


def test_a_prompt_is_never_shorter_than_its_nonce() -> None:
    assert words.prompt_of(0, "a nonce").startswith("a nonce")
    assert words.prompt_tokens("") == 1
