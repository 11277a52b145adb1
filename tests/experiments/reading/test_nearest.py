"""The nearest right word to a wrong one."""

from experiments.reading.nearest import listed, nearest


def test_the_nearest_word_is_found_whatever_its_case() -> None:
    assert nearest("azure-opnai", ["azure-openai", "vertex-gemini"]) == "azure-openai"
    assert nearest("pass", ["PASS"]) == "PASS"


def test_there_is_no_nearest_word_when_none_is_alike() -> None:
    assert nearest("zzz", ["azure", "vertex"]) == ""
    assert nearest("azure", []) == ""


def test_words_are_listed_in_order_for_a_sentence() -> None:
    assert listed(["b", "a", "c"]) == "a, b and c"
    assert listed(["a"]) == "a"
    assert listed([]) == "nothing"
