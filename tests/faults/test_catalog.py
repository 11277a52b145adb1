import importlib
import inspect
import math
from pathlib import Path

import msgspec
import pytest

from faults import client, library, listener
from faults.catalog import (
    aliases,
    client_fault_classes,
    fault_classes,
    faults_over,
    listener_fault_classes,
    make_fault,
    own_name,
)
from faults.fault import ClientFault, Fault, ListenerFault
from faults.library.http_error import HttpError
from faults.library.stream_stall import StreamStall
from telemetry import plugins

TESTS = Path(__file__).parent
PLUG_INS = [
    *((module, Fault) for module in plugins.modules(library)),
    *((module, ListenerFault) for module in plugins.modules(listener)),
    *((module, ClientFault) for module in plugins.modules(client)),
]
PROXIED = [*fault_classes().values(), *listener_fault_classes().values()]
KINDS = [*PROXIED, *client_fault_classes().values()]
ACTIONS = {"answered", "delayed", "withheld", "reset", "truncated", "replayed", "refused"}


def test_the_faults_that_were_promised_are_there() -> None:
    assert set(fault_classes()) == {
        "auth_expired",
        "blackhole",
        "buffered_stream",
        "capacity",
        "content_filter_block",
        "context_length_exceeded",
        "deadline_exceeded",
        "dedup_replay",
        "empty_response",
        "error_in_200",
        "http_error",
        "keep_alive_only",
        "late_done",
        "latency",
        "malformed_body",
        "model_not_found",
        "overloaded",
        "quota_exhausted",
        "rate_limited",
        "redirect_loop",
        "request_timeout",
        "reset_peer",
        "server_error",
        "slicer",
        "stale_keepalive",
        "packet_loss",
        "h2_settings_max_streams",
        "h2_flow_control_stall",
        "slow_headers",
        "slow_first_token",
        "slow_tokens",
        "stream_error_event",
        "stream_malformed_event",
        "stream_reset",
        "stream_stall",
        "stream_truncate",
        "usage_anomaly",
        "wrong_model",
        "grpc_missing_trailers",
        "grpc_status",
        "h2_goaway",
        "h2_rst_stream",
        "bandwidth",
        "limit_data",
        "slow_close",
        "finish_early",
        "header_bomb",
        "token_drop",
        "token_duplicate",
        "token_scramble",
        "tool_call_corrupt",
    }
    assert set(listener_fault_classes()) == {"connect_refused", "connect_timeout", "tls_failure"}
    assert set(client_fault_classes()) == {"dns_failure"}


@pytest.mark.parametrize(("module", "base"), PLUG_INS)
def test_a_plug_in_file_holds_one_public_class_of_its_own_name(module: object, base: type) -> None:
    path = Path(inspect.getfile(module))  # type: ignore[arg-type]  # parametrize loses the type
    public = [
        value
        for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module.__name__ and name[0] != "_"  # type: ignore[attr-defined]  # as above
    ]
    (kind,) = public
    assert issubclass(kind, base)
    assert kind.name == path.stem  # type: ignore[attr-defined]  # every base has a name
    assert (TESTS / path.parent.name / f"test_{path.stem}.py").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_says_in_one_sentence_what_the_client_sees(kind: type[Fault]) -> None:
    shown = inspect.cleandoc(kind.__doc__ or "")
    assert "\n" not in shown
    assert shown.endswith(".")
    assert ". " not in shown
    assert "client" in shown


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_says_where_it_was_seen_and_what_it_is_attested_as(kind: type[Fault]) -> None:
    assert kind.seen
    assert not kind.seen.endswith(".")
    assert {kind.action, *kind.also_attested} <= ACTIONS


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_frozen_keyword_only_and_strict(kind: type[Fault]) -> None:
    config = kind.__struct_config__
    assert config.frozen
    assert config.forbid_unknown_fields
    parameters = inspect.signature(kind).parameters.values()
    assert {parameter.kind for parameter in parameters} <= {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_says_what_it_means(kind: type[Fault]) -> None:
    described = msgspec.json.schema(kind)["$defs"][kind.__name__]["properties"]
    assert all(one.get("description") for one in described.values())


def test_plug_ins_share_no_name_between_the_levels() -> None:
    names = [*fault_classes(), *listener_fault_classes(), *client_fault_classes()]
    assert len(set(names)) == len(names)


def test_a_reference_becomes_a_fault_with_its_parameters() -> None:
    assert make_fault({"http_error": {"status": 500}}) == HttpError(status=500)


@pytest.mark.parametrize(
    "reference",
    [
        {},
        {"http_error": {}, "blackhole": {}},
        {"http_error": {"statsu": 500}},
        {"stream_stall": {"after_tokens": -1}},
        {"stream_stall": {"after_tokens": 1.5}},
        {"stream_stall": {"seconds": -1}},
        {"stream_stall": {"seconds": "5"}},
        {"stream_stall": {"after_tokens": None}},
        {"slow_first_token": {}},
        {"blackhole": {"hold_s": float("nan")}},
    ],
)
def test_nonsense_is_refused(reference: dict[str, dict[str, object]]) -> None:
    with pytest.raises(msgspec.ValidationError):
        make_fault(reference)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_made_by_any_of_its_names(kind: type[Fault]) -> None:
    assert all(own_name(alias) == kind.name for alias in kind.aliases)
    assert own_name(kind.name) == kind.name


def test_what_another_tool_calls_it_is_taken() -> None:
    assert make_fault({"abort": {"status": 500}}) == HttpError(status=500)
    assert aliases()["down"] == "connect_refused"
    assert own_name("no_such_name") == "no_such_name"


def test_a_fault_that_does_not_exist_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        make_fault({"http_eror": {}})


@pytest.mark.parametrize("kind", PROXIED)
def test_a_fault_survives_the_json_that_the_injector_is_told_in(kind: type[Fault]) -> None:
    required = {field.name: 1 for field in msgspec.structs.fields(kind) if field.required}
    made = make_fault({kind.name: {**required}})
    told = msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(made)))
    assert make_fault({kind.name: told}) == made


def test_for_ever_survives_json_which_has_no_word_for_it() -> None:
    assert make_fault({"stream_stall": {"seconds": None}}) == StreamStall(seconds=math.inf)


def test_the_catalog_reads_the_folders_themselves() -> None:
    module = importlib.import_module("faults.library.http_error")
    assert fault_classes()["http_error"] is module.HttpError


def test_a_fault_has_a_meaning_over_some_protocols_and_not_over_others() -> None:
    assert "grpc_status" in faults_over("gRPC")
    assert "grpc_status" not in faults_over("HTTP/1.1")
    assert "stream_error_event" not in faults_over("gRPC")
    assert "latency" in faults_over("HTTP/2")
