from msgspec.structs import replace

from experiments.judging.judge import judge
from experiments.judging.spending import spending, told
from experiments.model import Experiment
from faults.config import Limits, Price
from telemetry.record import EventFact
from tests.experiments.scenario import experiment, record
from tests.telemetry.synthetic import event, steady

ALL = steady(0, 60)


def spent(at_s: float, requests: int, money: float, reserved: float = 0.0) -> EventFact:
    return event("spend", at_s, requests=requests, spent=money, reserved=reserved)


def priced(limits: Limits = Limits()) -> Experiment:  # noqa: B008 - frozen
    plain = experiment()
    price = Price(prompt_per_million=2.5, output_per_million=10)
    endpoints = tuple(replace(endpoint, price=price) for endpoint in plain.endpoints)
    return replace(plain, endpoints=endpoints, limits=limits)


def test_the_last_count_holds_and_stands_beside_its_limit() -> None:
    seen = record(ALL, extra=[spent(59, 1200, 0.0123), spent(10, 200, 0.002, 0.001)])
    found = spending(seen, priced(Limits(max_spend=0.02, max_requests=1500)))
    assert found == {
        "requests": 1200, "max_requests": 1500, "spent": 0.0123, "reserved": 0.0, "max_spend": 0.02,
    }  # fmt: skip
    assert told(found) == "spent 0.0123 of at most 0.02 with 1200 of at most 1500 requests"


def test_what_was_still_open_is_told() -> None:
    found = spending(record(ALL, extra=[spent(59, 1200, 0.0123, 0.001)]), priced())
    assert told(found) == (
        "spent 0.0123 with 1200 requests; 0.001 more is reserved for attempts without an end"
    )


def test_without_prices_there_is_no_money() -> None:
    limited = replace(experiment(), limits=Limits(max_requests=900))
    found = spending(record(ALL, extra=[spent(59, 850, 0.0)]), limited)
    assert found == {"requests": 850, "max_requests": 900}
    assert told(found) == "the proxies let 850 of at most 900 requests through"


def test_it_is_in_the_verdict_and_among_its_notes_only_where_it_was_counted() -> None:
    counted = judge(record(ALL, extra=[spent(59, 1200, 0.5)]), priced(), run="r")
    assert counted.spend["spent"] == 0.5
    assert "spent 0.5 with 1200 requests" in counted.notes
    silent = judge(record(ALL), priced(), run="r")
    assert silent.spend == {}
    assert not any("spent" in note for note in silent.notes)
