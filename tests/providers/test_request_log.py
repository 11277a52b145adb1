from pathlib import Path

from providers.request_log import Line, RequestLog, read_log


def line(at_ns: int) -> Line:
    return Line(
        at_ns=at_ns,
        end_ns=at_ns + 5,
        trace_id="a" * 32,
        span_id=None,
        status=200,
        prompt_tokens=3,
        tokens=2,
        ended="complete",
    )


def test_lines_are_read_back_as_added(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "azure.jsonl"
    log = RequestLog(path)
    log.add(line(1))
    log.add(line(2))
    log.flush()
    assert read_log(path) == [line(1), line(2)]
    log.add(line(3))
    log.close()
    assert read_log(path) == [line(1), line(2), line(3)]


def test_nothing_is_written_before_a_flush(tmp_path: Path) -> None:
    log = RequestLog(tmp_path / "log.jsonl")
    log.add(line(1))
    assert read_log(tmp_path / "log.jsonl") == []
    log.close()
