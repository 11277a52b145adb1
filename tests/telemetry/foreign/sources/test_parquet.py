from pathlib import Path

import duckdb
import pytest

from telemetry.foreign.sources.otlp_json import UnreadableSourceError
from telemetry.foreign.sources.parquet import read

ROW = """
SELECT '0af7651916cd43dd8448eb211c80319c' AS trace_id, 'b7ad6b7169203331' AS span_id,
  NULL AS parent_span_id, 'chat' AS name, 'CLIENT' AS kind, 1000 AS start_unix_ns,
  2000 AS end_unix_ns, 'ERROR' AS status, '{"error.type": "503", "x": 1}' AS attributes
"""


def written(path: Path, query: str) -> Path:
    duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def test_a_row_is_a_span(tmp_path: Path) -> None:
    (span,) = read(written(tmp_path / "s.parquet", ROW)).spans
    assert (span.kind, span.status, span.start_ns, span.end_ns) == ("CLIENT", "ERROR", 1000, 2000)
    assert span.attributes == {"error.type": "503"}
    assert len(read(tmp_path).spans) == 1, "a folder is read too"


def test_a_row_that_is_no_span_is_counted(tmp_path: Path) -> None:
    rows = f"{ROW} UNION ALL SELECT 'no', '1', NULL, '', '', 1, 2, '', '{{}}'"
    found = read(written(tmp_path / "s.parquet", rows))
    assert (len(found.spans), sum(found.unfit.values())) == (1, 1)


def test_another_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match="no column trace_id"):
        read(written(tmp_path / "s.parquet", "SELECT 1 AS a"))
    (tmp_path / "x").write_text("no")
    with pytest.raises(UnreadableSourceError, match="cannot be read"):
        read(tmp_path / "x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableSourceError, match="no Parquet file"):
        read(tmp_path / "empty")
