"""What is typed by hand becomes a rule with an end, or is told what is wrong with it."""

import pytest

from experiments.reading.problems import UsageError
from experiments.running.injected import duration, inject_everywhere, listed, rule_of


def test_a_rule_is_made_of_what_was_typed() -> None:
    rule = rule_of("http_error", "5m", ["azure"], 0.5, ["status=429", "message=no"])
    assert rule.inject == {"http_error": {"status": 429, "message": "no"}}
    assert (rule.endpoints, rule.start_s, rule.end_s, rule.share) == (("azure",), 0, 300, 0.5)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("1.5m", 90), ("1h", 3600), ("0.2s", 0.2)]
)
def test_a_time_has_a_unit(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "5 m", "0s", "-1s", "for ever"])
def test_no_other_time_is_one(text: str) -> None:
    with pytest.raises(UsageError, match="--for 30s, 5m or 1h"):
        duration(text)


@pytest.mark.parametrize(
    ("fault", "sets", "word"),
    [
        ("", [], "name a fault: auth_expired"),
        ("http_eror", [], "did you mean http_error"),
        ("dns_failure", [], "met within a client"),
        ("http_error", ["status"], "expected NAME=VALUE"),
        ("http_error", ["status=no"], "status"),
        ("http_error", ["statsu=503"], "statsu"),
    ],
)
def test_what_is_wrong_is_told(fault: str, sets: list[str], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        rule_of(fault, "5s", (), 1.0, sets)


def test_without_an_injector_nothing_is_armed(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("nobody")))
    done, lines = inject_everywhere(rule_of("blackhole", "5s", (), 1.0, ()), None)
    assert not done
    assert lines == ["no injector of yours is running: crosswind serve starts one"]
    assert list(listed()) == []
