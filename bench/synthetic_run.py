"""Sealed runs of any size, written by SQL in seconds: what `bench.analysis` measures.

Azure is the preferred endpoint, Vertex the fallback. The fault phase has two windows: an outage
that answers 503 until the breakers have opened (two seconds) and to their probes (2 %) after that,
and a slowdown that makes 60 % of the attempts time out. One attempt in 200 fails by itself; in the
outage one answer in 300 is cut short, and most of those are taken for a success.
"""

from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from experiments.model import Endpoint, Experiment, Fault, Phases
from experiments.reading.resolved import write_resolved
from loadgen.config import Load, Route
from providers.config import StandIn
from telemetry.columns import ATTEMPTS, EVENTS, EXCHANGES, FAULTS
from telemetry.exchange import Hop
from telemetry.flat import FORMAT
from telemetry.identity import CANARY_FIRST_NUMBER, trace_id
from telemetry.run_folder import RunFolder

RUN_TAG: Final = "5ca1ab1e"
SPANS_PER_EXCHANGE: Final = 3.26
"""An exchange, 1.13 attempts of it and a proxy's view of each."""
MOST_RATE_PER_S: Final = 1000.0
LEAST_S: Final = 60.0
START_NS: Final = 1_000_000_000_000
DRAIN_S: Final = 5.0
PHASES: Final = (
    ("warm_up", 0.0, 0.05),
    ("baseline", 0.05, 0.30),
    ("fault", 0.30, 0.70),
    ("recovery", 0.70, 1.0),
)
WINDOWS: Final = (("outage", 1.0, 0.30, 0.50), ("slowdown", 0.6, 0.50, 0.70))
GATES: Final = (
    "failover_time <= 5 s",
    "failover_delay max <= 2 s",
    "time_to_first_token p95 (fault) <= 1.5 s",
    "time_to_first_token p95 (recovery) <= 1.5 x baseline",
    "user_errors (fault) <= 1 %",
    "silent_failures (fault) <= 0 %",
    "amplification (fault) <= 1.3",
    "failback_time <= 12 s",
    "recovery_time <= 30 s",
)

# i: number; s: seconds into the run; a..d: dice in [0, 1). first/second: where the attempts went.
_PLAN = """
CREATE TABLE plan AS
WITH dice AS (
  SELECT i, (i + (hash(i, 'when') % 1000) / 1000) / $rate AS s,
         (hash(i, 'a') % 1000000) / 1e6 AS a, (hash(i, 'b') % 1000000) / 1e6 AS b,
         (hash(i, 'c') % 1000000) / 1e6 AS c, (hash(i, 'd') % 1000000) / 1e6 AS d
  FROM range($exchanges) AS t(i)
), decided AS (
  SELECT *, s >= $outage AND s < $slow AS in_outage, s >= $slow AND s < $calm AS in_slow
  FROM dice
), hit AS (
  SELECT *,
    CASE WHEN in_outage AND (s < $outage + 2 OR a < 0.02) THEN 'outage'
         WHEN in_slow AND s >= $slow + 3 AND a < 0.6 THEN 'slowdown' END AS fault,
    (in_outage AND NOT (s < $outage + 2 OR a < 0.02)) OR (in_slow AND s < $slow + 3) AS around
  FROM decided
)
SELECT i::BIGINT AS i, $start + (s * 1e9)::BIGINT AS planned_ns, a, b, c, d, fault, around,
  fault IS NULL AND NOT around AND b < 0.005 AS native,
  in_outage AND c < 0.0033 AS cut, d < 0.00002 AS unended,
  $tag || printf('%08x', i) || left(md5(i::VARCHAR), 16) AS trace_id,
  (20 + 400 * pow(b, 3))::BIGINT AS tokens, (50 + 2000 * pow(c, 3))::BIGINT AS prompt,
  (100000 + 900000 * d * d)::BIGINT AS late_ns
FROM hit
"""

_ATTEMPTS = """
CREATE TABLE tries AS
WITH each AS (
  SELECT *, unnest(range(1 + (fault IS NOT NULL OR native)::INT)) AS ordinal FROM plan
), placed AS (
  SELECT *, ordinal = 0 AND (fault IS NOT NULL OR native) AS failed,
    CASE WHEN ordinal = 1 OR around THEN 'vertex' ELSE 'azure' END AS endpoint,
    CASE fault WHEN 'outage' THEN 5000000 + (b * 5e6)::BIGINT WHEN 'slowdown' THEN 1000000000
               ELSE 20000000 END AS held_ns
  FROM each
), timed AS (
  SELECT *, planned_ns + late_ns + 200000 + ordinal * (held_ns + 300000) AS begin_ns,
    (150e6 + 250e6 * c * c + CASE WHEN endpoint = 'vertex' THEN 50e6 ELSE 0 END)::BIGINT AS wait_ns,
    left(md5(i || '/' || ordinal), 16) AS span_id,
    CASE WHEN NOT failed THEN CASE WHEN cut THEN 'truncated' ELSE 'ok' END
         WHEN native THEN 'rate_limited' WHEN fault = 'outage' THEN 'server_error'
         ELSE 'first_token_timeout' END AS outcome
  FROM placed
)
SELECT *, CASE WHEN failed THEN begin_ns + held_ns
               ELSE begin_ns + wait_ns + tokens * 10000000 END AS end_ns,
  row_number() OVER () - 1 AS hop
FROM timed
"""

_OWN = {
    "exchange": "i",
    "key": "0",
    "connected_ns": "begin_ns + 400000",
    "head_ns": "CASE WHEN NOT failed THEN begin_ns + wait_ns - 20000000 "
    "WHEN outcome <> 'first_token_timeout' THEN end_ns END",
    "first_byte_ns": "CASE WHEN NOT failed THEN begin_ns + wait_ns - 20000000 "
    "WHEN outcome <> 'first_token_timeout' THEN end_ns END",
    "first_token_ns": "CASE WHEN NOT failed THEN begin_ns + wait_ns END",
    "last_token_ns": "CASE WHEN NOT failed THEN end_ns END",
    "largest_gap_ns": "CASE WHEN NOT failed THEN 15000000 + (a * 4e7)::BIGINT END",
    "status": "CASE outcome WHEN 'rate_limited' THEN 429 WHEN 'server_error' THEN 503 "
    "WHEN 'first_token_timeout' THEN NULL ELSE 200 END",
    "tokens": "CASE WHEN failed THEN 0 ELSE tokens END",
    "missing_tokens": "0",
    "repeated_tokens": "0",
    "usage_prompt_tokens": "CASE WHEN NOT failed THEN prompt END",
    "usage_output_tokens": "CASE WHEN outcome = 'ok' THEN tokens END",
    "finish_reason": "CASE WHEN outcome = 'ok' THEN 'stop' END",
    "model": "CASE WHEN NOT failed THEN endpoint || '-model' END",
    "hop_proxy": "'injector-0'",
    "hop_hop": "hop",
    "hop_endpoint": "endpoint",
    "hop_begin_ns": "begin_ns + 500000",
    "hop_end_ns": "end_ns - 100000",
    "hop_mode": "CASE WHEN failed AND fault IS NOT NULL THEN 'script' ELSE 'relay' END",
    "hop_ending": "'complete'",
    "hop_asked_upstream": "NOT failed OR native",
    "hop_bytes_in": "2000 + prompt",
    "hop_bytes_out": "CASE WHEN failed THEN 300 ELSE tokens * 500 END",
    "hop_events_out": "0",
    "hop_joined_by": "'traceparent'",
    "hop_body_hash": "''",
    "hop_missing_tokens": "0",
    "hop_repeated_tokens": "0",
    "hop_refused_by": "''",
}

_EXCHANGES = {
    "number": "i",
    "replica": "i % 4",
    "dispatched_ns": "planned_ns + late_ns",
    "prompt_tokens": "prompt",
    "output_tokens": "tokens",
    "stream": "true",
    "end_ns": "CASE WHEN NOT unended THEN end_ns + 100000 END",
    "outcome": "CASE WHEN unended THEN 'unfinished' ELSE outcome END",
    "believed_ok": "NOT unended AND (outcome = 'ok' OR a < 0.7)",
    "served_by": "CASE WHEN outcome = 'ok' AND NOT unended THEN endpoint ELSE '' END",
}

_FAULTS = {
    "spool": "'injector-0'",
    "action": "CASE fault WHEN 'outage' THEN 'answered' ELSE 'withheld' END",
    "at_ns": "begin_ns + 600000",
    "parent_span_id": "span_id",
    "asked_upstream": "false",
    "key_source": "'attempt'",
    "exchange": "i",
}


def experiment(length_s: float) -> Experiment:
    """Return the experiment that such a run is one of."""
    dialects = {"azure": "azure-openai", "vertex": "vertex-gemini"}
    injected: dict[str, dict[str, dict[str, Any]]] = {
        "outage": {"http_error": {"status": 503}},
        "slowdown": {"blackhole": {}},
    }
    return Experiment(
        name="synthetic",
        title="A long run of made-up exchanges",
        endpoints=tuple(
            Endpoint(name=name, dialect={dialect: {}}, stand_in=StandIn())
            for name, dialect in dialects.items()
        ),
        route=Route(order=tuple(dialects)),
        load=Load(arrivals={"constant": {"rate_per_s": MOST_RATE_PER_S}}),
        phases=Phases(**{f"{name}_s": (end - start) * length_s for name, start, end in PHASES}),
        faults=tuple(
            Fault(
                id=name,
                at=("azure",),
                inject=injected[name],
                start_s=(start - WINDOWS[0][2]) * length_s,
                duration_s=(end - start) * length_s,
                share=share,
            )
            for name, share, start, end in WINDOWS
        ),
        gates=GATES,
    )


def write_run(parent: Path, spans: int) -> Path:
    """Write a sealed run of about so many spans below `parent`, and return its folder."""
    exchanges = max(200, round(spans / SPANS_PER_EXCHANGE))
    length_s = max(LEAST_S, exchanges / MOST_RATE_PER_S)
    folder = RunFolder(parent / f"20260101T000000Z-synthetic-{RUN_TAG}")
    folder.spans.mkdir(parents=True)
    write_resolved(folder, experiment(length_s), run_tag=RUN_TAG)
    with duckdb.connect(config={"threads": 2, "preserve_insertion_order": True}) as database:
        database.execute(_PLAN, _parameters(exchanges, length_s))
        database.execute(_ATTEMPTS)
        _copy(database, folder.attempts, ATTEMPTS, _OWN, "tries")
        last = "(FROM tries WHERE NOT failed)"
        _copy(database, folder.exchanges, EXCHANGES, _EXCHANGES, last)
        hit = "(FROM tries WHERE failed AND fault IS NOT NULL)"
        _copy(database, folder.faults, FAULTS, _FAULTS, hit)
        _write_events(database, folder.events, _events(exchanges, length_s))
    return folder.path


def _parameters(exchanges: int, length_s: float) -> dict[str, object]:
    (_, _, outage, slow), (_, _, _, calm) = WINDOWS
    return {
        "exchanges": exchanges,
        "rate": exchanges / length_s,
        "start": START_NS,
        "tag": RUN_TAG,
        "outage": outage * length_s,
        "slow": slow * length_s,
        "calm": calm * length_s,
    }


def _copy(
    database: duckdb.DuckDBPyConnection,
    path: Path,
    columns: dict[str, str],
    said: dict[str, str],
    source: str,
) -> None:
    """Write one file: a column is what is said of it, else the source's own, else empty."""
    own = {name for name, *_ in database.execute(f"SELECT * FROM {source} LIMIT 0").description}  # noqa: S608 - our own names
    chosen = (
        f"({said.get(name, name if name in own else 'NULL')})::{kind} AS {name}"
        for name, kind in columns.items()
    )
    database.execute(
        f"COPY (SELECT {', '.join(chosen)} FROM {source}) "  # noqa: S608 - our own names
        f"TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    )


def _at(length_s: float, share: float) -> int:
    return START_NS + round(share * length_s * 1e9)


def _events(exchanges: int, length_s: float) -> list[dict[str, object]]:
    end_ns = START_NS + round((length_s + DRAIN_S) * 1e9)
    clock = {"host": "made-up", "monotonic_ns": START_NS, "wall_ns": 1_767_225_600_000_000_000}
    found = [_event("", "record", 0, **clock, run_tag=RUN_TAG, format=FORMAT)]
    for role in ("conductor", "injector", "worker"):
        spool = {"name": f"{role}-0", "role": role, "rows": exchanges, "lost": 0, "ended": True}
        found.append(_event("", "spool", 0, f"{role}-0", **spool))
    for ordinal, endpoint in enumerate(("azure", "vertex")):
        trace, at_ns = trace_id(RUN_TAG, CANARY_FIRST_NUMBER + ordinal), START_NS - 10**9
        canary = Hop(proxy="injector-0", hop=10**9 + ordinal, endpoint=endpoint, begin_ns=at_ns)
        hop = msgspec.structs.asdict(canary) | {"trace_id": trace, "parent_span_id": ""}
        found.append(_event("", "other_hop", at_ns, endpoint, **hop))
        answered = {"trace_id": trace, "ok": True, "status": 200}
        found.append(_event("conductor-0", "canary", at_ns, endpoint, **answered))
    found.append(_event("conductor-0", "plan", START_NS, planned=exchanges, seed=1))
    for name, start, end in PHASES:
        span = {"start_ns": _at(length_s, start), "end_ns": _at(length_s, end)}
        found.append(_event("conductor-0", "phase", START_NS, name, **span))
    for name, share, start, end in WINDOWS:
        facts = {"group": name, "endpoints": "azure", "share": share, "listener": False}
        found.append(_event("injector-0", "window_start", _at(length_s, start), name, **facts))
        found.append(_event("injector-0", "window_end", _at(length_s, end), name, **facts))
    found += _breakers(length_s)
    ended = {"aborted": "", "faults_left": 0, "drained_ns": end_ns}
    return [*found, _event("conductor-0", "run_end", end_ns, **ended)]


def _breakers(length_s: float) -> list[dict[str, object]]:
    _, _, outage, calm = WINDOWS[0]
    return [
        _event("worker-0", "breaker", at_ns + replica, "azure", replica=replica, state=state)
        for at_ns, state in (
            (_at(length_s, outage) + 2 * 10**9, "open"),
            (_at(length_s, calm) + 3 * 10**9, "closed"),
        )
        for replica in range(4)
    ]


def _event(
    spool: str, name: str, at_ns: int, subject: str = "", /, **facts: object
) -> dict[str, object]:
    told = msgspec.json.encode(facts).decode()
    return {"spool": spool, "name": name, "at_ns": at_ns, "subject": subject, "facts": told}


def _write_events(
    database: duckdb.DuckDBPyConnection, path: Path, events: list[dict[str, object]]
) -> None:
    columns = ", ".join(f"{name} {kind}" for name, kind in EVENTS.items())
    database.execute(f"CREATE TABLE events ({columns})")
    marks = ", ".join("?" for _ in EVENTS)
    rows = [[event[name] for name in EVENTS] for event in events]
    database.executemany(f"INSERT INTO events VALUES ({marks})", rows)  # noqa: S608 - marks alone
    database.execute(f"COPY events TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
