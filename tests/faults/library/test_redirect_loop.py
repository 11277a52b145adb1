from random import Random
from urllib.parse import urljoin

import msgspec
import pytest

from faults.circumstances import NEVER_IDLE, Circumstances
from faults.rehearse import rehearse
from faults.steps import End, Head
from tests.faults.honest import PlainDialect, attested, fault, played, said, stream

URLS = [
    "http://localhost:81/v1/x?api-version=1&y=http://z/",
    "https://up.test/",
    "https://up.test//other.test/v1",
    "http://[::1/broken",
]


def told(url: str, **parameters: object) -> dict[str, str]:
    """Return the headers that a client gets who asked at a URL."""
    one = fault("redirect_loop", **parameters)
    around = Circumstances(Random(1), NEVER_IDLE, url)
    head = said(rehearse(one.script_in(around, PlainDialect()), []))[0]
    assert isinstance(head, Head)
    return dict(head.headers)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_client_is_redirected_at_once_and_the_provider_is_not_asked(status: int) -> None:
    one = fault("redirect_loop", status=status)
    play = played(one, stream(3))
    head, end = said(play)
    assert isinstance(head, Head)
    assert (head.status, end) == (status, End())
    assert (play.asked, play.end_s) == (False, 0)
    assert attested(one, stream(3)) == ["answered"]


@pytest.mark.parametrize("url", URLS[:3])
@pytest.mark.parametrize("location", ["relative", "absolute"])
def test_it_leads_back_to_where_the_client_asked(url: str, location: str) -> None:
    assert urljoin(url, told(url, location=location)["Location"]) == url


@pytest.mark.parametrize("url", URLS)
def test_absolute_names_the_place_as_the_client_does_and_relative_does_not(url: str) -> None:
    assert told(url, location="absolute")["Location"] == url
    assert "/" + url.split("/", 3)[3] in told(url)["Location"]
    assert not told(url)["Location"].startswith("//")


@pytest.mark.parametrize("path", ["/v1?x=http://other.test/", "//other.test/v1"])
def test_who_named_no_place_gets_no_name_of_one(path: str) -> None:
    assert told(path, location="absolute") == told(path)
    assert told(path)["Location"] in {path, f"/.{path}"}


def test_nobody_keeps_it_for_longer_than_it_holds() -> None:
    assert told(URLS[0], status=308)["Cache-Control"] == "no-store"


@pytest.mark.parametrize("status", [200, 300, 304, 305, 400, "307"])
def test_a_status_that_nobody_follows_is_refused(status: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        fault("redirect_loop", status=status)
