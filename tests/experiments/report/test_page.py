import html as entities
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from experiments.judging.verdict import Ruling, Verdict
from experiments.model import Gateway, Replayed
from experiments.report import write_reports
from experiments.report.page import html
from experiments.report.worst import MOST_WATERFALLS, worst_exchanges
from telemetry.chains import COMMAND_START
from telemetry.exchange import Exchange
from tests.experiments.report.reading import parsed
from tests.experiments.report.synthetic import Run, Scene, judged, run

PASSED = run()
LOST = run(Scene(breaker=False, vertex_fails=0.12))
VOID = {"meta", "br"}


def page(of: Run) -> str:
    return html(of.experiment, of.record, of.judgement, of.evidence, {"Versions": "crosswind 0"})


def with_exchanges(exchanges: tuple[Exchange, ...]) -> Run:
    record = msgspec.structs.replace(PASSED.record, exchanges=exchanges)
    return judged(PASSED.experiment, record)


def with_judgement(of: Run, **changes: object) -> Run:
    judgement = msgspec.structs.replace(of.judgement, **changes)
    return msgspec.structs.replace(of, judgement=judgement)


class Nesting(HTMLParser):
    """Knows which elements are open; complains about one that is closed out of turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self._note(dict(attrs))

    def handle_startendtag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def _note(self, attributes: dict[str, str | None]) -> None:
        self.ids += [attributes["id"] or ""] if "id" in attributes else []
        self.links += [attributes["href"] or ""] if "href" in attributes else []


def read(text: str) -> Nesting:
    nesting = Nesting()
    nesting.feed(text)
    assert nesting.open == []
    return nesting


@pytest.mark.parametrize("of", [PASSED, LOST], ids=["pass", "fail"])
def test_the_page_says_the_verdict_and_every_finding(of: Run) -> None:
    text = entities.unescape(page(of))
    assert f"</svg>{of.judgement.verdict.value}</div>" in text
    for finding in of.judgement.findings:
        assert finding.gate in text
        assert finding.reason in text


@pytest.mark.parametrize("of", [PASSED, LOST], ids=["pass", "fail"])
def test_the_page_is_whole_by_itself(of: Run) -> None:
    text = page(of)
    assert not re.search(r"https?://|\bsrc=|@import|<script|<link", text)
    assert len(text) < 1_000_000


def test_every_element_is_closed_every_id_is_one_and_every_link_leads_somewhere() -> None:
    nesting = read(page(LOST))
    assert len(nesting.ids) == len(set(nesting.ids))
    assert nesting.links
    assert all(link.removeprefix("#") in nesting.ids for link in nesting.links)


def test_every_picture_is_well_formed_and_told_in_words() -> None:
    pictures = re.findall(r'<svg class="chart.*?</svg>', page(LOST), flags=re.DOTALL)
    assert len(pictures) >= 3 * 5
    for picture in pictures:
        root = parsed(picture)
        assert root.findtext("title")
        assert root.findtext("desc")
        assert "nan" not in picture.lower().replace("finance", "")
        assert "inf" not in re.sub(r">[^<]*<", "><", picture)


def test_every_pattern_that_is_used_is_there() -> None:
    text = page(LOST)
    used = set(re.findall(r"url\(#([^)]+)\)", text))
    assert used
    assert used <= set(read(text).ids)


def test_reasons_why_a_run_cannot_count_come_before_the_findings() -> None:
    of = with_judgement(LOST, verdict=Verdict.INCONCLUSIVE, invalid=("rows were lost: worker-0 3",))
    text = page(of)
    assert text.index("rows were lost: worker-0 3") < text.index("<h2>Findings</h2>")


def test_a_replay_says_before_anything_is_drawn_what_it_cannot_show() -> None:
    told = ("replays an incident", "too short to observe at this speed: rising")
    replay = Replayed(id="one", speed=60, notes=told)
    experiment = msgspec.structs.replace(PASSED.experiment, incident=replay)
    of = with_judgement(PASSED, notes=(*told, "canaries, left out"))
    text = page(msgspec.structs.replace(of, experiment=experiment))
    assert text.index(told[1]) < text.index("<h2>Timeline</h2>")
    assert text.count(told[1]) == 1
    assert "canaries, left out" in text
    assert "as replayed" not in page(PASSED)


def test_words_from_outside_are_escaped_everywhere() -> None:
    evil = "<script>alert('x')</script>&\""
    finding = msgspec.structs.replace(LOST.judgement.findings[0], gate=evil, reason=evil, unit=evil)
    of = with_judgement(
        LOST,
        title=evil,
        run=evil,
        findings=(finding,),
        notes=(evil,),
        invalid=(evil,),
        aborted=evil,
    )
    exchanges = tuple(
        msgspec.structs.replace(
            e, attempts=tuple(msgspec.structs.replace(a, endpoint=evil) for a in e.attempts)
        )
        for e in of.evidence.exchanges[:30]
    )
    evidence = msgspec.structs.replace(of.evidence, exchanges=exchanges)
    text = page(msgspec.structs.replace(of, evidence=evidence))
    assert "<script" not in text
    read(text)


def test_infinite_and_unknown_figures_are_words() -> None:
    findings = tuple(
        msgspec.structs.replace(PASSED.judgement.findings[0], observed=value, verdict=ruling)
        for value, ruling in ((math.inf, Ruling.FAIL), (None, Ruling.UNKNOWN))
    )
    metrics = {
        name: {scope: {**figure, "value": None} for scope, figure in scopes.items()}
        for name, scopes in PASSED.judgement.metrics.items()
    }
    text = page(with_judgement(PASSED, findings=findings, metrics=metrics))
    assert ">never<" in text
    assert "unknown" in text


def test_a_run_in_which_nothing_happened_has_a_page() -> None:
    empty = with_exchanges(())
    assert empty.judgement.verdict is Verdict.INCONCLUSIVE
    text = page(empty)
    assert "no exchange was recorded" in text
    read(text)


def test_one_exchange_has_a_page() -> None:
    read(page(with_exchanges(PASSED.record.exchanges[:1])))


def test_an_exchange_without_attempts_or_end_is_shown_as_that() -> None:
    lone = msgspec.structs.replace(PASSED.record.exchanges[0], attempts=(), end_ns=None)
    text = page(with_exchanges((lone,)))
    assert "no attempt was made" in text


def test_a_run_without_windows_phases_or_events_has_a_page() -> None:
    record = msgspec.structs.replace(PASSED.record, events=(), faults=(), spools=())
    bare = judged(msgspec.structs.replace(PASSED.experiment, faults=(), expect=None), record)
    text = page(bare)
    assert "<h2>Window" not in text
    read(text)


def test_the_worst_of_each_finding_are_shown_first_and_not_too_many() -> None:
    worst = worst_exchanges(LOST.judgement, LOST.evidence)
    assert len(worst) <= MOST_WATERFALLS
    failing = [f for f in LOST.judgement.findings if f.verdict is Ruling.FAIL]
    assert {f.worst[0] for f in failing} <= {exchange.trace_id for exchange in worst}


def test_all_three_reports_are_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    for _ in range(2):
        write_reports(tmp_path, PASSED.experiment, PASSED.record, PASSED.judgement, PASSED.evidence)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["junit.xml", "report.html", "report.md"]


def test_ten_thousand_exchanges_stay_below_a_megabyte() -> None:
    many = run(Scene(rate_per_s=168.0))
    assert len(many.evidence.exchanges) > 9_500
    assert len(page(many)) < 1_000_000


def test_it_says_whose_attempts_these_are() -> None:
    gateway = Gateway(order=("azure", "vertex"), dialect={"openai-chat": {}}, command=("g",))
    experiment = msgspec.structs.replace(PASSED.experiment, gateway=gateway)
    behind = page(msgspec.structs.replace(PASSED, experiment=experiment))
    assert "by the gateway, as the proxies saw them" in behind
    assert "what the user got of the gateway" in behind
    begun = msgspec.structs.replace(PASSED.record.events[0], name=COMMAND_START)
    record = msgspec.structs.replace(PASSED.record, events=(*PASSED.record.events, begun))
    commanded = page(judged(PASSED.experiment, record))
    assert "by the command" in commanded
    assert "where its first attempt began" in commanded
    assert "Load generator" not in commanded
    ours = page(PASSED)
    assert "by all clients" in ours
    assert "Load generator" in ours
    assert "what the user got of the gateway" not in ours


def test_it_tells_what_share_was_joined() -> None:
    assert "Exchanges joined" in page(PASSED)
