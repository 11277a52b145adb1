from typing import Any

from msgspec.structs import replace

from experiments.view.detail import detail
from experiments.view.opened import Opened
from experiments.view.pages import exchange_html
from telemetry.exchange import Exchange
from telemetry.outcome import Outcome


def told(opened: Opened, exchange: Exchange) -> dict[str, Any]:
    return dict(detail(opened, exchange, 620))


def test_a_failover_is_told_with_both_attempts_and_the_fault(opened: Opened) -> None:
    exchange = next(e for e in opened.seen.evidence.exchanges if e.touched and e.succeeded)
    facts = told(opened, exchange)
    assert [card.name for card in facts["attempts"]] == ["azure", "vertex"]
    assert facts["faults"] == [
        ("outage", "http_error (status 503)", "outage", "1, azure", "answered")
    ]
    first = dict(facts["attempts"][0].facts)
    assert first["Status"] == "503"
    assert "unable to process" in first["Error"]
    assert dict(facts["attempts"][0].proxy)["Seen by"] == "injector-0"
    html = exchange_html(facts)
    assert html.count("<article>") == 2
    assert exchange.trace_id in html


def test_what_is_not_on_record_is_said_to_be_so(opened: Opened) -> None:
    exchange = opened.by_number[3]
    held = replace(exchange.attempts[0], end_ns=None, hop=None, outcome=Outcome.UNFINISHED)
    facts = told(opened, replace(exchange, attempts=(held,), end_ns=None))
    (card,) = facts["attempts"]
    assert dict(card.facts)["Ended"] == "not on record"
    assert card.proxy == ()


def test_retry_after_gap_and_lost_tokens_are_told(opened: Opened) -> None:
    exchange = opened.by_number[3]
    odd = replace(
        exchange.attempts[0], retry_after_s=2.0, largest_gap_ns=50_000_000, missing_tokens=3
    )
    facts = told(opened, replace(exchange, attempts=(odd,)))
    said = dict(facts["attempts"][0].facts)
    assert said["Retry-After"] == "2 s"
    assert said["Largest gap"] == "50 ms"
    assert said["Missing, repeated"] == "3, 0"
    words = [moment[2] for moment in facts["moments"]]
    assert "head of the answer: 200, retry after 2 s" in words


def test_what_a_provider_says_is_text_and_never_markup(opened: Opened) -> None:
    exchange = opened.by_number[3]
    evil = replace(exchange.attempts[0], error="<script>alert(1)</script>", endpoint="<b>")
    html = exchange_html(told(opened, replace(exchange, attempts=(evil,))))
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html


def test_an_exchange_without_an_attempt_is_one_too(opened: Opened) -> None:
    bare = replace(opened.by_number[3], attempts=(), outcome=Outcome.NO_ENDPOINT)
    assert "No attempt was made" in exchange_html(told(opened, bare))
