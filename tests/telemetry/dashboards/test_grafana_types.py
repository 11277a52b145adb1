"""The dashboards are what Grafana 10, 11, 12 and 13 call one: their own types, TypeScript checks.

Needs Node, and once `npm install --no-package-lock --prefix tests/peers/grafana`.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from telemetry.dashboards.written import boards

PEERS = Path(__file__).parents[2] / "peers" / "grafana"
MODULES = PEERS / "node_modules"

pytestmark = [
    pytest.mark.peer,
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        shutil.which("node") is None or not MODULES.exists(),
        reason="needs node and `npm install --no-package-lock --prefix tests/peers/grafana`",
    ),
]

VERSIONS = (10, 11, 12, 13)
TYPES = {
    "stat": "stat/panelcfg/x/StatPanelCfg_types.gen",
    "timeseries": "timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen",
    "state-timeline": "statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen",
    "bargauge": "bargauge/panelcfg/x/BarGaugePanelCfg_types.gen",
    "table": "table/panelcfg/x/TablePanelCfg_types.gen",
}
"""Where each panel's own types lie; a kind that is not in `FIELDS` has no fields of its own."""
FIELDS = {
    "timeseries": "timeseries.FieldConfig",
    "state-timeline": "state_timeline.FieldConfig",
    "table": "TableFieldOptions",
}
QUERIES = {
    "prometheus": "prometheus/dataquery/x/PrometheusDataQuery_types.gen",
    "tempo": "tempo/dataquery/x/TempoDataQuery_types.gen",
}
"""What queries are; from Grafana 11 on they lie in the data sources' own packages."""
QUERY_TYPES = {"prometheus": "PrometheusDataQuery", "tempo": "TempoQuery"}


OPTIONS = (
    *("--strict", "--noEmit", "--skipLibCheck", "--preserveSymlinks"),
    *("--module", "preserve", "--moduleResolution", "bundler", "--target", "es2022"),
)


def alias(kind: str) -> str:
    return kind.replace("-", "_")


def imports(version: int) -> list[str]:
    deep = "./node_modules/@grafana/schema/dist/esm/raw/composable"
    lines = [
        'import type { Dashboard, Panel, RowPanel, TableFieldOptions } from "@grafana/schema";',
        'import type { Loose } from "./loose";',
    ]
    lines += [f'import type * as {alias(kind)} from "{deep}/{at}";' for kind, at in TYPES.items()]
    if version == 10:
        lines += [f'import type * as {kind} from "{deep}/{at}";' for kind, at in QUERIES.items()]
    return lines


def claim(name: str, type_: str, value: object) -> str:
    return f"export const {name}: {type_} = {json.dumps(value, ensure_ascii=False)};"


def panel_claims(board: str, panel: dict[str, Any], version: int) -> list[str]:
    at = f"{alias(board)}_{panel['id']}"
    if panel["type"] == "row":
        return [claim(at, "Loose<RowPanel>", panel)]
    kind = alias(panel["type"])
    claims = [
        claim(at, "Loose<Panel>", panel),
        claim(f"{at}_options", f"Loose<{kind}.Options>", panel["options"]),
    ]
    if panel["type"] in FIELDS:
        custom = panel["fieldConfig"]["defaults"]["custom"]
        claims.append(claim(f"{at}_custom", f"Loose<{FIELDS[panel['type']]}>", custom))
    for target in panel["targets"] if version == 10 else []:
        source = target["datasource"]["type"]
        type_ = f"Loose<{source}.{QUERY_TYPES[source]}>"
        of_schema = {key: value for key, value in target.items() if key != "interval"}
        claims.append(claim(f"{at}_{target['refId']}", type_, of_schema))
    return claims


def source_of(version: int, boards_json: dict[str, dict[str, Any]]) -> str:
    lines = imports(version)
    for name, board in boards_json.items():
        rest = {key: value for key, value in board.items() if key != "panels"}
        rest["annotations"] = {"list": [plain(one) for one in board["annotations"]["list"]]}
        lines.append(claim(alias(name), "Loose<Dashboard>", rest))
        for panel in board["panels"]:
            lines += panel_claims(name, panel, version)
    return "\n".join(lines)


def plain(annotation: dict[str, Any]) -> dict[str, Any]:
    """Leave out what each data source's own annotations have beside the schema of all."""
    of_prometheus = {"expr", "step", "titleFormat", "textFormat", "tagKeys", "useValueForTime"}
    return {key: value for key, value in annotation.items() if key not in of_prometheus} | {
        "target": {"refId": "Anno"}
    }


def compiled(version: int, boards_json: dict[str, dict[str, Any]], folder: Path) -> str:
    """Return what TypeScript says against the claims; empty where they hold."""
    (folder / "node_modules" / "@grafana").mkdir(parents=True)
    (folder / "node_modules" / "@grafana" / "schema").symlink_to(
        MODULES / f"grafana-schema-{version}"
    )
    shutil.copy(PEERS / "loose.ts", folder)
    (folder / "claims.ts").write_text(source_of(version, boards_json))
    command = [str(MODULES / ".bin" / "tsc"), *OPTIONS, "claims.ts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def made() -> dict[str, dict[str, Any]]:
    return {name: board.json() for name, board in boards().items()}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_dashboards_are_what_grafanas_types_say(version: int, tmp_path: Path) -> None:
    assert compiled(version, made(), tmp_path) == ""


@pytest.mark.parametrize(
    ("where", "wrong"),
    [("options", {"colourMode": "value"}), ("gridPos", {"columns": 3}), ("title", 3)],
)
def test_a_wrong_field_would_be_found(where: str, wrong: object, tmp_path: Path) -> None:
    spoiled = made()
    spoiled["game-day"]["panels"][1][where] = wrong
    assert "claims.ts" in compiled(13, spoiled, tmp_path)
