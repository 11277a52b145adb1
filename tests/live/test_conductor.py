"""What goes wrong on our side: a clear word, nothing left running, a folder that can be judged.

The rehearsals of all scenarios run a few at a time, each with its mishap; the tests look at what
is left of them.
"""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from telemetry.seal import read_record
from tests.live.orphans import Bystander, Orphans, orphan, sent_by_the_run
from tests.live.rehearsals import CROSSWIND, Rehearsal, wait_for, write_short

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

AT_ONCE = 6
CROWDED = ("bash", "-c", 'ulimit -f 64; exec "$@"', "crowded")
"""No file may grow beyond 64 KiB: what a full disk does to a run."""

Mishap = Callable[[Rehearsal], None]
PRESSED_AT_S = {"warm_up": 0.3, "baseline": 2.0, "fault": 6.0, "recovery": 11.0}


def killing(role: str, at_s: float, index: int = 0) -> Mishap:
    """Return the mishap of losing a child at a moment of the run."""

    def mishap(rehearsal: Rehearsal) -> None:
        rehearsal.until(at_s)
        os.kill(rehearsal.child(role, index), signal.SIGKILL)

    return mishap


def pressing_ctrl_c(at_s: float) -> Mishap:
    """Return the mishap of an impatient person."""

    def mishap(rehearsal: Rehearsal) -> None:
        rehearsal.until(at_s)
        rehearsal.interrupt()

    return mishap


def pressing_early(rehearsal: Rehearsal) -> None:
    wait_for(lambda: "starting stand-ins" in rehearsal.said() or None, 10.0)
    rehearsal.interrupt()


def pressing_twice(rehearsal: Rehearsal) -> None:
    rehearsal.until(6.0)
    rehearsal.interrupt()
    wait_for(lambda: "interrupted:" in rehearsal.said() or None, 5.0)
    rehearsal.interrupt()


def a_bystander(rehearsal: Rehearsal) -> None:
    """Somebody else's traffic on the faulted listener, before the outage and in it."""
    rehearsal.until(3.0)
    worker = json.loads((rehearsal.folder() / "config" / "worker-0.json").read_bytes())
    urls = {target["endpoint"]: target["base_url"] for target in worker["targets"]}
    bystander = Bystander(int(urls["azure"].rsplit(":", 1)[1]))
    bystander.start()
    rehearsal.until(8.5)
    bystander.stopped.set()
    bystander.join(6)
    (rehearsal.out / "bystander.json").write_text(json.dumps([what for _, what in bystander.saw]))


def nothing(rehearsal: Rehearsal) -> None:
    del rehearsal


MISHAPS: dict[str, Mishap] = {
    "unanswered": nothing,
    "crowded": nothing,
    "store": killing("store", 3.0),
    **{role: killing(role, 2.0) for role in ("injector", "stand-in", "worker")},
    **{phase: pressing_ctrl_c(at_s) for phase, at_s in PRESSED_AT_S.items()},
    "preparation": pressing_early,
    "twice": pressing_twice,
    "bystander": a_bystander,
    "shared": nothing,
    "halved": killing("worker", 2.0, index=1),
}
ARGUMENTS = {"shared": ("--workers", "2"), "halved": ("--workers", "2")}
Ended = dict[str, Rehearsal]


@pytest.fixture(scope="module")
def orphans(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Future[Orphans]"]:
    """Start the rehearsal whose conductor is killed; it goes on beside the others."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(orphan, tmp_path_factory.mktemp("orphaned"))


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory, orphans: "Future[Orphans]") -> Iterator[Ended]:
    """Return every scenario's rehearsal after its end; the orphans are watched meanwhile."""
    del orphans
    made: Ended = {}

    def meet(name: str) -> None:
        folder = tmp_path_factory.mktemp(name)
        under = CROWDED if name == "crowded" else ()
        words = ARGUMENTS.get(name, ())
        made[name] = rehearsal = Rehearsal(
            experiment_for(name, folder), folder, *words, under=under
        )
        MISHAPS[name](rehearsal)
        rehearsal.end()

    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(meet, MISHAPS))
        yield made
    finally:
        for rehearsal in made.values():
            rehearsal.close()


def experiment_for(name: str, folder: Path) -> Path:
    experiment = write_short(folder)
    if name == "unanswered":
        # A port that was free a moment ago may be another rehearsal's by now; nobody has this one.
        nowhere = "base_url: 'http://127.0.0.1:1'"
        text = experiment.read_text()
        vertex = "vertex: {dialect: vertex-gemini, "
        experiment.write_text(text.replace(f"{vertex}stand_in: {{}}", f"{vertex}{nowhere}"))
    return experiment


def judged(folder: Path) -> int:
    done = subprocess.run([CROSSWIND, "judge", str(folder)], capture_output=True, check=False)
    return done.returncode


def test_a_port_in_use_is_wrong_usage_and_starts_nothing(tmp_path: Path) -> None:
    experiment = write_short(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        listening = f"azure: {{dialect: azure-openai, listen: '127.0.0.1:{port}',"
        text = experiment.read_text()
        experiment.write_text(text.replace("azure: {dialect: azure-openai,", listening))
        done = subprocess.run(
            [CROSSWIND, "run", str(experiment), "--out", str(tmp_path / "runs")],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert f"endpoints.azure.listen: 127.0.0.1:{port}" in done.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("name", MISHAPS)
def test_no_process_is_left(name: str, ended: Ended) -> None:
    assert ended[name].left() == []


def test_an_endpoint_that_does_not_answer_is_inconclusive(ended: Ended) -> None:
    rehearsal = ended["unanswered"]
    assert rehearsal.process.returncode == 4
    assert "preflight failed\n  vertex: no answer" in rehearsal.said()
    assert judged(rehearsal.folder()) == 4


@pytest.mark.parametrize("role", ["injector", "stand-in", "worker"])
def test_a_killed_child_ends_the_run_inconclusive(role: str, ended: Ended) -> None:
    rehearsal = ended[role]
    assert rehearsal.process.returncode == 4
    assert f"{role} (process " in rehearsal.said()
    assert any(role in reason for reason in rehearsal.verdict()["invalid"])
    assert judged(rehearsal.folder()) == 4


def test_a_killed_store_is_started_again_and_loses_nothing(ended: Ended) -> None:
    rehearsal = ended["store"]
    assert rehearsal.process.returncode == 0, rehearsal.said()
    assert "started again" in rehearsal.said()
    assert rehearsal.verdict()["spans"]["lost"] == 0


def planned(rehearsal: Rehearsal) -> set[tuple[int, int, int, int]]:
    """Return what was planned: number, ns after the first, tokens asked and to be answered."""
    exchanges = read_record(rehearsal.folder()).exchanges
    zero_ns = exchanges[0].planned_ns
    return {(e.number, e.planned_ns - zero_ns, e.prompt_tokens, e.output_tokens) for e in exchanges}


def test_two_workers_send_together_what_one_sends(ended: Ended) -> None:
    rehearsal = ended["shared"]
    assert rehearsal.process.returncode == 0, rehearsal.said()
    assert planned(rehearsal) == planned(ended["store"])
    spools = read_record(rehearsal.folder()).spools
    assert sum(spool.role == "worker" for spool in spools) == 2


def test_one_of_two_workers_lost_says_with_which_share_and_the_other_goes_on(ended: Ended) -> None:
    rehearsal = ended["halved"]
    assert rehearsal.process.returncode == 4
    (reason,) = [one for one in rehearsal.verdict()["invalid"] if "process of the run" in one]
    assert reason.endswith("; 50% of the load went with it")
    assert {number % 4 for number, *_ in planned(rehearsal)} >= {0, 2}
    last = max(offset_ns for number, offset_ns, *_ in planned(rehearsal) if number % 2 == 0)
    assert last > 15e9, "the other worker stopped, too"


def test_traffic_of_others_on_a_faulted_listener_is_untouched(ended: Ended) -> None:
    rehearsal = ended["bystander"]
    assert rehearsal.process.returncode == 0, rehearsal.said()
    assert rehearsal.verdict()["attestation"]["outage"]["attempts"] > 0
    saw = json.loads((rehearsal.out / "bystander.json").read_text())
    assert set(saw) == {200}
    assert len(saw) > 20


@pytest.mark.parametrize("phase", ["preparation", *PRESSED_AT_S])
def test_ctrl_c_ends_in_order_in_every_phase(phase: str, ended: Ended) -> None:
    rehearsal = ended[phase]
    assert rehearsal.process.returncode == 5
    assert rehearsal.verdict()["verdict"] == "ABORTED"
    assert phase in rehearsal.verdict()["aborted"]
    assert judged(rehearsal.folder()) == 5


def test_a_second_ctrl_c_ends_at_once(ended: Ended) -> None:
    assert ended["twice"].process.returncode == 130
    folder = ended["twice"].folder()
    assert f"not judged; crosswind judge {folder} tells" in ended["twice"].said()
    assert judged(folder) == 4


def test_a_full_disk_is_inconclusive(ended: Ended) -> None:
    rehearsal = ended["crowded"]
    assert rehearsal.process.returncode == 4, rehearsal.said()
    assert "lost" in rehearsal.said()
    assert "could not write" in rehearsal.said()


def test_when_the_conductor_is_killed_nobody_is_faulted_any_more(
    orphans: "Future[Orphans]",
) -> None:
    _, bystander, killed_s = orphans.result()
    during = bystander.between(killed_s - 2.5, killed_s - 0.1)
    assert during
    assert set(during) == {503}, "it was not being faulted before"
    assert 503 not in bystander.between(killed_s + 1.0, killed_s + 60)
    assert set(bystander.between(killed_s + 10.0, killed_s + 60)) == {"refused"}


def test_when_the_conductor_is_killed_nobody_sends_any_more(orphans: "Future[Orphans]") -> None:
    rehearsal, _, killed_s = orphans.result()
    sent = sent_by_the_run(rehearsal.folder())
    assert any(at < killed_s for at in sent)
    assert not [at for at in sent if at > killed_s + 1.0]


def test_a_run_without_its_conductor_is_inconclusive(orphans: "Future[Orphans]") -> None:
    folder = orphans.result().rehearsal.folder()
    done = subprocess.run(
        [CROSSWIND, "judge", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert "end record" in done.stdout
