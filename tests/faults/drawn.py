"""Hypothesis strategies: any fault there is, with any parameters it allows, and any answer."""

import math

import msgspec
from hypothesis import reject
from hypothesis import strategies as st
from msgspec import inspect as types

from faults.catalog import fault_classes, make_fault
from faults.fault import Fault
from faults.positions import Positioned
from faults.steps import Close, End, Event, Reset, Step, Wait
from tests.faults.honest import BUSY, EVENT_STREAM, JSON, body, played, said, stream

QUARTERS = st.integers(0, 40).map(lambda quarter: quarter / 4)
"""Lengths of time that add up exactly."""

TEXTS = st.text(alphabet="abc", max_size=3)


def _values(kind: types.Type) -> st.SearchStrategy[object]:
    """Draw what a parameter of this declared type may be; a new fault takes part by itself."""
    match kind:
        case types.Metadata(type=inner):
            return _values(inner)
        case types.UnionType(types=choices):
            return st.one_of([_values(choice) for choice in choices])
        case types.LiteralType(values=values):
            return st.sampled_from(values)
        case types.IntType() | types.FloatType():
            return _numbers(kind)
    return {types.BoolType: st.booleans(), types.NoneType: st.none(), types.StrType: TEXTS}[
        type(kind)
    ]


def _numbers(kind: types.IntType | types.FloatType) -> st.SearchStrategy[object]:
    if isinstance(kind, types.FloatType):
        least, most = kind.ge or 0, math.inf if kind.le is None else kind.le
        quarters = QUARTERS.filter(lambda value: least <= value <= most)
        return quarters if kind.le is not None else quarters | st.just(math.inf)
    least = kind.ge or 0
    return st.integers(least, least + 5 if kind.le is None else kind.le)


def faults_of(kind: type[Fault]) -> st.SearchStrategy[Fault]:
    """Draw any fault of one kind."""
    fields = {field.name: field for field in types.type_info(kind).fields}  # type: ignore[attr-defined]  # every fault is a struct
    together = st.fixed_dictionaries(
        {name: _values(field.type) for name, field in fields.items() if field.required},
        optional={
            name: _values(field.type)
            for name, field in fields.items()
            if not field.required and name not in _positions(kind)
        },
    )
    positions: list[st.SearchStrategy[dict[str, object]]] = [st.just({})]
    positions += [
        st.fixed_dictionaries({name: _values(fields[name].type)}) for name in _positions(kind)
    ]
    drawn = st.tuples(together, st.one_of(positions))
    return drawn.map(lambda pair: _made(kind, {**pair[0], **pair[1]}))


def _positions(kind: type[Fault]) -> tuple[str, ...]:
    return kind.positions if issubclass(kind, Positioned) else ()


def _made(kind: type[Fault], drawn: dict[str, object]) -> Fault:
    try:
        made = make_fault({kind.name: drawn})
    except msgspec.ValidationError:  # parameters that do not go together
        reject()
    assert isinstance(made, Fault)
    return made


FAULTS = st.sampled_from(sorted(fault_classes())).flatmap(
    lambda name: faults_of(fault_classes()[name])
)
STACKS = st.lists(FAULTS, max_size=4)


@st.composite
def _events(draw: st.DrawFn) -> Event:
    tokens = draw(st.sampled_from([0, 1, 1, 1, 3]))
    finish = draw(st.sampled_from([False, False, False, True]))
    return Event(data=draw(st.binary(max_size=4)), tokens=tokens, finish=finish)


HONEST_ENDINGS: list[Step] = [End(), End(), Reset(), Close()]
ENDINGS = st.sampled_from(HONEST_ENDINGS)
STREAMS = st.tuples(st.just(EVENT_STREAM), st.lists(_events(), max_size=10), ENDINGS)
BODIES = st.tuples(
    st.sampled_from([JSON, BUSY]),
    st.lists(st.builds(Event, data=st.binary(max_size=4)), max_size=4),
    ENDINGS,
)
ANSWERS: st.SearchStrategy[list[Step]] = (STREAMS | BODIES).map(
    lambda parts: [parts[0], *parts[1], parts[2]]
)


@st.composite
def _paced(draw: st.DrawFn) -> list[Step]:
    paced: list[Step] = []
    for step in draw(ANSWERS):
        paced += [Wait(seconds=draw(QUARTERS)), step]
    return paced


PACED_ANSWERS: st.SearchStrategy[list[Step]] = _paced()


def adds(one: Fault) -> bool:
    """Tell whether a client whose provider was asked gets bytes other than its first ones."""
    return any(
        not _bytes(probe).startswith(_bytes(said(played(one, probe))))
        for probe in PROBES
        if played(one, probe).asked
    )


def _bytes(steps: list[Step]) -> bytes:
    return b"".join(step.data for step in steps if isinstance(step, Event))


def delays(one: Fault) -> bool:
    """Tell whether time is all that a fault takes: what it touches comes whole, and later."""
    late = played(one, PROBES[0])
    return 0 < late.end_s < math.inf and said(late) == PROBES[0]


PROBES = (stream(12), body(b"{", b"}"))
SILENT_STACKS = st.lists(FAULTS.filter(lambda one: not adds(one)), max_size=4)
CUT_BLIND_STACKS = st.lists(FAULTS.filter(lambda one: not one.counts_pieces), max_size=4)
_DELAYING = [kind for kind in fault_classes().values() if kind.action in ("delayed", "withheld")]
DELAYS = st.sampled_from(_DELAYING).flatmap(faults_of).filter(delays)
