from experiments.analysing.analysed import Analysed, analysed
from experiments.judging.verdict import Ruling, Verdict
from telemetry.foreign.span import Span
from telemetry.foreign.windowing import Told
from tests.experiments.analysing.incident import incident, read
from tests.telemetry.foreign.made import ns

GATES = ("failover_time <= 5 s", "user_errors (fault) <= 5 %")
WINDOW = Told(id="outage", endpoints=("azure.ai.openai",), start_ns=ns(10), end_ns=ns(20))


def judged(
    spans: list[Span], *gates: str, windows: tuple[Told, ...] = (), cut: str = ""
) -> Analysed:
    found, traffic = read(spans)
    found.cuts += [cut] if cut else []
    return analysed(found, traffic, title="t", gates=gates or GATES, windows=windows)


def test_an_incident_is_judged_with_the_gates_of_a_rehearsal() -> None:
    judgement = judged(incident(), windows=(WINDOW,)).judgement
    assert (judgement.verdict, judgement.exit_code) == (Verdict.PASS, 0), judgement.invalid
    # From 10.5 s on 4 of 95 requests asked azure; from 10.4 s on 5 of 96 did, more than 5 %.
    assert judgement.findings[0].observed == 0.5
    assert judgement.findings[0].inferred
    assert judgement.windows[0]["inferred"] is False


def test_windows_are_inferred_where_none_is_given_and_that_is_said() -> None:
    judgement = judged(incident()).judgement
    assert judgement.verdict is Verdict.PASS
    assert judgement.windows[0]["inferred"] is True
    assert any("is inferred from the error share" in note for note in judgement.notes)


def test_an_answer_that_was_cut_off_is_inconclusive() -> None:
    judgement = judged(incident(), windows=(WINDOW,), cut="the answer was cut").judgement
    assert (judgement.verdict, judgement.invalid) == (
        Verdict.INCONCLUSIVE,
        ("the answer was cut",),
    )


def test_figures_that_need_first_tokens_are_unknown_without_them() -> None:
    blind = incident(told={"gen_ai__response__finish_reasons": ["stop"]})
    judgement = judged(blind, "failover_delay max <= 2 s", *GATES, windows=(WINDOW,)).judgement
    assert [f.verdict for f in judgement.findings] == [
        Ruling.UNKNOWN, Ruling.PASS, Ruling.PASS,
    ]  # fmt: skip
    assert judgement.exit_code == 4
    assert judgement.metrics["recovery_time"]["outage"]["value"] is None


def test_without_failures_nothing_is_inferred_and_nothing_passes() -> None:
    calm = [span for span in incident() if span.status != "ERROR"]
    judgement = judged(calm).judgement
    assert judgement.exit_code == 4
    assert any("none can be inferred" in reason for reason in judgement.invalid)
