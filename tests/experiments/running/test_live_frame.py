import io

import pytest
from msgspec.structs import replace
from rich.console import Console

from experiments.model import Endpoint, Fault, Gateway
from experiments.running.live_frame import HINT, Frame, drawn
from experiments.running.watcher import Moment
from loadgen.config import Breaker
from telemetry.progress import Progress
from tests.experiments.scenario import OUTAGE, experiment

WIDTHS = (60, 80, 120, 200)
SLOW = Fault(
    id="slow", at=("vertex",), inject={"slow_first_token": {}}, start_s=15, duration_s=5, share=0.5
)
DARK = Fault(id="dark", at=("azure",), inject={"connect_refused": {}}, duration_s=4)
NEWS = Progress(
    exchanges=412,
    in_flight=7,
    failed=3,
    touched=212,
    span_s=2.0,
    ended_lately=41,
    failed_lately=1,
    served={"vertex": 39},
    time_to_first_token_p50_s=0.344,
    touched_by={"outage": 212},
    breakers={"azure": {"open": 2, "half_open": 1, "closed": 1}},
)
EARLIER = replace(NEWS, served={"azure": 40}, failed_lately=0)
LONG = "a-deployment-with-a-name-that-nobody-would-want-to-read-aloud-twice"


def frame(elapsed_s: float = 27.4, phase: str = "fault", *, over: bool = False) -> Frame:
    looks = [
        Moment(elapsed_s=at, phase="fault", progress=EARLIER if at < 24 else NEWS)
        for at in (21.0, 22.0, 23.0, 24.0, 25.0, 26.0, 27.0)
    ]
    return Frame(
        experiment=experiment(faults=(OUTAGE, SLOW, DARK)),
        now=Moment(elapsed_s=elapsed_s, phase=phase),
        history=tuple(looks),
        over=over,
    )


def lines(shown: Frame, width: int) -> list[str]:
    """Draw on paper that is wider than the view may be, so that an overflow would be seen."""
    paper = Console(file=io.StringIO(), width=width + 40, color_system=None)
    options = paper.options.update(width=width)
    rows = paper.render_lines(drawn(shown, width), options, pad=False)
    return ["".join(segment.text for segment in row) for row in rows]


def words(shown: Frame, width: int) -> str:
    """Return what is shown as words, however it is folded."""
    return " ".join(" ".join(lines(shown, width)).split())


@pytest.mark.parametrize("width", WIDTHS)
def test_every_fact_is_there_at_every_width(width: int) -> None:
    told = words(frame(), width)
    for fact in (
        "azure-outage fault, 13 s left, then recovery",
        "27 of 60 s",
        "azure 0.0/s",
        "vertex 19.5/s",
        "failed 0.5/s",
        "first token p50 0.34 s",
        "last 6 s",
        "azure 2 open, 1 half-open, 1 closed; vertex 4 closed",
        "outage: http_error at azure; on, 13 s left; 212 touched",
        "slow: slow_first_token at vertex, share 0.5; in 8 s; 0 touched",
        "dark: connect_refused at azure; over; whom it touched is known at the end",
        "7 of 412 exchanges; 3 failed so far",
        HINT,
    ):
        assert fact in told


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["azure", LONG])
def test_nothing_is_wider_than_the_terminal(width: int, name: str) -> None:
    shown = frame()
    renamed = replace(
        shown.experiment,
        name=name,
        endpoints=(Endpoint(name=name, dialect={"azure-openai": {}}),),
        faults=(replace(OUTAGE, id=name, at=(name,)),),
        route=replace(shown.experiment.route, order=(name,)),
    )
    drawn_lines = lines(replace(shown, experiment=renamed), width)
    assert max(len(line) for line in drawn_lines) <= width
    assert name in "".join("".join(drawn_lines).split())


def test_the_history_shows_the_traffic_move() -> None:
    azure, vertex = (line for line in lines(frame(), 80) if "/s" in line and "failed" not in line)
    assert azure.rstrip().endswith("███····")
    assert vertex.rstrip().endswith("···████")
    assert vertex.split()[2].startswith("███")


def test_the_bar_tells_how_far_the_run_is() -> None:
    assert [line.count("━") for line in lines(frame(30.0), 60) if "━" in line] == [30]
    assert [line.count("━") for line in lines(frame(90.0, "drain"), 60) if "━" in line] == [60]


def test_the_drain_says_how_long_it_may_take() -> None:
    assert "drain, at most 7 s left 60 of 60 s" in words(frame(63.5, "drain"), 80)


def test_what_stays_at_the_end_offers_no_key_and_no_fault() -> None:
    told = words(frame(over=True), 80)
    assert "ended after 27 s; last seen:" in told
    assert "outage: http_error at azure; over; 212 touched" in told
    assert "slow: slow_first_token at vertex, share 0.5; not begun" in told
    assert "Ctrl-C" not in told


def test_before_the_first_news_there_is_progress_alone() -> None:
    told = words(replace(frame(0.2, "warm_up"), history=()), 80)
    assert "warm_up, 5 s left, then baseline" in told
    assert "served by" not in told
    assert HINT in told


@pytest.mark.parametrize("width", WIDTHS)
def test_a_gateway_s_breakers_are_not_ours_to_tell(width: int) -> None:
    gateway = Gateway(order=("azure", "vertex"), dialect={"openai-chat": {}}, command=("g",))
    plain = frame()
    told = words(replace(plain, experiment=replace(plain.experiment, gateway=gateway)), width)
    assert "gateway asks azure, vertex; seen at their proxies" in told
    assert "breakers" not in told


def test_breakers_that_are_switched_off_are_said_to_be() -> None:
    shown = frame()
    route = replace(shown.experiment.route, breaker=Breaker(enabled=False))
    told = words(replace(shown, experiment=replace(shown.experiment, route=route)), 80)
    assert "breakers off" in told
