"""A board has its variables, its fault bands, and an address."""

from telemetry.dashboards.board import SCHEMA_VERSION, WINDOW_S, Board


def made(*, many: bool = False) -> dict[str, object]:
    return Board(name="x", title="X", says="It.", rows=[], many=many).json()


def variables(board: dict[str, object]) -> dict[str, dict[str, object]]:
    listed = board["templating"]
    assert isinstance(listed, dict)
    return {one["name"]: one for one in listed["list"]}


def test_its_address_follows_from_its_name() -> None:
    assert made()["uid"] == "crosswind-x"
    assert made()["schemaVersion"] == SCHEMA_VERSION


def test_one_run_is_chosen_and_the_newest_stands_first() -> None:
    chosen = variables(made())
    assert list(chosen) == ["prometheus", "tempo", "window", "run"]
    assert chosen["run"]["multi"] is False
    assert chosen["run"]["sort"] == 2
    assert chosen["window"]["current"] == {
        "text": f"{WINDOW_S} s",
        "value": str(WINDOW_S),
        "selected": True,
    }


def test_several_runs_of_an_experiment_are_chosen() -> None:
    chosen = variables(made(many=True))
    assert list(chosen) == ["prometheus", "experiment", "run"]
    assert chosen["run"]["multi"] is True
    assert chosen["run"]["query"] == {
        "query": 'label_values(crosswind_run_info_ratio{crosswind_experiment=~"$experiment"}, '
        "crosswind_run_id)",
        "refId": "PrometheusVariableQueryEditor-VariableQuery",
    }
