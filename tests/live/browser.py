"""A headless Chromium, told what to do over the DevTools protocol.

https://chromedevtools.github.io/devtools-protocol: JSON over a WebSocket, one per page.
"""

import itertools
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--hide-scrollbars", "--remote-debugging-port=0", "--window-size=1440,1000"),
)
PATIENCE_S = 20.0


class Tab:
    """One page: what it was told, what it asked for, what it complained about."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """Tell the page something and return its answer."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv(timeout=PATIENCE_S))
            if said.get("id") == number:
                assert "error" not in said, said
                result: dict[str, Any] = said["result"]
                return result
            self._hear(said)

    def _hear(self, said: dict[str, Any]) -> None:
        facts = said.get("params", {})
        if said["method"] == "Network.requestWillBeSent":
            self.requests.append(facts["request"]["url"])
        elif said["method"] == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(facts["exceptionDetails"]))
        elif said["method"] == "Runtime.consoleAPICalled" and facts["type"] in {"error", "warning"}:
            self.complaints.append(json.dumps(facts["args"]))
        elif said["method"] == "Log.entryAdded" and facts["entry"]["level"] == "error":
            self.complaints.append(facts["entry"]["text"])

    def go(self, url: str) -> None:
        """Open an address, as if in a new tab."""
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=url)

    def eval(self, code: str) -> Any:
        """Evaluate an expression; a promise is waited for."""
        told = self.send("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def until(self, code: str) -> Any:
        """Wait until an expression is true, and return it."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            found = self.eval(code)
            if found:
                return found
            time.sleep(0.03)
        raise AssertionError(f"never: {code}\n{self.complaints}")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            text = {"text": key} if len(key) == 1 else {}
            if key == "Enter":
                text = {"text": "\r"}
            facts = {"key": key, "code": key, **text, **_code(key)}
            self.send("Input.dispatchKeyEvent", type="keyDown", **facts)
            self.send("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, **_code(key))

    def mouse(self, kind: str, x: float, y: float) -> None:
        """Press, move or release the mouse."""
        facts: dict[str, object] = {"x": x, "y": y, "button": "left", "clickCount": 1}
        self.send("Input.dispatchMouseEvent", type=kind, **facts)

    def size(self, width: int, height: int) -> None:
        """Give the page another size."""
        facts: dict[str, object] = {"width": width, "height": height}
        self.send("Emulation.setDeviceMetricsOverride", deviceScaleFactor=1, mobile=False, **facts)


def _code(key: str) -> dict[str, int]:
    codes = {"Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "Tab": 9}
    return {"windowsVirtualKeyCode": codes[key]} if key in codes else {}


@contextmanager
def browsing(profile: Path) -> Iterator[Tab]:
    """Start a browser with a new profile, and end it."""
    from websockets.sync.client import connect  # noqa: PLC0415 - of the `sdks` extra

    assert CHROMIUM is not None
    process = subprocess.Popen(
        [CHROMIUM, *QUIET, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with connect(_page(_port(profile)), max_size=None, proxy=None) as socket:
            yield Tab(socket)
    finally:
        process.terminate()
        process.wait(10)


def _port(profile: Path) -> int:
    file = profile / "DevToolsActivePort"
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if file.exists() and (lines := file.read_text().splitlines()):
            return int(lines[0])
        time.sleep(0.05)
    raise AssertionError("the browser did not start")


def _page(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
        (page, *_) = [one for one in json.load(answer) if one["type"] == "page"]
    return str(page["webSocketDebuggerUrl"])
