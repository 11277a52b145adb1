"""What `deploy/` composes fits together: files are where they are mounted, ports are loopback's."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

GRAFANA = Path(__file__).parent.parent / "deploy" / "grafana"
PROVISIONED = "/otel-lgtm/grafana/conf/provisioning/dashboards/"
"""Where otel-lgtm's Grafana looks for them."""


def read(name: str) -> dict[str, Any]:
    return dict(YAML(typ="safe").load(GRAFANA / name))


@pytest.fixture
def service() -> dict[str, Any]:
    (only,) = read("compose.yaml")["services"].values()
    return dict(only)


def mounts(service: dict[str, Any]) -> dict[str, str]:
    """Return which path of ours stands where in the container."""
    parts = (volume.split(":") for volume in service["volumes"] if volume.startswith("./"))
    assert all(len(part) == 3 and part[2] == "ro" for part in parts)
    return {volume.split(":")[1]: volume.split(":")[0] for volume in service["volumes"]}


def test_the_image_is_one_version(service: dict[str, Any]) -> None:
    name, _, version = service["image"].partition(":")
    assert name == "grafana/otel-lgtm"
    assert version.count(".") == 2


def test_every_port_is_loopbacks_alone(service: dict[str, Any]) -> None:
    ports = [port.split(":") for port in service["ports"]]
    assert {port[0] for port in ports} == {"127.0.0.1"}
    assert {"3000", "4317", "4318"} <= {port[2] for port in ports}


def test_what_is_mounted_is_there(service: dict[str, Any]) -> None:
    ours = [source for source in mounts(service).values() if source.startswith("./")]
    assert ours
    assert all((GRAFANA / source).exists() for source in ours)


def test_the_provider_reads_the_folder_that_holds_the_dashboards(service: dict[str, Any]) -> None:
    places = mounts(service)
    (provider,) = read("provisioning.yaml")["providers"]
    assert provider["type"] == "file"
    assert places[provider["options"]["path"]] == "./dashboards"
    assert places[PROVISIONED + "crosswind.yaml"] == "./provisioning.yaml"


def test_the_home_page_is_a_dashboard_of_ours(service: dict[str, Any]) -> None:
    home = Path(service["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    folder = mounts(service)[str(home.parent)]
    assert (GRAFANA / folder / home.name).exists()
