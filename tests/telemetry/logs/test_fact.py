from opentelemetry._logs import SeverityNumber

from telemetry.logs.fact import Severity


def test_severities_are_those_of_opentelemetry() -> None:
    assert {one.name: one.value for one in Severity} == {
        name: SeverityNumber[name].value for name in ("INFO", "WARN", "ERROR")
    }
