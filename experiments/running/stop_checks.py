"""Stop conditions that somebody else answers: HTTP checks and Prometheus queries, each second.

A thread of the conductor's own asks; the conductor reads the last reason. Who cannot be asked so
often in a row is taken for a reason too: a condition that nobody can see is none.
"""

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence

from experiments.model import Stop

EVERY_S = 1.0
TIMEOUT_S = 2.0

Ask = Callable[[Stop], str]
"""Asks once; returns what is wrong, empty when nothing is."""


class AskedInVainError(Exception):
    """There was no answer to go by."""


class StopChecks:
    """Asks until closed; `reason` is empty while no condition holds."""

    def __init__(self, stops: Sequence[Stop]) -> None:
        self._stops = [stop for stop in stops if stop.http or stop.prometheus]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask_on, daemon=True)
        self.reason = ""

    def start(self) -> None:
        """Begin to ask, if there is anything to ask for."""
        if self._stops:
            self._thread.start()

    def close(self) -> None:
        """Ask no more."""
        self._over.set()

    def _ask_on(self) -> None:
        tallies = [Tally(stop) for stop in self._stops]
        while not self._over.wait(EVERY_S):
            told = [reason for tally in tallies if (reason := tally.look(asked))]
            if told:
                self.reason = told[0]
                return


class Tally:
    """One condition, and how often in a row it could not be seen, or did not answer well."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._failed = 0

    def look(self, ask: Ask) -> str:
        """Ask once more; returns the reason to stop, empty for none."""
        stop = self._stop
        try:
            wrong = ask(stop)
        except AskedInVainError as error:
            wrong = str(error)
        else:
            if wrong and stop.prometheus:
                return f"stop condition: {wrong}"
        self._failed = self._failed + 1 if wrong else 0
        often = self._failed >= stop.failures
        return f"stop condition: {wrong}, {self._failed} times in a row" if often else ""


def asked(stop: Stop) -> str:
    """Ask once; raises AskedInVainError when nothing can be told."""
    return _check(stop) if stop.http else _query(stop)


def _check(stop: Stop) -> str:
    try:
        status = _get(stop.http)[0]
    except urllib.error.HTTPError as error:
        status = error.code
    return "" if status == stop.status else f"{stop.http} answered {status}, not {stop.status}"


def _query(stop: Stop) -> str:
    query = urllib.parse.urlencode({"query": stop.query})
    try:
        body = _get(f"{stop.prometheus.rstrip('/')}/api/v1/query?{query}")[1]
        values = list(_values(json.loads(body)["data"]))
    except (urllib.error.HTTPError, KeyError, TypeError, ValueError) as error:
        raise AskedInVainError(f"{stop.prometheus} gave no value: {error}") from error
    worst = max(values, default=0.0)
    if stop.above is None or worst <= stop.above:
        return ""
    return f"{stop.query} is {worst:g}, above {stop.above:g}"


def _values(data: dict[str, object]) -> list[float]:
    """Return the values of a scalar or of an instant vector; NaN is none."""
    result = data["result"]
    if not isinstance(result, list):
        raise TypeError("no result")
    pairs = [result] if data["resultType"] == "scalar" else [entry["value"] for entry in result]
    found = [float(pair[1]) for pair in pairs]
    return [value for value in found if value == value]  # noqa: PLR0124 - NaN is not itself


def _get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - checked to be http(s)
            return answer.status, answer.read()
    except urllib.error.HTTPError:
        raise
    except OSError as error:
        raise AskedInVainError(f"{url} cannot be asked: {error}") from error
