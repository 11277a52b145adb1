from tests.telemetry.asked import column, lines, outage, seen
from tests.telemetry.synthetic import attempt, evidence, exchange, touch, window

RUN = seen(outage())


def test_a_fault_is_told_with_the_attempt_that_it_changed() -> None:
    first, second = lines("faults", RUN)
    assert (first["exchange"], first["attempt"], first["endpoint"]) == (1, 0, "azure")
    assert (first["fault"], first["window_name"], first["action"]) == (
        "outage",
        "outage",
        "answered",
    )
    assert first["at_s"] == 21.005
    assert (first["inferred"], second["exchange"]) == (False, 2)


def test_a_fault_that_touches_an_attempt_twice_is_told_once_as_it_began() -> None:
    touches = [touch("slow", 21.5, action="withheld"), touch("slow", 21.2, action="delayed")]
    hit = attempt("azure", 21.0, touches=touches)
    run = seen(evidence([exchange(0, 21.0, hit)], window(group="slow")))
    told = [(line["at_s"], line["action"]) for line in lines("faults", run)]
    assert told == [(21.2, "delayed")]


def test_each_fault_of_an_attempt_is_told() -> None:
    hit = attempt("azure", 21.0, touches=[touch("slow", 21.1), touch("cut", 21.2)])
    run = seen(evidence([exchange(0, 21.0, hit)], window(group="slow")))
    assert sorted(map(str, column("faults", "fault", run))) == ["cut", "slow"]
    assert set(column("faults", "window_name", run)) == {"slow", None}


def test_a_fault_belongs_to_the_occurrence_that_had_begun() -> None:
    hits = [exchange(i, t, attempt("azure", t, fault="outage")) for i, t in enumerate((21.0, 31.0))]
    windows = window(20.0, 25.0), window(30.0, 35.0)
    run = seen(evidence(hits, *windows))
    assert column("faults", "window_name", run) == ["outage", "outage#2"]
