"""Triton's own client completes its calls at a stand-in over gRPC, unmodified.

`TRITONCLIENT_PYTHON`: an interpreter whose environment has `tritonclient[grpc]`; one of its own,
since that wants an older protobuf.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from providers.config import StandIn, StandInListener
from providers.words import numbers_in
from tests.live.stand_ins import FAST, StandInProcess

PYTHON = os.environ.get("TRITONCLIENT_PYTHON", "")

pytestmark = [
    pytest.mark.live,
    pytest.mark.peer,
    pytest.mark.skipif(not PYTHON, reason="needs TRITONCLIENT_PYTHON"),
]

CLIENT = """\
import json, queue, sys
import numpy as np
import tritonclient.grpc as triton

def tensor(name, value, kind):
    made = triton.InferInput(name, [1], kind)
    made.set_data_from_numpy(np.array([value], dtype=bool if kind == "BOOL" else object))
    return made

def inputs(stream):
    flags = {"stream": stream, "exclude_input_in_output": True, "return_finish_reason": True,
             "return_num_output_tokens": True}
    return [tensor("text_input", b"hello", "BYTES"),
            tensor("sampling_parameters", b'{"max_tokens": "5", "temperature": "0.1"}', "BYTES"),
            *(tensor(name, value, "BOOL") for name, value in flags.items())]

def text(result):
    return result.as_numpy("text_output")[0].decode()

def refusal(call):
    try:
        call()
    except triton.InferenceServerException as error:
        return [error.status(), error.message()]

client = triton.InferenceServerClient(sys.argv[1])
told = {
    "live": client.is_server_live(),
    "ready": [client.is_model_ready("vllm_model"), client.is_model_ready("other")],
    "server": client.get_server_metadata().name,
    "outputs": [one.name for one in client.get_model_metadata("vllm_model").outputs],
}
whole = client.infer("vllm_model", inputs(False), request_id="7")
told["whole"] = [text(whole), whole.as_numpy("finish_reason")[0].decode(),
                 int(whole.as_numpy("num_output_tokens")[0]), whole.get_response().id]
told["unknown"] = refusal(lambda: client.infer("other", inputs(False)))

came = queue.Queue()
client.start_stream(lambda result, error: came.put((result, error)))
client.async_stream_infer("vllm_model", inputs(True), request_id="8")
told["stream"] = []
final = False
while not final:
    result, error = came.get(timeout=10)
    response = result.get_response()
    final = response.parameters["triton_final_response"].bool_param
    told["stream"].append([text(result), result.as_numpy("finish_reason")[0].decode()])
client.async_stream_infer("other", inputs(True))
told["error"] = came.get(timeout=10)[1].message()
client.stop_stream()

client.start_stream(lambda result, error: came.put((result, error)),
                    headers={"triton_grpc_error": "true"})
client.async_stream_infer("other", inputs(True))
told["status"] = came.get(timeout=10)[1].status()
client.stop_stream()
told["over"] = refusal(lambda: [client.infer("vllm_model", inputs(False)) for _ in range(9)])
print(json.dumps(told))
"""
WORDS = "Request for unknown model: 'other' is not found"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what the client has to tell of its calls."""
    folder: Path = tmp_path_factory.mktemp("triton")
    settings = StandIn(latency=FAST, requests_per_minute=4)
    process = StandInProcess(
        folder, StandInListener(endpoint="t", dialect={"open-inference": {}}, stand_in=settings)
    )
    try:
        command = [PYTHON, "-c", CLIENT, f"127.0.0.1:{process.ports['t']}"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=25, check=False)
    finally:
        process.close()
    assert ended.returncode == 0, ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout)
    return said


def test_health_and_metadata_are_read(told: dict[str, Any]) -> None:
    assert (told["live"], told["ready"], told["server"]) == (True, [True, False], "crosswind")
    assert told["outputs"][0] == "text_output"


def test_a_whole_answer_is_read(told: dict[str, Any]) -> None:
    text, *rest = told["whole"]
    assert numbers_in(text) == [0, 1, 2, 3, 4]
    assert rest == ["stop", 5, "7"]


def test_a_stream_is_read_to_its_end(told: dict[str, Any]) -> None:
    assert [numbers_in(text) for text, _ in told["stream"]] == [[0], [1], [2], [3], [4], []]
    assert [reason for _, reason in told["stream"]] == ["None"] * 5 + ["stop"]


def test_refusals_are_raised(told: dict[str, Any]) -> None:
    assert told["unknown"] == ["StatusCode.NOT_FOUND", WORDS]
    assert told["error"] == WORDS
    assert told["status"] == "StatusCode.NOT_FOUND"
    assert told["over"][0] == "StatusCode.RESOURCE_EXHAUSTED"
