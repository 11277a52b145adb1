import pytest

from faults.selection.criteria.path import SELECTOR
from faults.selection.match import Match
from tests.faults.selection.asking import AZURE, meant
from tests.live.said import request


@pytest.mark.parametrize(
    ("glob", "is_meant"),
    [
        ("/openai/*", True),
        ("*/chat/completions", True),
        ("/openai/deployments/gpt-?o/*", True),
        ("/openai", False),
        ("*api-version*", False),
        ("/OpenAI/*", False),
    ],
)
def test_a_path_is_meant_as_a_glob_without_its_query(glob: str, *, is_meant: bool) -> None:
    assert meant(Match(path=glob), request(b"{}", target=AZURE)) is is_meant


def test_the_path_of_an_absolute_target_is_the_same() -> None:
    assert meant(Match(path="/v1/x"), request(b"{}", target=b"http://h.test:81/v1/x?y=1"))


def test_what_is_no_path_is_told() -> None:
    assert "/chat" in SELECTOR.complaint("chat")
    assert SELECTOR.complaint("*chat") == SELECTOR.complaint("/chat") == ""
