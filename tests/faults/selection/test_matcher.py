from faults.selection.match import Match
from faults.selection.matcher import Matcher, asked, known_selectors
from tests.faults.selection.asking import AZURE, meant, traits_of
from tests.live.said import request


def test_every_key_has_a_file_and_every_file_a_key() -> None:
    assert set(known_selectors()) == set(Match.__struct_fields__)


def test_what_is_asked_is_what_was_said() -> None:
    found = [(one.name, value) for one, value in asked(Match(stream=False, path="/x"))]
    assert found == [("path", "/x"), ("stream", False)]
    assert asked(Match()) == []


def test_all_that_is_asked_has_to_be_so() -> None:
    raw = request(b'{"stream": true}', target=AZURE)
    assert meant(Match(model="gpt-4o", stream=True, path="/openai/*"), raw)
    assert not meant(Match(model="gpt-4o", stream=False, path="/openai/*"), raw)
    assert not meant(Match(model="gpt-4o", stream=True, path="/v1/*"), raw)


def test_who_is_not_meant_by_his_head_is_not_read() -> None:
    matcher = Matcher(Match(path="/other/*", prompt="canary"))
    assert not matcher.may_match(traits_of(request(b"{}")))
    in_path = Matcher(Match(model="o1"))
    assert not in_path.may_match(traits_of(request(b"{}", target=AZURE)))
    assert in_path.may_match(traits_of(request(b"{}")))
