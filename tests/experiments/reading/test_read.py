"""Reading experiment files: what a good one says, and what is said about a bad one."""

import math
from pathlib import Path

import pytest

from experiments.model import Expectation, Experiment
from experiments.reading.problems import ExperimentError, Problem
from experiments.reading.read import read_experiment
from tests.experiments.files import GOOD, changed, write

FAULT = "{id: outage, at: azure, duration_s: 20, inject: {http_error: {status: 503}}}"


def problems(folder: Path, text: str) -> tuple[Problem, ...]:
    with pytest.raises(ExperimentError) as caught:
        read_experiment(write(folder, text))
    return caught.value.problems


def only(folder: Path, text: str) -> Problem:
    found = problems(folder, text)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


def good(folder: Path) -> Experiment:
    return read_experiment(write(folder))


def test_a_file_says_what_it_says_and_keeps_defaults_for_the_rest(tmp_path: Path) -> None:
    experiment = good(tmp_path)
    assert experiment.name == "drill"
    assert experiment.title == "Azure goes down"
    assert [endpoint.name for endpoint in experiment.endpoints] == ["azure", "vertex"]
    assert experiment.route.order == ("azure", "vertex")
    assert experiment.route.breaker.cooldown_s == 8
    assert experiment.route.clients == 4
    assert experiment.phases.drain_s == 10
    assert experiment.gates == ("failover_time <= 5 s", "user_errors (fault) <= 1 %")
    assert experiment.expect == Expectation(verdict="PASS")


def test_a_bare_name_and_an_empty_mapping_are_the_same_plug_in(tmp_path: Path) -> None:
    bare = good(tmp_path).endpoint("azure").dialect
    spelled = changed("{dialect: azure-openai,", "{dialect: {azure-openai: {}},")
    assert bare == read_experiment(write(tmp_path, spelled)).endpoint("azure").dialect
    assert bare["azure-openai"]["deployment"] == "gpt-4o"


def test_a_plug_ins_parameters_are_complete_and_keep_what_was_written(tmp_path: Path) -> None:
    vertex = good(tmp_path).endpoint("vertex").dialect["vertex-gemini"]
    assert vertex["location"] == "europe-west4"
    assert "model" in vertex


def test_one_endpoint_and_a_list_of_endpoints_both_name_where_a_fault_acts(tmp_path: Path) -> None:
    assert good(tmp_path).faults[0].at == ("azure",)
    several = read_experiment(write(tmp_path, changed("at: azure", "at: [azure, vertex]")))
    assert several.faults[0].at == ("azure", "vertex")


def test_for_ever_may_be_said_where_it_is_the_default(tmp_path: Path) -> None:
    text = changed("inject: {http_error: {status: 503}}", "inject: {blackhole: {hold_s: .inf}}")
    fault = read_experiment(write(tmp_path, text)).faults[0]
    assert fault.inject == {"blackhole": {"hold_s": math.inf}}


def test_a_known_failure_names_its_gates(tmp_path: Path) -> None:
    text = changed("expect: PASS", 'expect: {FAIL: ["failover_time <= 5 s"]}')
    expected = Expectation(verdict="FAIL", failing=("failover_time <= 5 s",))
    assert read_experiment(write(tmp_path, text)).expect == expected


def test_a_trace_is_looked_for_beside_the_file_first(tmp_path: Path) -> None:
    csv = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.5,10,5\n"
    write(tmp_path, csv, "real.csv")
    text = changed("poisson: {rate_per_s: 20}", "trace: {file: real.csv}")
    arrivals = read_experiment(write(tmp_path, text)).load.arrivals
    assert arrivals["trace"]["file"] == str(tmp_path / "real.csv")


WRONG = {
    "unknown key at the top": (
        changed("title: Azure goes down", "title: t\ntitel: x"),
        (2, "titel", "unknown key", "title"),
    ),
    "missing key": (changed("title: Azure goes down\n", ""), (1, "title", "missing", "")),
    "title that is no text": (
        changed("title: Azure goes down", "title: 404"),
        (1, "title", "expected text, got 404", ""),
    ),
    "written twice": (
        changed("expect: PASS", "expect: PASS\ntitle: again"),
        (18, "title", "written twice, first in line 1", ""),
    ),
    "unknown dialect": (
        changed("dialect: azure-openai", "dialect: azure-opnai"),
        (3, "endpoints.azure.dialect", "no dialect is called azure-opnai", "azure-openai"),
    ),
    "unknown parameter of a dialect": (
        changed("{location: europe-west4}", "{locaton: europe-west4}"),
        (5, "endpoints.vertex.dialect.vertex-gemini.locaton", "unknown key", "location"),
    ),
    "unknown key deep in a stand-in": (
        changed("capacity: 50", "capcity: 50"),
        (6, "endpoints.vertex.stand_in.capcity", "unknown key", "capacity"),
    ),
    "neither stand-in nor base URL": (
        changed("azure-openai, stand_in: {}", "azure-openai"),
        (3, "endpoints.azure", "it has neither", ""),
    ),
    "both stand-in and base URL": (
        changed("azure-openai, stand_in: {}", "azure-openai, stand_in: {}, base_url: http://localhost"),
        (3, "endpoints.azure", "it has both", ""),
    ),
    "a live endpoint": (
        changed("stand_in: {}", "base_url: http://example.openai.azure.com"),
        (3, "endpoints.azure.base_url", "example.openai.azure.com is another machine", ""),
    ),
    "no URL": (
        changed("stand_in: {}", "base_url: localhost"),
        (3, "endpoints.azure.base_url", "expected http://host:port", ""),
    ),
    "credentials in a URL": (
        changed("stand_in: {}", 'base_url: "http://me:secret@localhost:1"'),
        (3, "endpoints.azure.base_url", "credentials come from the environment", ""),
    ),
    "listening everywhere": (
        changed("stand_in: {}", 'stand_in: {}, listen: "0.0.0.0:80"'),
        (3, "endpoints.azure.listen", "0.0.0.0 is not loopback", ""),
    ),
    "no port to listen on": (
        changed("stand_in: {}", "stand_in: {}, listen: localhost"),
        (3, "endpoints.azure.listen", "expected host:port", ""),
    ),
    "an endpoint that cannot be a file name": (
        changed("  azure: {dialect", "  a/b: {dialect, stand_in: {}}\n  azure: {dialect").replace(
            "a/b: {dialect,", "a/b: {dialect: azure-openai,"
        ),
        (3, "endpoints.a/b", "is no name", ""),
    ),
    "unknown endpoint in the order": (
        changed("order: [azure, vertex]", "order: [azure, vertx]"),
        (7, "route.client.order.1", "no endpoint is called vertx", "vertex"),
    ),
    "an endpoint twice in the order": (
        changed("order: [azure, vertex]", "order: [azure, azure]"),
        (7, "route.client.order.1", "azure is named twice", ""),
    ),
    "no clients": (
        changed("order: [azure, vertex]", "order: [azure, vertex], clients: 0"),
        (7, "route.client.clients", "must lie between 1 and 1000, got 0", ""),
    ),
    "half a client": (
        changed("order: [azure, vertex]", "order: [azure, vertex], clients: 2.5"),
        (7, "route.client.clients", "expected a whole number, got 2.5", ""),
    ),
    "milliseconds": (
        changed("cooldown_s: 8", "cooldown_ms: 8000"),
        (7, "route.client.breaker.cooldown_ms", "times are in seconds", "cooldown_s: 8"),
    ),
    "unknown arrivals": (
        changed("poisson: {rate_per_s: 20}", "poison: {rate_per_s: 20}"),
        (9, "load.poison", "unknown key", "poisson"),
    ),
    "two arrival processes": (
        changed("  poisson:", "  constant: {rate_per_s: 1}\n  poisson:"),
        (10, "load.poisson", "a second arrival process beside constant", ""),
    ),
    "no arrival process": (
        changed("  poisson: {rate_per_s: 20}\n", ""),
        (8, "load", "names no arrivals: write one of constant, poisson and trace", ""),
    ),
    "an arrival parameter that the plug-in refuses": (
        changed("rate_per_s: 20", "rate_per_s: 0"),
        (9, "load.poisson", "rate_per_s must be more than 0", ""),
    ),
    "a trace that is not there": (
        changed("poisson: {rate_per_s: 20}", "trace: {file: gone.csv}"),
        (9, "load.trace.file", "no such file", ""),
    ),
    "no tokens": (
        changed("{median: 100}", "{median: 0}"),
        (10, "load.prompt_tokens.median", "must be at least 1, got 0", ""),
    ),
    "seconds with their unit": (
        changed("fault_s: 20,", "fault_s: 20s,"),
        (11, "phases.fault_s", "got '20s': write 20, in seconds", ""),
    ),
    "minutes": (
        changed("fault_s: 20,", "fault_s: 2 min,"),
        (11, "phases.fault_s", "write 120, in seconds", ""),
    ),
    "a number in quotes": (
        changed("fault_s: 20,", 'fault_s: "20",'),
        (11, "phases.fault_s", "write 20 without quotes", ""),
    ),
    "a negative phase": (
        changed("warm_up_s: 5", "warm_up_s: -5"),
        (11, "phases.warm_up_s", "must not be negative, got -5", ""),
    ),
    "an endless phase": (
        changed("warm_up_s: 5", "warm_up_s: .inf"),
        (11, "phases.warm_up_s", "expected a finite number", ""),
    ),
    "a recovery too short to see failback": (
        changed("recovery_s: 20", "recovery_s: 17"),
        (11, "phases.recovery_s", "the route's cooldown of 8 s + 10 s = 18 s", ""),
    ),
    "faults that are no list": (
        changed(f"  - {FAULT}", f"  outage: {FAULT}"),
        (12, "faults", "expected a list, got a mapping", ""),
    ),
    "unknown fault": (
        changed("{http_error: {status: 503}}", "{http_eror: {status: 503}}"),
        (13, "faults.0.inject.http_eror", "no fault is called http_eror", "http_error"),
    ),
    "unknown fault by its bare name": (
        changed("{http_error: {status: 503}}", "blckhole"),
        (13, "faults.0.inject", "no fault is called blckhole", "blackhole"),
    ),
    "a fault that no proxy can show": (
        changed("{http_error: {status: 503}}", "dns_failure"),
        (13, "faults.0.inject", "dns_failure is met within a client: only faults.transport", ""),
    ),
    "two faults in one": (
        changed("{http_error: {status: 503}}", "{blackhole: {}, http_error: {}}"),
        (13, "faults.0.inject", "expected one fault", ""),
    ),
    "a parameter out of its range": (
        changed("status: 503", "status: 200"),
        (13, "faults.0.inject.http_error.status", "must be at least 400, got 200", ""),
    ),
    "a parameter of the wrong type": (
        changed("status: 503", "status: unavailable"),
        (13, "faults.0.inject.http_error.status", "expected a whole number", ""),
    ),
    "a parameter left out": (
        changed("{http_error: {status: 503}}", "slow_first_token"),
        (13, "faults.0.inject.slow_first_token.delay_s", "missing", ""),
    ),
    "a fault somewhere else": (
        changed("at: azure", "at: azur"),
        (13, "faults.0.at", "no endpoint is called azur", "azure"),
    ),
    "a fault nowhere": (
        changed("at: azure", "at: []"),
        (13, "faults.0.at", "at least one endpoint", ""),
    ),
    "two faults with one name": (
        changed(f"  - {FAULT}", f"  - {FAULT}\n  - {FAULT}"),
        (14, "faults.1.id", "another fault is called outage", ""),
    ),
    "a window that outlasts the fault phase": (
        changed("duration_s: 20", "start_s: 5, duration_s: 20"),
        (13, "faults.0.duration_s", "ends 25 s into a fault phase of 20 s", ""),
    ),
    "a window after the fault phase": (
        changed("duration_s: 20", "start_s: 20, duration_s: 1"),
        (13, "faults.0.start_s", "starts 20 s into a fault phase of 20 s", ""),
    ),
    "a window without time": (
        changed("duration_s: 20", "duration_s: 0"),
        (13, "faults.0.duration_s", "must be more than 0 s", ""),
    ),
    "a share in percent": (
        changed("duration_s: 20", "duration_s: 20, share: 50 %"),
        (13, "faults.0.share", "got '50 %': write 0.5, a share between 0 and 1", ""),
    ),
    "a share above one": (
        changed("duration_s: 20", "duration_s: 20, share: 50"),
        (13, "faults.0.share", "a share lies between 0 and 1, got 50", "0.5"),
    ),
    "a negative share": (
        changed("duration_s: 20", "duration_s: 20, share: -0.5"),
        (13, "faults.0.share", "must not be negative, got -0.5", ""),
    ),
    "a ramp longer than its window": (
        changed("duration_s: 20", "duration_s: 20, ramp_s: 30"),
        (13, "faults.0.ramp_s", "a ramp of 30 s does not fit into 20 s", ""),
    ),
    "a word that is none of two": (
        changed("duration_s: 20", "duration_s: 20, draw: exchanges"),
        (13, "faults.0.draw", "expected attempt or exchange, got 'exchanges'", "exchange"),
    ),
    "a share at a listener": (
        changed("{http_error: {status: 503}}", "connect_refused, share: 0.5"),
        (13, "faults.0.share", "connect_refused acts on the whole listener", ""),
    ),
    "a ramp at a listener": (
        changed("{http_error: {status: 503}}", "connect_refused, ramp_s: 2"),
        (13, "faults.0.ramp_s", "connect_refused acts on the whole listener", ""),
    ),
    "a draw at a listener": (
        changed("{http_error: {status: 503}}", "connect_refused, draw: exchange"),
        (13, "faults.0.draw", "connect_refused acts on the whole listener", ""),
    ),
    "a group that does not switch together": (
        changed(
            f"  - {FAULT}",
            "  - {id: a, group: g, at: azure, duration_s: 20, inject: blackhole}\n"
            "  - {id: b, group: g, at: vertex, duration_s: 10, inject: blackhole}",
        ),
        (14, "faults.1.group", "a starts at 0 s and lasts 20 s", ""),
    ),
    "truth in other words": (
        changed("duration_s: 20", "duration_s: 20, may_miss: yes"),
        (13, "faults.0.may_miss", "expected true or false, got 'yes'", "true"),
    ),
    "no gates": (
        changed("  - failover_time <= 5 s\n  - user_errors (fault) <= 1 %", "  []"),
        (14, "gates", "at least one gate", ""),
    ),
    "a gate on something that is not measured": (
        changed("failover_time <= 5 s", "failover_tim <= 5 s"),
        (15, "gates.0", "unknown metric 'failover_tim'; did you mean failover_time?", ""),
    ),
    "a gate on a window that there is not": (
        changed("failover_time <= 5 s", "failover_time (window:outag) <= 5 s"),
        (15, "gates.0", "did you mean outage?", ""),
    ),
    "a gate in another unit": (
        changed("failover_time <= 5 s", "failover_time <= 5"),
        (15, "gates.0", "write 5 s", ""),
    ),
    "a gate twice": (
        changed("user_errors (fault) <= 1 %", "failover_time <= 5 s"),
        (16, "gates.1", "written twice", ""),
    ),
    "an expectation that is none": (
        changed("expect: PASS", "expect: FAIL"),
        (17, "expect", "expected PASS or a mapping with FAIL, got 'FAIL'", ""),
    ),
    "an expected failure that is no gate": (
        changed("expect: PASS", 'expect: {FAIL: ["failover_time <= 6 s"]}'),
        (17, "expect.FAIL.0", "not among the gates", "failover_time <= 5 s"),
    ),
    "a tag": (
        changed("title: Azure goes down", "title: !!python/object:os.system x"),
        (1, "title", "is not read; write a plain value", ""),
    ),
    "no YAML": (changed("title: Azure goes down", "title: [1"), (2, "", "not YAML", "")),
    "no mapping": ("- 1\n- 2\n", (1, "", "an experiment is a mapping", "")),
    "nothing at all": ("", (1, "", "an experiment is a mapping", "")),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_told_its_line_its_path_and_the_right_word(
    name: str, tmp_path: Path
) -> None:
    text, (line, path, message, suggestion) = WRONG[name]
    problem = only(tmp_path, text)
    assert problem.file == str(tmp_path / "drill.yaml")
    assert (problem.line, problem.path) == (line, path)
    assert message in problem.message
    assert problem.suggestion == suggestion


def test_every_problem_of_a_file_is_told_at_once_in_its_order(tmp_path: Path) -> None:
    text = (
        GOOD.replace("azure-openai", "azure-opnai")
        .replace("503", "99")
        .replace("rate_per_s: 20", "rate_per_s: lots")
    )
    assert [(problem.line, problem.path) for problem in problems(tmp_path, text)] == [
        (3, "endpoints.azure.dialect"),
        (9, "load.poisson.rate_per_s"),
        (13, "faults.0.inject.http_error.status"),
    ]


def test_a_problem_prints_as_file_line_path_message_and_suggestion(tmp_path: Path) -> None:
    text = changed("capacity: 50", "capcity: 50")
    told = str(only(tmp_path, text))
    assert told.startswith(f"{tmp_path / 'drill.yaml'}:6: endpoints.vertex.stand_in.capcity: unk")
    assert told.endswith("; did you mean capacity?")


def test_a_disabled_breaker_has_no_cooldown_to_wait_for(tmp_path: Path) -> None:
    text = GOOD.replace("cooldown_s: 8", "enabled: false, cooldown_s: 60").replace(
        "recovery_s: 20", "recovery_s: 10"
    )
    assert read_experiment(write(tmp_path, text)).phases.recovery_s == 10


def test_a_listener_fault_with_nothing_to_choose_is_right(tmp_path: Path) -> None:
    text = changed("{http_error: {status: 503}}", "connect_refused, share: 1.0, ramp_s: 0")
    assert read_experiment(write(tmp_path, text)).faults[0].share == 1.0


@pytest.mark.parametrize("rate", ["1e9", "20000"])
def test_a_load_beyond_what_can_be_planned_is_refused_and_not_begun(
    rate: str, tmp_path: Path
) -> None:
    problem = only(tmp_path, changed("rate_per_s: 20", f"rate_per_s: {rate}"))
    assert problem.path == "load.poisson"
    assert "one run has at most 1000000" in problem.message


@pytest.mark.parametrize("number", ["9" * 400, "1" + "0" * 20, "-" + "9" * 400])
def test_a_number_too_large_to_be_held_is_refused(number: str, tmp_path: Path) -> None:
    problem = only(tmp_path, changed("expect: PASS", f"seed: {number}"))
    assert (problem.path, problem.message[:9]) == ("seed", "too large")
