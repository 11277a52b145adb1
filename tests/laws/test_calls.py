"""Laws of faults on gRPC: any fault that means something there, on any call."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults.catalog import fault_classes
from faults.fault import Fault
from faults.layers import ENDINGS, Layer, compose
from faults.rehearse import Play, rehearse
from faults.steps import Close, End, Event, Head, Raw, Reset, Step, Trailers
from providers.grpc import message_bytes
from providers.grpc_dialect import GrpcDialect
from tests.faults import drawn
from tests.faults.calls import FINE, HEAD, REFUSED
from tests.faults.honest import said

KINDS = [kind for kind in fault_classes().values() if "gRPC" in kind.protocols]
MESSAGES = st.binary(max_size=9).map(lambda data: Event(data=message_bytes(data), tokens=1))
ENDS: list[list[Step]] = [[FINE, End()], [FINE, End()], [End()], [Reset()], [Close()]]
CALLS: st.SearchStrategy[list[Step]] = st.one_of(
    st.tuples(st.lists(MESSAGES, max_size=8), st.sampled_from(ENDS)).map(
        lambda parts: [HEAD, *parts[0], *parts[1]]
    ),
    st.just(REFUSED),
)
STACKS = st.lists(st.sampled_from(KINDS).flatmap(drawn.faults_of), max_size=4)


def play(faults: list[Fault], honest: list[Step]) -> tuple[Play, list[tuple[str, str]]]:
    attested: list[tuple[str, str]] = []
    layers = [Layer(str(n), one.script(GrpcDialect())) for n, one in enumerate(faults)]
    told = compose(layers, lambda rule, action: attested.append((rule, action)))
    return rehearse(told, honest), attested


@given(faults=STACKS, honest=CALLS)
def test_nothing_follows_an_ending_and_only_the_end_follows_trailers(
    faults: list[Fault], honest: list[Step]
) -> None:
    steps = said(play(faults, honest)[0])
    assert not any(isinstance(step, ENDINGS) for step in steps[:-1])
    for step, following in itertools.pairwise(steps):
        if isinstance(step, Trailers):
            assert isinstance(following, ENDINGS)


@given(faults=STACKS, honest=CALLS)
def test_there_is_one_head_and_it_comes_before_what_it_is_the_head_of(
    faults: list[Fault], honest: list[Step]
) -> None:
    steps = said(play(faults, honest)[0])
    heads = [index for index, step in enumerate(steps) if isinstance(step, Head)]
    bodies = [index for index, step in enumerate(steps) if isinstance(step, Event | Trailers)]
    assert len(heads) <= 1
    assert not bodies or (heads and heads[0] < bodies[0])


@given(faults=STACKS, honest=CALLS)
def test_no_fault_of_another_framing_is_among_them(faults: list[Fault], honest: list[Step]) -> None:
    assert not any(isinstance(step, Raw) for step in said(play(faults, honest)[0]))


@given(faults=STACKS, honest=CALLS)
def test_every_message_is_one_of_the_services_whole(
    faults: list[Fault], honest: list[Step]
) -> None:
    sent = [step.data for step in honest if isinstance(step, Event)]
    whole = [step.data for step in said(play(faults, honest)[0]) if isinstance(step, Event)]
    own = {"buffered_stream", "server_error"}
    if not any(one.cuts or one.name in own for one in faults):
        assert set(whole) <= set(sent)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@given(data=st.data(), honest=CALLS)
def test_a_fault_is_attested_if_and_only_if_the_client_gets_another_answer(
    kind: type[Fault], data: st.DataObject, honest: list[Step]
) -> None:
    one = data.draw(drawn.faults_of(kind))
    result, attested = play([one], honest)
    other = result != play([], honest)[0]
    assert bool(attested) >= other if kind.holds_back else bool(attested) == other
