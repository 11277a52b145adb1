from telemetry.collecting.refusal import RefusedError, malformed, too_large


def test_http_and_grpc_say_the_same() -> None:
    refusals = [malformed("x"), too_large("x"), RefusedError(429, "x", 1.0), RefusedError(415, "x")]
    assert [(one.status, one.grpc_code) for one in refusals] == [
        (400, 3),
        (413, 8),
        (429, 8),
        (415, 3),
    ]
