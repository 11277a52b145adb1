from collections import Counter

from faults.content_keys import content_key


def test_the_same_content_has_its_turns_and_another_its_own() -> None:
    seen: Counter[int] = Counter()
    first, again, other = (content_key(seen, content) for content in (b"a", b"a", b"b"))
    assert first.partition("#")[0] == again.partition("#")[0] != other.partition("#")[0]
    assert [key.partition("#")[2] for key in (first, again, other)] == ["1", "2", "1"]


def test_it_forgets_rather_than_grows() -> None:
    seen: Counter[int] = Counter(range(65_536))
    content_key(seen, b"a")
    assert len(seen) == 1
