from hypothesis import given
from hypothesis import strategies as st

from faults.selection import narrowing
from faults.selection.choice import Choice
from faults.selection.counts import Counts
from faults.selection.match import Match
from faults.selection.narrowing import Narrowing
from faults.selection.tally import OwnTally
from tests.faults.selection.asking import traits_of
from tests.live.said import request

AZURE = b"/openai/deployments/gpt-4o/chat/completions"
GEMINI = b"/v1/projects/p/models/gemini:streamGenerateContent"
MATCHES = st.builds(
    Match,
    path=st.sampled_from(["", "/openai/*", "/v1/*"]),
    method=st.sampled_from([(), "GET", "POST"]),
    model=st.sampled_from([(), "gpt-4o", ("gemini", "other")]),
    stream=st.sampled_from([None, True, False]),
    header=st.sampled_from([{}, {"X-Tenant": "a*"}, {"x-tenant": "a", "x-other": "*"}]),
    prompt=st.sampled_from(["", "canary"]),
    new_connections=st.booleans(),
)
HEADERS = st.lists(st.sampled_from([b"X-Tenant: abc", b"x-other: 1", b"X-TENANT: b"]), unique=True)


def choice(match: Match) -> Choice:
    return Choice(match, Counts(), OwnTally())


@given(
    st.lists(MATCHES, max_size=6),
    st.lists(
        st.tuples(st.sampled_from([AZURE, GEMINI, b"/v2/x"]), HEADERS, st.booleans()),
        min_size=1,
        max_size=6,
    ),
)
def test_it_says_what_asking_each_of_them_says_whatever_was_asked_before(
    matches: list[Match], asked: list[tuple[bytes, list[bytes], bool]]
) -> None:
    choices = [choice(match) for match in matches]
    narrowing = Narrowing(choices)
    for target, headers, first in asked:
        raw = request(b"{}", target=target)
        line, _, rest = raw.partition(b"\r\n")
        whole = b"\r\n".join((line, *headers, rest))
        traits = traits_of(whole, first=first)
        # What it rules out before anything is made of a head is what asking would rule out.
        assert narrowing.leaves_open(whole, traits.low) or not narrowing.may_mean(traits)
        assert narrowing.may_mean(traits) == any(one.may_mean(traits) for one in choices)


def test_what_is_ruled_out_once_is_ruled_out_by_its_line_from_then_on() -> None:
    narrowing = Narrowing([choice(Match(path="/none")), choice(Match(header={"x-tenant": "a"}))])
    raw, tenant = request(b"{}", target=AZURE), b"X-Tenant: b\r\n"
    told = traits_of(raw)
    assert narrowing.leaves_open(raw, told.low)
    assert not narrowing.may_mean(told)
    assert not narrowing.leaves_open(raw, told.low)
    other = request(b"{}", target=AZURE, headers=tenant)
    assert narrowing.leaves_open(other, traits_of(other).low)
    assert not narrowing.may_mean(traits_of(other))


def test_one_that_asks_nothing_means_everybody() -> None:
    assert Narrowing([choice(Match(path="/none")), None]).may_mean(traits_of())
    assert not Narrowing([]).may_mean(traits_of())


def test_request_lines_without_end_are_not_remembered_without_end() -> None:
    many = Narrowing([choice(Match(path="/none"))])
    for number in range(narrowing.REMEMBERED + 10):
        many.may_mean(traits_of(request(b"{}", target=b"/%d" % number)))
    assert len(many._left) <= narrowing.REMEMBERED
