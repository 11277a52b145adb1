import pytest

from loadgen.grpc_endings import Cut, Ending, Refused, ending_of
from providers.grpc import Status
from telemetry.outcome import Outcome

NO_CONNECTION = "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:9: "


@pytest.mark.parametrize(
    "status",
    [
        Status(0),
        Status(14, "Socket closed"),
        Status(13, "upstream: Connection reset by peer"),
        Status(14, "failed to connect to all addresses"),
        Status(14, f"the model's host: {NO_CONNECTION}Connection refused"),
        Status(4, "Deadline Exceeded"),
    ],
)
def test_what_the_server_says_is_a_status_whatever_its_words(status: Status) -> None:
    assert ending_of(status) == status


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        (NO_CONNECTION + "Failed to connect to remote host: Connection refused", "connect_refused"),
        (NO_CONNECTION + "connection attempt timed out before receiving SETTINGS frame",
         "connect_timeout"),
        (NO_CONNECTION + "Failed to connect to remote host: connect() timed out",
         "connect_timeout"),
        (NO_CONNECTION + "tcp handshaker shutdown", "connect_timeout"),
        (NO_CONNECTION + "Failed to connect to remote host: Network is unreachable",
         "connect_failed"),
        (NO_CONNECTION + "Tls handshake failed (TSI_PROTOCOL_FAILURE): SSL_ERROR_SSL: certificate "
         "has expired", "tls_failed"),
        (NO_CONNECTION + "Handshake read failed (Socket closed)", "tls_failed"),
        ("DNS resolution failed for triton:8001: C-ares status is not ARES_SUCCESS",
         "name_unresolved"),
    ],
)  # fmt: skip
def test_no_connection_is_a_refusal(words: str, outcome: str) -> None:
    assert ending_of(Status(14, words)) == Refused(Outcome(outcome), words)


@pytest.mark.parametrize(
    ("code", "words", "ending"),
    [
        (13, "RST_STREAM (Received RST_STREAM with error code 2)", Cut(reset=True)),
        (14, "recvmsg:Connection reset by peer (104)", Cut(reset=True)),
        (14, "sendmsg: Broken pipe (32)", Cut(reset=True)),
        (14, "GOAWAY received; Error code: 0; Debug Text: ", Cut(reset=True)),
        (2, "Data frame with END_STREAM flag received", Cut(reset=False)),
        (14, "Socket closed", Cut(reset=False)),
        (13, "Failed parsing HTTP/2 (Incomplete header)", Cut(reset=False)),
    ],
)
def test_what_happened_to_the_connection_is_no_status(
    code: int, words: str, ending: Ending
) -> None:
    assert ending_of(Status(code, f"Stream removed ({words})")) == ending


def test_an_answer_that_is_not_grpc_keeps_its_http_status() -> None:
    words = "Received http2 header with status: 502"
    assert ending_of(Status(14, words)) == Status(14, words, http_status=502)
