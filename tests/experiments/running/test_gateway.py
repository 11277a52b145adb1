"""What a gateway is told, and where it is asked."""

from pathlib import Path

from msgspec.structs import replace

from experiments.model import Gateway
from experiments.running.gateway import (
    KEY_VARIABLE,
    filling,
    front_route,
    front_target,
    gateway_config,
    own_environment,
    port_of,
)
from loadgen.config import Route
from tests.experiments.scenario import experiment

EXPERIMENT = replace(experiment(), file="/somewhere/drill.yaml")
STARTED = Gateway(
    order=("azure", "vertex"),
    dialect={"openai-chat": {}},
    command=("run", "--port={port}", "{folder}/x.yaml", "{{kept}}"),
    environment={"MASTER_KEY": "{key}"},
)


def test_the_command_and_its_variables_are_filled_in() -> None:
    filled = filling(EXPERIMENT, 4000, "sk-1")
    config = gateway_config(STARTED, filled, Path("log"))
    assert config.command == ("run", "--port=4000", "/somewhere/x.yaml", "{kept}")
    assert own_environment(STARTED, filled) == {
        "PORT": "4000",
        KEY_VARIABLE: "sk-1",
        "MASTER_KEY": "sk-1",
    }


def test_it_is_asked_with_the_key_that_was_made_for_it_and_marked_prompts() -> None:
    target = front_target(EXPERIMENT, STARTED, 4000)
    assert (target.endpoint, target.base_url) == ("gateway", "http://127.0.0.1:4000")
    assert (target.credential_variable, target.marked) == (KEY_VARIABLE, True)
    never = front_target(EXPERIMENT, replace(STARTED, mark="never"), 4000)
    assert not never.marked


def test_one_that_runs_already_has_its_own_place_and_key() -> None:
    found = replace(STARTED, command=(), url="http://127.0.0.1:4001/v1")
    target = front_target(EXPERIMENT, found, port_of(found))
    assert (target.base_url, target.credential_variable) == (
        "http://127.0.0.1:4001/v1",
        "OPENAI_API_KEY",
    )
    assert (port_of(found), port_of(STARTED)) == (4001, 0)
    assert port_of(replace(found, url="https://localhost")) == 443


def test_its_client_asks_nobody_else() -> None:
    assert front_route(Route(order=("azure", "vertex"), clients=2)).order == ("gateway",)
