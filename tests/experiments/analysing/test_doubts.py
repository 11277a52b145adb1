from collections import Counter

import pytest

from experiments.analysing.analysed import analysed
from telemetry.foreign.span import Span
from telemetry.foreign.windowing import Told
from tests.experiments.analysing.incident import incident, read
from tests.telemetry.foreign.made import call, ns

WINDOW = Told(id="outage", endpoints=("azure.ai.openai",), start_ns=ns(10), end_ns=ns(20))


def invalid(
    spans: list[Span], window: Told = WINDOW, *, unfit: int = 0, gates: tuple[str, ...] = ("x",)
) -> str:
    found, traffic = read(spans)
    found.unfit = Counter({"a span that is none": unfit} if unfit else {})
    made = analysed(found, traffic, title="t", gates=gates, windows=(window,))
    return "; ".join(made.judgement.invalid)


def test_good_traces_have_no_reason_against_them() -> None:
    assert not invalid(incident())
    assert not invalid(incident(), unfit=2)


@pytest.mark.parametrize(
    ("spans", "window", "unfit", "why"),
    [
        (incident()[80:], WINDOW, 0, "the baseline has 15 exchanges"),
        (incident(), WINDOW, 50, "50 spans could not be read: 50 x a span that is none"),
        (
            incident(),
            Told(id="late", endpoints=("azure.ai.openai",), start_ns=ns(25), end_ns=ns(26)),
            0,
            "nothing failed at azure.ai.openai in window late",
        ),
        (
            [*incident(), *(call(9, i / 10, i / 10 + 1, trace=5000 + i, error="500")
                            for i in range(9))],
            WINDOW, 0, "the baseline was unhealthy",
        ),
        (
            [*incident(), call(7, 30, 32, trace=9000), call(8, 29, 31, trace=9000, parent=7)],
            WINDOW, 0, "times of more than one clock",
        ),
    ],
)  # fmt: skip
def test_what_speaks_against_them_is_said(
    spans: list[Span], window: Told, unfit: int, why: str
) -> None:
    assert why in invalid(spans, window, unfit=unfit)


def test_a_verdict_needs_a_claim() -> None:
    assert "no gate was given" in invalid(incident(), gates=())


def test_how_answers_were_judged_is_noted() -> None:
    found, traffic = read(incident(told={}))
    notes = analysed(found, traffic, title="t", gates=(), windows=(WINDOW,)).judgement.notes
    assert any("300 of 300 answers judged by status alone" in note for note in notes)
    assert any("300 of 300 answers tell no first token" in note for note in notes)
