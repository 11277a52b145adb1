"""The page in a real browser: it loads, keys and filters work, an address brings everything back.

Needs Chromium on the PATH and the `websockets` package, which the `sdks` extra brings.
"""

import importlib.util
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from experiments.view.opened import Opened, open_run
from experiments.view.server import serving
from tests.live.browser import CHROMIUM, Tab, browsing
from tests.live.viewed import made_up

pytestmark = [
    pytest.mark.live,
    pytest.mark.peer,
    pytest.mark.timeout(90),
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium on the PATH"),
    pytest.mark.skipif(
        importlib.util.find_spec("websockets") is None, reason="needs the websockets package"
    ),
]

READY = "document.querySelectorAll('.plot svg').length == 2 && !!document.querySelector('.row')"
NUMBERS = (
    "[...document.querySelectorAll('.row:not([hidden])')].filter(r => r.shown)"
    ".sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).map(r => r.shown.exchange)"
)
OPENED = "document.querySelector('#opened')?.textContent ?? ''"


@pytest.fixture(name="opened", scope="module")
def opened_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    found = open_run(made_up(tmp_path_factory.mktemp("viewed")), lambda _words: None)
    yield found
    found.shelf.close()


@pytest.fixture(name="url", scope="module")
def url_of(opened: Opened) -> Iterator[str]:
    with serving(opened) as server:
        yield server.url


@pytest.fixture(name="browser", scope="module")
def browser_tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browsing(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.fixture(name="tab")
def tab_without_complaints(browser: Tab, url: str) -> Iterator[Tab]:
    browser.complaints.clear()
    browser.requests.clear()
    browser.size(1440, 1000)
    yield browser
    assert browser.complaints == []
    elsewhere = [one for one in browser.requests if urlsplit(one).netloc != urlsplit(url).netloc]
    assert [one for one in elsewhere if one != "about:blank"] == []


def test_it_loads_and_shows_what_there_is(tab: Tab, url: str, opened: Opened) -> None:
    tab.go(url)
    tab.until(READY)
    assert tab.eval("document.title").startswith(f"{opened.judgement and opened.judgement.verdict}")
    assert tab.eval("document.querySelector('#count').textContent") == str(len(opened.by_number))
    assert tab.eval(NUMBERS)[:3] == [0, 1, 2]
    assert tab.eval("document.querySelectorAll('.row').length") < 60


def test_keys_move_open_step_and_close(tab: Tab, url: str) -> None:
    tab.go(url)
    tab.until(READY)
    tab.press("j", "j", "Enter")
    tab.until(f"{OPENED} == 'Exchange 1'")
    assert tab.eval("location.hash") == "#x=1"
    tab.press("j")
    tab.until(f"{OPENED} == 'Exchange 2'")
    tab.press("k", "k")
    tab.until(f"{OPENED} == 'Exchange 0'")
    tab.press("Escape")
    tab.until("!document.querySelector('#opened') && location.hash == ''")
    assert tab.eval("document.activeElement.id") == "list"
    tab.press("ArrowDown", "Enter")
    tab.until(f"{OPENED} == 'Exchange 1'")
    tab.press("?")
    tab.until("document.querySelector('#help').open")
    tab.press("Escape")
    tab.until("!document.querySelector('#help').open")
    tab.press("G")
    tab.until("document.querySelector('.cursor-row')?.ariaRowIndex > 700")


def test_enter_opens_a_row_that_is_still_on_its_way(tab: Tab, url: str, opened: Opened) -> None:
    tab.go(url)
    tab.until(READY)
    tab.press("G", "Enter")
    last = max(opened.seen.evidence.exchanges, key=lambda e: (e.planned_ns, e.number))
    tab.until(f"{OPENED} == 'Exchange {last.number}'")


def test_the_filter_filters_and_its_key_finds_it(tab: Tab, url: str, opened: Opened) -> None:
    tab.go(url)
    tab.until(READY)
    tab.press("/")
    assert tab.eval("document.activeElement.name") == "trace"
    trace = opened.by_number[77].trace_id
    tab.send("Input.insertText", text=trace[8:20])
    tab.until(f"JSON.stringify({NUMBERS}) == '[77]'")
    assert tab.eval("document.querySelector('#count').textContent").startswith("1 of ")
    tab.press("Escape")
    tab.eval("document.querySelector('#filters [type=reset]').click()")
    tab.until(f"({NUMBERS}).length > 10")
    tab.eval(
        "(() => { const s = document.querySelector('#filters').elements.moved; s.value = 'yes';"
        " s.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )
    tab.until("location.hash == '#moved=yes'")
    moved = [
        e.number for e in opened.seen.evidence.exchanges if e.succeeded and len(e.attempts) > 1
    ]
    tab.until(f"JSON.stringify({NUMBERS}) == '{str(moved).replace(' ', '')}'")
    tab.press("f")
    tab.until("document.querySelector('#empty').hidden == false")


def test_an_address_brings_back_filter_stretch_order_and_exchange(
    tab: Tab, url: str, opened: Opened
) -> None:
    moved = [e for e in opened.seen.evidence.exchanges if e.succeeded and len(e.attempts) > 1]
    number = moved[1].number
    tab.go(f"{url}#start=18&end=30&moved=yes&sort=total&down=yes&x={number}")
    tab.until(READY)
    tab.until(f"{OPENED} == 'Exchange {number}'")
    assert tab.eval("document.querySelector('#filters').elements.moved.value") == "yes"
    assert tab.eval("document.querySelector('#range').elements.start.value") == "18"
    assert tab.eval("document.querySelector('[aria-sort]').dataset.sort") == "total"
    tab.until(f"document.querySelector('.cursor-row')?.shown?.exchange == {number}")
    assert tab.eval("document.querySelector('[aria-selected=true]') != null")
    assert tab.eval("document.querySelector('.plot .cursor') != null")


def test_a_link_of_the_findings_opens_its_exchange(tab: Tab, url: str, opened: Opened) -> None:
    exchange = opened.by_number[123]
    tab.go(f"{url}#trace-{exchange.trace_id}")
    tab.until(f"{OPENED} == 'Exchange 123'")
    tab.until("location.hash == '#x=123'")


def test_dragging_across_a_chart_picks_a_stretch(tab: Tab, url: str) -> None:
    tab.go(url)
    tab.until(READY)
    box = tab.eval(
        "(() => { const b = document.querySelector('.plot').getBoundingClientRect();"
        " return [b.left, b.top, b.width]; })()"
    )
    left, top, width = box
    tab.mouse("mousePressed", left + width / 2, top + 90)
    tab.mouse("mouseMoved", left + width * 0.7, top + 90)
    tab.mouse("mouseReleased", left + width * 0.75, top + 90)
    start, end = tab.until(
        "location.hash.includes('start') && [...new URLSearchParams(location.hash.slice(1))]"
        ".map(([, value]) => Number(value))"
    )
    assert 25 < start < 35
    assert 40 < end < 50
    tab.until("document.querySelector('#count').textContent.includes(' of ')")
    tab.press("Escape")
    tab.until("location.hash == ''")


def test_what_is_folded_away_is_drawn_when_it_is_opened(tab: Tab, url: str) -> None:
    tab.go(url)
    tab.until(READY)
    tab.eval("document.querySelector('#more summary').click()")
    tab.until("document.querySelectorAll('.plot svg').length == 4")


def test_back_closes_what_was_opened(tab: Tab, url: str) -> None:
    tab.go(url)
    tab.until(READY)
    tab.press("j", "Enter")
    tab.until(f"{OPENED} == 'Exchange 0'")
    tab.eval("history.back()")
    tab.until("!document.querySelector('#opened')")


def test_nothing_is_wider_than_a_narrow_screen(tab: Tab, url: str) -> None:
    tab.size(360, 800)
    tab.go(f"{url}#x=4")
    tab.until(READY)
    tab.until(f"{OPENED} == 'Exchange 4'")
    assert tab.eval("document.documentElement.scrollWidth") <= 360


def test_everything_that_can_be_operated_has_a_name_and_a_visible_focus(tab: Tab, url: str) -> None:
    tab.go(f"{url}#x=4")
    tab.until(f"{OPENED} == 'Exchange 4'")
    nameless = (
        "[...document.querySelectorAll('button, input, select, [role=grid]')].filter(e =>"
        " !(e.ariaLabel || e.textContent.trim() || e.labels?.length)).map(e => e.outerHTML)"
    )
    assert tab.eval(nameless) == []
    tab.press("Tab")
    assert tab.eval("getComputedStyle(document.activeElement, null).outlineStyle") == "solid"


def test_a_server_that_ended_is_told(tab: Tab, opened: Opened) -> None:
    with serving(opened) as server:
        tab.go(server.url)
        tab.until(READY)
    tab.press("f")
    words = tab.until(
        "!document.querySelector('#toast').hidden && document.querySelector('#toast').textContent"
    )
    assert "has `crosswind view` ended?" in words
    tab.complaints.clear()
    tab.requests.clear()
