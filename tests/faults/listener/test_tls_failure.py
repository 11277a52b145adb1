import msgspec
import pytest

from faults.catalog import make_fault
from faults.listener.tls_failure import TlsFailure


def test_a_handshake_is_aborted_unless_told_otherwise() -> None:
    assert make_fault({"tls_failure": {}}) == TlsFailure(kind="handshake_abort")


def test_an_alert_is_a_fatal_one_with_the_number_that_the_rfc_gives_it() -> None:
    made = make_fault({"tls_failure": {"kind": "alert", "alert": "unrecognized_name"}})
    assert isinstance(made, TlsFailure)
    assert made.answer == bytes([21, 3, 3, 0, 2, 2, 112])


@pytest.mark.parametrize(
    ("kind", "answer"), [("handshake_abort", b""), ("expired_cert", None), ("wrong_host", None)]
)
def test_a_hello_gets_a_reset_or_a_handshake_with_a_wrong_certificate(
    kind: str, answer: bytes | None
) -> None:
    made = make_fault({"tls_failure": {"kind": kind}})
    assert isinstance(made, TlsFailure)
    assert made.answer == answer


def test_any_other_failure_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        make_fault({"tls_failure": {"kind": "expired"}})
