"""An attempt over gRPC, asked by the same client as the others, on a virtual clock."""

import pytest

from loadgen.asking import Asking
from loadgen.plan import Planned
from providers.catalog import make_dialect
from providers.dialect import Answer
from providers.grpc import Status
from providers.open_inference import read_request
from providers.words import token_text
from telemetry.clock import nanoseconds
from telemetry.outcome import Outcome
from telemetry.rows import AttemptEnded
from tests.loadgen.virtual import Spool, VirtualWire, client, whole

CALLED = make_dialect({"open-inference": {}})
ANSWER = Answer(response_id="1", created_s=0, prompt_tokens=9, output_tokens=3, include_usage=True)
PLANNED = Planned(number=3, at_s=1.0, prompt_tokens=10, output_tokens=3)


class Scene:
    """One exchange: an endpoint over gRPC first, one over HTTP behind it."""

    def __init__(self) -> None:
        self.wire = VirtualWire()
        self.spool = Spool()
        self.done: list[Asking] = []
        asked = client(self.wire, self.spool, dialects={"azure": {"open-inference": {}}})
        self.wire.now_s = 1.002
        Asking(asked, PLANNED, nanoseconds(1.0), self.done.append).begin()

    def said(self, *messages: bytes) -> None:
        for message in messages:
            self.wire.calls[-1].caller.message(message, self.wire.now_ns())

    def ended(self, status: Status) -> None:
        self.wire.calls[-1].caller.ended(self.wire.now_ns(), status)

    def attempts(self) -> list[AttemptEnded]:
        return [row for row in self.spool.rows() if isinstance(row, AttemptEnded)]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def answer() -> list[bytes]:
    tokens = [CALLED.token(ANSWER, token_text(1, index)) for index in range(3)]
    return [*tokens, *CALLED.closing(ANSWER)]


def test_the_call_is_the_dialects_with_the_identity_in_its_metadata(scene: Scene) -> None:
    (call,) = scene.wire.calls
    assert call.endpoint == "azure"
    assert call.request.target == "/inference.GRPCInferenceService/ModelStreamInfer"
    assert {"traceparent", "tracestate"} <= dict(call.request.headers).keys()
    assert read_request(call.request.body).question.max_output_tokens == 3


def test_messages_and_a_status_are_an_answer(scene: Scene) -> None:
    scene.wire.calls[-1].caller.connected(scene.wire.now_ns())
    scene.said(*answer())
    scene.ended(Status(0))
    (asking,) = scene.done
    assert (asking.outcome, asking.served_by, asking.tokens) == (Outcome.OK, "azure", 3)
    assert scene.wire.calls[0].let_go == ["released"]
    assert scene.attempts()[0].rpc_status == "OK"


def test_a_status_sends_it_to_the_other_endpoint_whatever_that_speaks(scene: Scene) -> None:
    scene.ended(Status(14, "no capacity"))
    assert [line.endpoint for line in scene.wire.lines] == ["vertex"]
    scene.wire.connected()
    scene.wire.received(whole())
    refused, served = scene.attempts()
    assert (refused.outcome, refused.rpc_status) == (Outcome.SERVER_ERROR, "UNAVAILABLE")
    assert (served.outcome, served.status, served.rpc_status) == (Outcome.OK, 200, None)


def test_silence_is_called_off(scene: Scene) -> None:
    scene.wire.calls[-1].caller.connected(scene.wire.now_ns())
    scene.wire.advance(4.0)
    assert scene.wire.calls[0].let_go == ["closed"]
    assert scene.attempts()[0].outcome is Outcome.FIRST_TOKEN_TIMEOUT
    assert [line.endpoint for line in scene.wire.lines] == ["vertex"]


def test_a_stream_cut_behind_a_token_is_the_end_of_it(scene: Scene) -> None:
    scene.said(answer()[0])
    scene.wire.calls[-1].caller.closed(scene.wire.now_ns(), reset=True)
    (asking,) = scene.done
    assert (asking.outcome, scene.wire.lines) == (Outcome.RESET_MID_STREAM, [])


def test_no_connection_is_told_in_grpcs_words(scene: Scene) -> None:
    caller = scene.wire.calls[-1].caller
    caller.refused(scene.wire.now_ns(), Outcome.CONNECT_REFUSED, "Connection refused")
    (row,) = scene.attempts()
    assert (row.outcome, row.error, row.status) == (
        Outcome.CONNECT_REFUSED,
        "Connection refused",
        None,
    )
