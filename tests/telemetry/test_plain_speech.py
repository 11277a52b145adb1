"""What is said on standard error is said without secrets, a line at a time."""

import io
import subprocess
import sys

from telemetry.plain_speech import Redacted
from telemetry.redaction import REDACTED, Redactor
from tests.telemetry.planted import KINDS

TEXT, SECRET = KINDS["openai"]


def test_a_secret_in_two_pieces_is_one() -> None:
    stream = io.StringIO()
    redacted = Redacted(stream, Redactor())
    redacted.write(f"failed: {TEXT[:10]}")
    assert stream.getvalue() == ""
    redacted.write(f"{TEXT[10:]}\nand on")
    assert stream.getvalue() == f"failed: {REDACTED}\n"
    redacted.flush()
    assert stream.getvalue().endswith("and on")
    assert redacted.writable()


def test_a_traceback_of_a_process_holds_none() -> None:
    code = (
        "from telemetry.plain_speech import redact_standard_error as r; r(); "
        f"raise ValueError({TEXT!r})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ValueError" in done.stderr
    assert SECRET not in done.stderr
