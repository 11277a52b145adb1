"""What the page of a large run costs: reading it, its answers, and the browser's longest task.

    python -m bench.view [exchanges]

Makes a run up (100,000 exchanges unless told), opens it as `crosswind view` does, and lets a
headless Chromium scroll, filter, sort, step through waterfalls and pick stretches of time, while
the browser's own `longtask` entries (main-thread tasks over 50 ms) are collected.
Needs Chromium on the PATH and the `websockets` package, which the `sdks` extra brings.
"""

import sys
import tempfile
import time
from pathlib import Path

from experiments.view.opened import Opened, open_run
from experiments.view.routes import answer
from experiments.view.server import serving
from tests.live.browser import Tab, browsing
from tests.live.viewed import made_up

LOAD_S = 60.0
TRIES = 3
WATCH = """
window.tasks = [];
new PerformanceObserver(list => tasks.push(...list.getEntries().map(e => Math.round(e.duration))))
  .observe({type: 'longtask', buffered: true});
"""
READY = "document.querySelectorAll('.plot svg').length >= 2 && !!document.querySelector('.row')"
SCROLL = """
(async () => {
  const rows = document.querySelector('#rows');
  for (let i = 1; i <= 40; i++) {
    rows.scrollTop = i <= 20 ? i * 1500 : rows.scrollHeight * (i - 20) / 20;
    await new Promise(next => setTimeout(next, 50));
  }
})()
"""
ASKED = {
    "page": "/",
    "rows at the start": "/api/exchanges",
    "rows in the middle": "/api/exchanges?sort=ttft&down=yes&offset=50000",
    "rows by trace id": "/api/exchanges?trace=abcd",
    "place": "/api/place?x=77777&sort=total",
    "timeline": "/api/timeline",
    "timeline of 10 s": "/api/timeline?start=18&end=28",
    "exchange": "/api/exchange?x=50000",
}


def main() -> None:
    """Measure and print."""
    exchanges = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="crosswind-bench-") as name:
        folder = made_up(Path(name), rate_per_s=exchanges / LOAD_S)
        began = time.perf_counter()
        opened = open_run(folder, print)
        print(f"{len(opened.by_number):,} exchanges read in {time.perf_counter() - began:.1f} s")
        for what, path in ASKED.items():
            _ask(what, opened, path)
        with serving(opened) as server:
            worst = [_browse(Path(name) / f"profile-{i}", server.url) for i in range(TRIES)]
        told = ", ".join(f"{ms} ms" if ms else "none over 50 ms" for ms in worst)
        print(f"longest main-thread task, try by try: {told}")
        opened.shelf.close()


def _ask(what: str, opened: Opened, path: str) -> None:
    began = time.perf_counter()
    size = len(answer(opened, path).body)
    print(f"  {what}: {(time.perf_counter() - began) * 1000:.0f} ms, {size / 1000:.0f} kB")


def _browse(profile: Path, url: str) -> int:
    """Return the longest task, ms, of a session that does everything; 0 for none over 50."""
    with browsing(profile) as tab:
        tab.send("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        tab.go(url)
        tab.until(READY)
        _work(tab)
        tasks: list[int] = tab.eval("tasks")
        tab.go(f"{url}#x=70000&sort=total")
        tab.until("!!document.querySelector('#opened') && " + READY)
        tasks += tab.eval("tasks")
        _check_the_watch(tab)
        if tab.complaints:
            sys.exit(f"the page complained: {tab.complaints}")
    print(f"  tasks over 50 ms: {tasks}")
    return max(tasks, default=0)


def _work(tab: Tab) -> None:
    tab.eval(SCROLL)
    tab.press("g", "Enter", *("j" * 20), "Escape", "G", "Enter", *("k" * 5))
    tab.until("!!document.querySelector('#opened')")
    tab.press("Escape", "f")
    tab.eval("document.querySelector('#more summary').click()")
    tab.eval(SCROLL)
    tab.press("/")
    for letter in "3f9a21bc0000":
        tab.send("Input.insertText", text=letter)
    tab.press("Escape")
    for address in ("#sort=ttft&down=yes", "#start=18&end=28", "#moved=yes&over=1", "#"):
        tab.eval(f"location.hash = '{address}'")
        time.sleep(0.6)
        tab.eval(SCROLL)
    tab.size(700, 900)
    time.sleep(0.8)


def _check_the_watch(tab: Tab) -> None:
    """Hold the page up, and see that this is noticed: no task seen must mean that none was."""
    busy = "const end = performance.now() + 120; while (performance.now() < end);"
    tab.eval(f"setTimeout(() => {{ {busy} }})")
    tab.until("tasks.some(ms => ms >= 115)")


if __name__ == "__main__":
    main()
