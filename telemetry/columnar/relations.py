"""The SQL that makes the relations of `ColumnarEvidence` from the sealed files. Text alone.

`exchanges`: what was sealed, reviewed, and of its attempts: their number, the first one's endpoint
(`first_endpoint`), all endpoints where there are several (`tried`), the one that answered
(`served_*`), the first that a fault touched (`hit_*`), tokens generated and wasted, the longest
silence, and by how much an effect came before its cause (`early_ns`). `attempts`: what was sealed,
`touched`, and the planned start, the reviewed end and the weight of its exchange. Times are ns;
`closed_ns` is the end that an exchange was reviewed to have, `reach_ns` the same and the largest
number where it has none. `phase` is the one it counts for.
"""

from collections.abc import Iterable

from telemetry.columnar.evidence import PUNCTUAL, STEADY, WARM, meets
from telemetry.columnar.text import listed, literal
from telemetry.exchange import Phase
from telemetry.join import CONNECT_ERRORS, CUTTING_NS
from telemetry.metrics.trace_continuity import MAY_LACK_A_HOP
from telemetry.outcome import NOT_THE_ENDPOINTS

OUTCOMES = {
    "not_the_endpoints": listed(NOT_THE_ENDPOINTS),
    "may_lack_a_hop": listed(MAY_LACK_A_HOP),
    "connect_errors": listed(CONNECT_ERRORS),
    "cutting": str(CUTTING_NS),
}
"""Sets of outcomes as SQL says them."""

CLOSURES = "CREATE TABLE closures (endpoint VARCHAR, fault VARCHAR, begin_ns BIGINT, end_ns BIGINT)"

TOUCHES = """
CREATE TABLE touches AS
SELECT a.exchange AS number, a.ordinal, a.begin_ns, f.fault, f.at_ns
FROM read_parquet($faults) f
JOIN (SELECT exchange, ordinal, span_id, begin_ns FROM read_parquet($attempts)) a
  ON a.exchange = f.exchange AND a.span_id = f.parent_span_id
SEMI JOIN (FROM read_parquet($exchanges) WHERE number < $canaries) e ON e.number = a.exchange
"""

REFUSALS = """
INSERT INTO touches
SELECT DISTINCT ON (a.exchange, a.ordinal, c.fault) a.exchange, a.ordinal, a.begin_ns, c.fault,
  coalesce(a.end_ns, a.begin_ns)
FROM (SELECT * FROM read_parquet($attempts) WHERE outcome IN $connect_errors
      OR (outcome = 'closed_before_head' AND hop_hop IS NULL)) a
JOIN closures c ON c.endpoint = a.endpoint AND a.begin_ns < c.end_ns
  AND coalesce(a.end_ns, a.begin_ns) >= c.begin_ns
SEMI JOIN (FROM read_parquet($exchanges) WHERE number < $canaries) e ON e.number = a.exchange
ANTI JOIN touches t ON t.number = a.exchange AND t.ordinal = a.ordinal AND t.fault = c.fault
"""

CUTS = """
INSERT INTO touches
SELECT a.exchange, a.ordinal, a.begin_ns, c.fault, a.hop_end_ns
FROM (SELECT * FROM read_parquet($attempts) WHERE hop_ending = 'reset' AND hop_end_ns IS NOT NULL
      AND hop_hop IS NOT NULL AND coalesce(hop_error, '') = '' AND outcome NOT IN $connect_errors) a
JOIN closures c ON c.endpoint = a.endpoint AND a.hop_end_ns >= c.begin_ns
  AND a.hop_end_ns < c.begin_ns + $cutting
SEMI JOIN (FROM read_parquet($exchanges) WHERE number < $canaries) e ON e.number = a.exchange
ANTI JOIN touches t ON t.number = a.exchange AND t.ordinal = a.ordinal
"""

ATTEMPTS = """
CREATE TABLE attempts_told AS
SELECT a.exchange AS number, a.ordinal, a.endpoint, a.begin_ns, a.outcome,
  a.outcome = 'ok' AS ok, t.number IS NOT NULL AS touched,
  t.number IS NULL AND a.outcome NOT IN $not_the_endpoints AS native,
  t.number IS NULL AND (a.outcome IN ('rate_limited', 'server_error')
    OR coalesce(a.status = 429 OR a.status >= 500, false)) AS overloaded,
  a.first_token_ns, a.largest_gap_ns, a.tokens,
  least(a.head_ns, a.first_byte_ns, a.first_token_ns, a.last_token_ns) AS first_moment_ns,
  greatest(a.head_ns, a.first_byte_ns, a.first_token_ns, a.last_token_ns) AS last_moment_ns,
  greatest(coalesce(a.usage_output_tokens, 0), coalesce(a.hop_tokens_up, 0), a.tokens) AS generated,
  a.usage_output_tokens IS NOT NULL OR coalesce(a.hop_tokens_up, 0) > 0 OR a.tokens > 0 AS billed,
  a.head_ns IS NOT NULL OR a.first_byte_ns IS NOT NULL OR a.outcome NOT IN $may_lack_a_hop
    AS expects_hop,
  a.hop_hop IS NOT NULL AS seen, coalesce(a.hop_endpoint, '') AS hop_endpoint,
  a.hop_hop IS NOT NULL AND coalesce(a.hop_joined_by, '') <> 'mark' AS traced,
  a.missing_tokens <> 0 OR a.repeated_tokens <> 0 AS partly,
  coalesce(a.finish_reason, '') <> '' AS finished,
  greatest(
    coalesce(a.begin_ns - least(a.end_ns, a.head_ns, a.first_byte_ns, a.first_token_ns,
                                a.hop_begin_ns), 0),
    coalesce(a.first_token_ns - a.end_ns, 0), e.dispatched_ns - a.begin_ns,
    a.begin_ns - e.reach_ns) AS early_ns,
  e.planned_ns, e.dispatched_ns, e.reach_ns, e.weight, $phase AS phase
FROM read_parquet($attempts) a
JOIN (SELECT number, planned_ns, dispatched_ns, prompt_tokens + output_tokens AS weight,
      CASE WHEN end_ns <= $until THEN end_ns ELSE $never END AS reach_ns
      FROM read_parquet($exchanges) WHERE number < $canaries) e ON e.number = a.exchange
LEFT JOIN (SELECT DISTINCT number, ordinal FROM touches) t
  ON t.number = a.exchange AND t.ordinal = a.ordinal
"""

SEVERAL = "CREATE TABLE several AS SELECT DISTINCT number FROM attempts_told WHERE ordinal > 0"

# Of an exchange with one attempt everything is in its row; the others are put together.
_ONE = """
SELECT number, 1 AS attempts, endpoint AS first_endpoint, NULL::VARCHAR[] AS tried,
  outcome AS last_outcome, ok AS served, CASE WHEN ok THEN endpoint END AS served_endpoint,
  CASE WHEN ok THEN begin_ns END AS served_begin_ns,
  CASE WHEN ok THEN first_token_ns END AS served_token_ns,
  CASE WHEN ok THEN largest_gap_ns END AS served_gap_ns,
  CASE WHEN ok THEN tokens END AS served_tokens,
  CASE WHEN ok THEN generated ELSE 0 END AS served_generated, ok AND touched AS served_touched,
  CASE WHEN ok THEN hop_endpoint END AS served_seen_at,
  ok AND partly AS served_partly, ok AND finished AS served_finished,
  CASE WHEN touched THEN begin_ns END AS hit_begin_ns,
  generated, CASE WHEN touched THEN generated ELSE 0 END AS hit_generated, billed::INT AS billed,
  expects_hop AS must_join, expects_hop AND NOT seen AS apart,
  expects_hop AND NOT traced AS untraced,
  first_moment_ns - dispatched_ns AS waited_ns,
  CASE WHEN last_moment_ns IS NULL THEN 0 ELSE coalesce(largest_gap_ns, 0) END AS gap_ns,
  last_moment_ns, early_ns
FROM attempts_told ANTI JOIN several USING (number)
"""

_SEVERAL = """
SELECT number, count(*), arg_min(endpoint, ordinal), list(endpoint ORDER BY ordinal),
  arg_max(outcome, ordinal), bool_or(ok), arg_max(endpoint, ordinal) FILTER (ok),
  arg_max(begin_ns, ordinal) FILTER (ok),
  arg_max_null(first_token_ns, ordinal) FILTER (ok),
  arg_max_null(largest_gap_ns, ordinal) FILTER (ok),
  arg_max(tokens, ordinal) FILTER (ok),
  coalesce(arg_max(generated, ordinal) FILTER (ok), 0),
  coalesce(arg_max(touched, ordinal) FILTER (ok), false),
  arg_max(hop_endpoint, ordinal) FILTER (ok),
  coalesce(arg_max(partly, ordinal) FILTER (ok), false),
  coalesce(arg_max(finished, ordinal) FILTER (ok), false),
  arg_min(begin_ns, ordinal) FILTER (touched),
  sum(generated)::BIGINT, coalesce(sum(generated) FILTER (touched), 0)::BIGINT,
  sum(billed::INT)::INT,
  bool_or(expects_hop), bool_or(expects_hop AND NOT seen), bool_or(expects_hop AND NOT traced),
  max(first_moment_ns - since_ns),
  max(CASE WHEN last_moment_ns IS NULL THEN 0 ELSE coalesce(largest_gap_ns, 0) END),
  arg_max(last_moment_ns, ordinal) FILTER (last_moment_ns IS NOT NULL), max(early_ns)
FROM (
  SELECT *, coalesce(lag(last_moment_ns IGNORE NULLS)
    OVER (PARTITION BY number ORDER BY ordinal), dispatched_ns) AS since_ns
  FROM attempts_told SEMI JOIN several USING (number))
GROUP BY number
"""

EXCHANGES = f"""
CREATE TABLE exchanges_told AS
WITH told AS ({_ONE} UNION ALL {_SEVERAL}),
merged AS (
  SELECT e.number, e.trace_id, e.planned_ns, e.dispatched_ns, e.output_tokens,
    CASE WHEN e.end_ns <= $until THEN e.end_ns END AS closed_ns,
    CASE WHEN e.end_ns <= $until THEN e.end_ns ELSE $never END AS reach_ns,
    e.outcome AS told_outcome,
    e.believed_ok, e.served_by, t.* EXCLUDE (number, attempts, billed, served),
    coalesce(t.attempts, 0) AS attempts, coalesce(t.billed, 0) AS billed,
    coalesce(t.served, false) AS served
  FROM read_parquet($exchanges) e LEFT JOIN told t ON t.number = e.number
  WHERE e.number < $canaries
), reviewed AS (
  SELECT * REPLACE (believed_ok AND closed_ns IS NOT NULL AS believed_ok),
    CASE WHEN closed_ns IS NULL THEN 'unfinished'
         WHEN told_outcome <> 'ok' THEN told_outcome
         WHEN NOT served THEN coalesce(last_outcome, 'no_endpoint')
         WHEN served_partly THEN 'incomplete'
         WHEN NOT served_finished THEN 'truncated'
         WHEN served_tokens = 0 AND output_tokens > 0 THEN 'empty'
         ELSE 'ok' END AS outcome
  FROM merged
)
SELECT number, trace_id, planned_ns, dispatched_ns, closed_ns, reach_ns, $phase AS phase,
  outcome, outcome = 'ok' AS ok, believed_ok, attempts,
  served_by <> '' AND coalesce(served_seen_at, '') <> '' AS attributed,
  served_by <> coalesce(served_seen_at, '') AS misattributed,
  first_endpoint, tried, served_endpoint, served_begin_ns,
  served_token_ns, served_gap_ns, served_tokens,
  hit_begin_ns, billed, coalesce(generated, 0) AS generated,
  coalesce(must_join, false) AS must_join, coalesce(apart, false) AS apart,
  coalesce(untraced, false) AS untraced,
  coalesce(hit_generated, 0)
    - CASE WHEN outcome = 'ok' AND served_touched THEN served_generated ELSE 0 END
    AS injected_waste,
  coalesce(generated, 0) - coalesce(hit_generated, 0)
    - CASE WHEN outcome = 'ok' AND NOT served_touched THEN served_generated ELSE 0 END AS waste,
  greatest(0, coalesce(waited_ns, 0), coalesce(gap_ns, 0),
    coalesce(closed_ns, $until) - coalesce(last_moment_ns, dispatched_ns)) AS silence_ns,
  greatest(coalesce(early_ns, 0), planned_ns - dispatched_ns, dispatched_ns - reach_ns)
    AS early_ns
FROM reviewed
"""  # noqa: S608 - our own columns
"""`$until`: when the drain was over; what ended later is unfinished."""

HELD = """
CREATE TABLE held AS
SELECT number, begin_ns, next_ns FROM (
  SELECT *, lead(begin_ns) OVER (PARTITION BY number ORDER BY ordinal) AS next_ns
  FROM attempts_told SEMI JOIN touches USING (number))
WHERE touched AND NOT ok
"""
"""Attempts that a fault touched and that failed, with when the next one began."""

HITS = "CREATE TABLE hits (w INT, number BIGINT, begin_ns BIGINT, ordinal BIGINT)"


TABLES = (ATTEMPTS, SEVERAL, EXCHANGES, HELD, HITS)
"""What is made of the files and `touches`, in this order."""


def hits(number: int, of_the_window: str) -> str:
    """Return what keeps the first attempt of each exchange that a window's faults touched."""
    return (
        f"INSERT INTO hits SELECT {number}, number, arg_min(begin_ns, ordinal), min(ordinal) "  # noqa: S608 - our own names and quoted ones
        f"FROM touches WHERE {of_the_window} GROUP BY number"
    )


def touched(start_ns: int, of_the_window: str) -> str:
    """Return what counts a window's touches: first hit, attempts, exchanges."""
    return (
        f"SELECT min(greatest(begin_ns, {start_ns})), count(*), count(DISTINCT number) "  # noqa: S608 - our own names and quoted ones
        f"FROM (SELECT DISTINCT number, ordinal, begin_ns FROM touches WHERE {of_the_window})"
    )


def phase_of(phases: Iterable[Phase]) -> str:
    """Return the expression of `Evidence.phase_of`: the fault phase first, then where planned."""
    caught: list[str] = []
    cases: list[str] = []
    for phase in phases:
        inside = f"planned_ns >= {phase.start_ns} AND planned_ns < {phase.end_ns}"
        cases.append(f"WHEN {inside} THEN {literal(phase.name)}")
        if phase.name == "fault":
            caught.append(f"WHEN {meets(phase.start_ns, phase.end_ns)} THEN 'fault'")
    return f"CASE {' '.join(caught + cases)} ELSE '' END" if cases else "''"


def views(phases: Iterable[Phase]) -> Iterable[str]:
    """Yield what makes the views: as recorded, or as if sent in time; with and without warm-up."""
    told = phase_of(phases)
    steady = "(CASE WHEN phase = 'baseline' THEN dispatched_ns ELSE planned_ns END)"
    for relation in ("exchanges", "attempts"):
        yield f"CREATE VIEW {relation} AS FROM {relation}_told"
        for suffix, moment in {PUNCTUAL: "dispatched_ns", STEADY: steady}.items():
            sent = f"SELECT * REPLACE ({moment} AS planned_ns) FROM {relation}_told"  # noqa: S608 - our own names
            seen = f"SELECT * REPLACE ({told} AS phase) FROM ({sent})"  # noqa: S608 - our own names
            yield f"CREATE VIEW {relation}{suffix} AS {seen}"
        for suffix in ("", PUNCTUAL, STEADY):
            kept = f"FROM {relation}{suffix} WHERE phase <> 'warm_up'"
            yield f"CREATE VIEW {relation}{suffix}{WARM} AS {kept}"
