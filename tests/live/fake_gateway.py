"""A gateway in sixty lines: OpenAI chat in, Azure first, Vertex when that fails.

It traces itself where it is told to whom: a span per question, below the client's.

`python fake_gateway.py PORT [--chatty] [--die-after N] [--never-ready] [--forgetful]`
"""

import json
import os
import secrets
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWERED = {"count": 0}
AZURE = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"
VERTEX = (
    "/v1/projects/crosswind/locations/us-central1/publishers/google/models/"
    "gemini-2.5-flash:generateContent"
)


class Traced(threading.local):
    parent = ""


TRACED = Traced()


def send_span(theirs: str, start_ns: int) -> None:
    """Send what this question was, in OTLP's JSON."""
    _, trace, parent, _ = theirs.split("-")
    span: dict[str, object] = {
        "traceId": trace,
        "spanId": TRACED.parent.split("-")[2],
        "parentSpanId": parent,
        "name": "route",
        "kind": 2,
        "startTimeUnixNano": str(start_ns),
        "endTimeUnixNano": str(time.time_ns()),
    }
    service = {"key": "service.name", "value": {"stringValue": "fake-gateway"}}
    of_scope: dict[str, object] = {"scope": {"name": "fake"}, "spans": [span]}
    whole = {"resource": {"attributes": [service]}, "scopeSpans": [of_scope]}
    url = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces"
    TRACED.parent = ""
    try:
        ask(url, {"resourceSpans": [whole]}, {})
    except OSError as error:
        say(f"span not taken: {error}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def ask(url: str, body: dict[str, object], headers: dict[str, str]) -> dict[str, object]:
    data = json.dumps(body).encode()
    headers = headers | ({"traceparent": TRACED.parent} if TRACED.parent else {})
    asked = urllib.request.Request(  # noqa: S310 - loopback
        url, data, {"Content-Type": "application/json", **headers}
    )
    with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310 - as above
        found: dict[str, object] = json.loads(answer.read())
        return found


def from_azure(question: dict[str, object]) -> dict[str, object]:
    body = {key: question[key] for key in ("messages", "max_tokens")}
    return ask(os.environ["CROSSWIND_AZURE_URL"] + AZURE, body, {"api-key": "k"})


def from_vertex(question: dict[str, object]) -> dict[str, object]:
    text = question["messages"][-1]["content"]  # type: ignore[index]  # what our own client sends
    body: dict[str, object] = {
        "contents": [{"role": "user", "parts": [{"text": text}]}],
        "generationConfig": {"maxOutputTokens": question["max_tokens"]},
    }
    said = ask(os.environ["CROSSWIND_VERTEX_URL"] + VERTEX, body, {"Authorization": "Bearer k"})
    candidate = said["candidates"][0]  # type: ignore[index]  # the stand-in's
    usage = said["usageMetadata"]
    return {
        "model": "gemini",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": candidate["content"]["parts"][0]["text"],
                },
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": usage["promptTokenCount"],  # type: ignore[index]  # as above
            "completion_tokens": usage["candidatesTokenCount"],  # type: ignore[index]  # as above
        },
    }


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(503 if "--never-ready" in sys.argv else 200, {})

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        ANSWERED["count"] += 1
        if "--die-after" in sys.argv and ANSWERED["count"] > int(sys.argv[-1]):
            say("fatal: out of memory")
            os._exit(137)
        if "--forgetful" in sys.argv:
            question["messages"] = [{"role": "user", "content": "something else"}]
        theirs, start_ns = self.headers.get("traceparent"), time.time_ns()
        traced = theirs and "OTEL_EXPORTER_OTLP_ENDPOINT" in os.environ
        if theirs and traced:
            TRACED.parent = f"{theirs[:36]}{secrets.token_hex(8)}-01"
        self.pass_on(question)
        if theirs and traced:
            send_span(theirs, start_ns)

    def pass_on(self, question: dict[str, object]) -> None:
        try:
            self.answer(200, from_azure(question))
        except OSError:
            try:
                self.answer(200, from_vertex(question))
            except urllib.error.HTTPError as error:
                self.answer(error.code, {"error": {"message": "both failed", "code": None}})

    def answer(self, status: int, body: dict[str, object]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        if "--chatty" in sys.argv:
            say("\n".join(f"{name}={value}" for name, value in os.environ.items()))
            say(f"{self.headers} {format % args}")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    say("fake gateway: starting")
    Server(("127.0.0.1", int(sys.argv[1])), Front).serve_forever()
