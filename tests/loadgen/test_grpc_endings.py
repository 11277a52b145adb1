import pytest

from loadgen.grpc_endings import Cut, Ending, Refused, ending_of
from providers.grpc import Status
from telemetry.outcome import Outcome

WHERE = "ipv4:127.0.0.1:9"
NO_CONNECTION = f"failed to connect to all addresses; last error: UNKNOWN: {WHERE}: "
PEER = "Error received from peer ipv4:127.0.0.1:9"


@pytest.mark.parametrize("status", [Status(0), Status(14, "Socket closed")])
def test_what_the_server_says_is_a_status_whatever_its_words(status: Status) -> None:
    assert ending_of(status, f"UNKNOWN:{PEER} {{grpc_message:x}}" if status.code else "") == status


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        (NO_CONNECTION + "Failed to connect to remote host: Connection refused", "connect_refused"),
        (NO_CONNECTION + "connection attempt timed out before receiving SETTINGS frame",
         "connect_timeout"),
        (NO_CONNECTION + "Failed to connect to remote host: Network is unreachable",
         "connect_failed"),
        (NO_CONNECTION + "Tls handshake failed (TSI_PROTOCOL_FAILURE): SSL_ERROR_SSL: certificate "
         "has expired", "tls_failed"),
        ("DNS resolution failed for triton:8001: C-ares status is not ARES_SUCCESS",
         "name_unresolved"),
    ],
)  # fmt: skip
def test_no_connection_is_a_refusal(words: str, outcome: str) -> None:
    assert ending_of(Status(14, words), f"UNAVAILABLE:{words}") == Refused(Outcome(outcome), words)


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        (Status(13, "Received RST_STREAM with error code 2"), Cut(reset=True)),
        (Status(14, "recvmsg:Connection reset by peer"), Cut(reset=True)),
        (Status(14, "GOAWAY received; Error code: 0; Debug Text: "), Cut(reset=True)),
        (Status(2, "Data frame with END_STREAM flag received"), Cut(reset=False)),
        (Status(14, "Socket closed"), Cut(reset=False)),
        (Status(4, "Deadline Exceeded"), Status(4, "Deadline Exceeded")),
    ],
)
def test_what_happened_to_the_connection_is_no_status(status: Status, ending: Ending) -> None:
    assert ending_of(status, f"X:{status.message}") == ending
