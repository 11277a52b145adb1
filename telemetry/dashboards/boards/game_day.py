"""The board that everybody looks at while providers fail."""

from telemetry.dashboards.board import Board
from telemetry.dashboards.rows.failing_over import ATTEMPTS, FAILOVER
from telemetry.dashboards.rows.fallback import FALLBACK
from telemetry.dashboards.rows.generator import GENERATOR
from telemetry.dashboards.rows.traces import TRACES
from telemetry.dashboards.rows.traffic import TRAFFIC
from telemetry.dashboards.rows.users import USERS
from telemetry.dashboards.rows.verdict import VERDICT

BOARD = Board(
    name="game-day",
    title="Crosswind: game day",
    says="One run as it goes on: is the traffic moving, what do users get, can the fallback carry "
    "it, and is the load what was planned.",
    rows=[VERDICT, TRAFFIC, USERS, ATTEMPTS, FAILOVER, FALLBACK, GENERATOR, TRACES],
)
