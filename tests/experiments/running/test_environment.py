"""The proxies are where the official SDKs, and LiteLLM, look for the clouds."""

from msgspec.structs import replace

from experiments.model import Endpoint, Experiment
from experiments.running.environment import STAND_IN_KEY, environment_of, variable_part
from providers.config import StandIn
from tests.experiments.scenario import experiment

PORTS = {"azure": 1, "vertex": 2, "spare-1": 3}


def with_endpoints(*endpoints: Endpoint) -> Experiment:
    return replace(experiment(), endpoints=endpoints)


AZURE = Endpoint(name="azure", dialect={"azure-openai": {}}, stand_in=StandIn())
VERTEX = Endpoint(name="vertex", dialect={"vertex-gemini": {"project": "p"}}, stand_in=StandIn())
SPARE = Endpoint(name="spare-1", dialect={"azure-openai": {}}, stand_in=StandIn())


def test_each_endpoint_is_named_and_the_first_of_a_kind_is_what_an_sdk_finds() -> None:
    found = environment_of(with_endpoints(AZURE, VERTEX, SPARE), PORTS, {"tokens": 9}, "/k.json")
    assert found["CROSSWIND_AZURE_URL"] == found["AZURE_OPENAI_ENDPOINT"] == "http://127.0.0.1:1"
    assert found["CROSSWIND_SPARE_1_URL"] == "http://127.0.0.1:3"
    assert found["OPENAI_BASE_URL"] == "http://127.0.0.1:1/openai/v1/"
    assert (found["GOOGLE_VERTEX_BASE_URL"], found["GOOGLE_CLOUD_PROJECT"]) == (
        "http://127.0.0.1:2",
        "p",
    )
    assert found["CROSSWIND_TOKENS_URL"] == "http://127.0.0.1:9"
    assert found["GOOGLE_APPLICATION_CREDENTIALS"] == "/k.json"
    assert found["AZURE_OPENAI_API_KEY"] == STAND_IN_KEY


def test_a_real_endpoints_key_is_left_to_its_owner() -> None:
    real = replace(AZURE, stand_in=None, base_url="http://127.0.0.1:99/deep/")
    found = environment_of(with_endpoints(real), PORTS, {})
    assert found["AZURE_OPENAI_ENDPOINT"] == "http://127.0.0.1:1/deep"
    assert "AZURE_OPENAI_API_KEY" not in found
    assert "GOOGLE_APPLICATION_CREDENTIALS" not in found


def test_a_real_vertex_is_asked_with_its_owners_default_credentials() -> None:
    real = replace(VERTEX, stand_in=None, base_url="https://vertex.example")
    found = environment_of(with_endpoints(AZURE, real), PORTS, {"tokens": 9}, "/k.json")
    assert "GOOGLE_APPLICATION_CREDENTIALS" not in found


def test_openais_own_endpoint_has_a_version_in_its_path() -> None:
    chat = Endpoint(name="azure", dialect={"openai-chat": {}}, stand_in=StandIn())
    assert (
        environment_of(with_endpoints(chat), PORTS, {})["OPENAI_BASE_URL"]
        == "http://127.0.0.1:1/v1"
    )


def test_a_name_becomes_part_of_a_variable() -> None:
    assert variable_part("azure-eu.2") == "AZURE_EU_2"


def test_who_has_to_trust_our_authority_is_told_where_it_lies() -> None:
    found = environment_of(with_endpoints(replace(AZURE, tls=True)), PORTS, {})
    assert found["AZURE_OPENAI_ENDPOINT"] == "https://127.0.0.1:1"
    assert found["CROSSWIND_CA_FILE"].endswith("/crosswind/ca/ca.pem")
    assert "CROSSWIND_CA_FILE" not in environment_of(with_endpoints(AZURE), PORTS, {})


def test_a_client_over_grpc_is_given_an_address() -> None:
    called = replace(AZURE, dialect={"open-inference": {}})
    found = environment_of(with_endpoints(called, VERTEX), PORTS, {})
    assert found["CROSSWIND_AZURE_ADDRESS"] == "127.0.0.1:1"
    assert "CROSSWIND_VERTEX_ADDRESS" not in found
