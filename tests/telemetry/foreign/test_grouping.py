from telemetry.foreign.grouping import Request, requests_of
from telemetry.foreign.span import Span
from tests.telemetry.foreign.made import call, http, span


def grouped(*spans: Span, whole: bool = False) -> list[list[int]]:
    """Return for each request the ids of its tries."""
    found = sorted(requests_of(spans, whole=whole), key=lambda r: r.tried[0].start_ns)
    return [[_id(request, i) for i in range(len(request.tried))] for request in found]


def _id(request: Request, index: int) -> int:
    tried = request.tried[index]
    return int((tried.call if tried.last or tried.http is None else tried.http).span_id, 16)


def test_calls_below_a_call_are_its_tries() -> None:
    spans = (call(1, 0, 3), call(2, 0, 1, parent=1, error="503"), call(3, 1, 3, parent=1))
    assert grouped(*spans) == [[2, 3]]
    (request,) = requests_of(spans)
    assert request.logical == spans[0]


def test_what_lies_between_does_not_matter() -> None:
    between = span(5, 0, 3, parent=1, kind="SERVER")
    assert grouped(call(1, 0, 3), between, call(2, 0, 1, parent=5), call(3, 1, 3, parent=5)) == [
        [2, 3]
    ]


def test_calls_side_by_side_are_one_request_while_each_fails() -> None:
    first, second = call(1, 0, 1, parent=9, error="503"), call(2, 1, 2, parent=9)
    third = call(3, 2.1, 3, parent=9)
    assert grouped(span(9, 0, 4, kind="SERVER"), third, second, first) == [[1, 2], [3]]
    assert grouped(first, second) == [[1, 2]], "below a parent that is not there"


def test_calls_at_the_same_time_are_requests_of_their_own() -> None:
    assert grouped(call(1, 0, 2, error="503"), call(2, 1, 3)) == [[1], [2]]


def test_http_requests_that_failed_below_a_call_are_tries_of_it() -> None:
    spans = (
        call(1, 0, 3),
        http(2, 0.1, 0.2, 503, parent=1),
        http(3, 1.0, 3.0, 200, parent=1, **{"http.request.resend_count": 1}),
    )
    assert grouped(*spans) == [[2, 1]]
    (request,) = requests_of(spans)
    assert [t.start_ns for t in request.tried] == [spans[1].start_ns, spans[2].start_ns]


def test_a_whole_trace_may_be_one_request() -> None:
    apart = (call(1, 0, 1, parent=8, error="503"), call(2, 1, 2, parent=9))
    parents = (span(8, 0, 1, kind="INTERNAL"), span(9, 1, 2, kind="INTERNAL"))
    assert grouped(*apart, *parents) == [[1], [2]]
    assert grouped(*apart, *parents, whole=True) == [[1, 2]]


def test_a_circle_of_parents_ends() -> None:
    assert grouped(call(1, 0, 1, parent=2), span(2, 0, 1, parent=1)) == [[1]]
