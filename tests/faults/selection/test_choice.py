from faults.selection.choice import Choice
from faults.selection.counts import Counts
from faults.selection.match import Match
from faults.selection.tally import OwnTally
from tests.faults.selection.asking import traits_of
from tests.live.said import request


def choice(match: Match | None = None, **counts: int) -> Choice:
    return Choice(match or Match(), Counts(**counts), OwnTally())


def test_only_those_that_are_meant_are_counted() -> None:
    one = choice(Match(path="/v1/*"), first_n=2)
    paths = [b"/v1/a", b"/v2/a", b"/v1/b", b"/v2/b", b"/v1/c"]
    means = [one.means(traits_of(request(b"{}", target=path))) for path in paths]
    assert means == [True, False, True, False, False]


def test_no_more_at_once_than_may_be_and_again_when_one_is_over() -> None:
    one = choice(max_active=2)
    assert [one.admits() for _ in range(3)] == [True, True, False]
    one.release()
    assert [one.admits(), one.admits()] == [True, False]


def test_no_more_in_all_than_may_be_and_a_full_house_uses_none_up() -> None:
    one = choice(max_active=1, max_injections=2)
    assert [one.admits(), one.admits()] == [True, False]
    one.release()
    assert one.admits()
    one.release()
    assert not one.admits()


def test_a_body_is_needed_of_those_alone_whose_head_may_be_meant() -> None:
    one = choice(Match(path="/v1/*", prompt="canary"))
    assert one.needs_body(traits_of(request(b"{}")))
    assert not one.needs_body(traits_of(request(b"{}", target=b"/v2/x")))
    assert not one.may_mean(traits_of(request(b"{}", target=b"/v2/x")))
