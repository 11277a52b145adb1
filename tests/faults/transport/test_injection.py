import msgspec
import pytest

from faults.steps import Event, Head
from faults.transport.injection import (
    Injection,
    Request,
    end_s,
    lasting,
    needs_events,
    refusing,
)
from telemetry.identity import attempt_span_id, trace_id, traceparent

ERROR: dict[str, dict[str, object]] = {"http_error": {"status": 503}}
CUT: dict[str, dict[str, object]] = {"slicer": {"average_size": 8, "size_variation": 7}}
TRACE = trace_id("0badcafe", 7)


def question(number: int = 0, *headers: tuple[str, str]) -> Request:
    return Request(method="POST", target="/chat", headers=headers, body=b"%d" % number)


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_share_is_drawn_for_each_request_and_again_the_same() -> None:
    def chosen() -> list[bool]:
        faults = Injection("azure-openai", [lasting(ERROR, share=0.3)], seed=5)
        return [bool(faults.choose(question(number))) for number in range(400)]

    assert chosen() == chosen()
    assert 80 < sum(chosen()) < 160


def test_the_same_question_asked_again_draws_anew() -> None:
    faults = Injection("azure-openai", [lasting(ERROR, share=0.5)], seed=5)
    assert {bool(faults.choose(question())) for _ in range(30)} == {True, False}


def test_a_fault_has_a_start_and_an_end() -> None:
    clock = Clock()
    rule = lasting(ERROR, start_s=2.0, for_s=3.0)
    faults = Injection("azure-openai", [rule], clock=clock)
    seen = []
    for clock.now_s in (100.0, 102.0, 104.9, 105.0):
        seen.append(bool(faults.choose(question())))
    assert seen == [False, True, True, False]
    assert end_s(Injection("azure-openai", [lasting(ERROR)]).choose(question())) == 600.0


def test_nothing_is_touched_after_disarm() -> None:
    faults = Injection("azure-openai", [lasting(ERROR)])
    faults.disarm()
    assert faults.choose(question()) == ()
    assert faults.off.is_set()


def test_what_a_fault_did_is_kept_with_the_trace_that_it_did_it_to() -> None:
    faults = Injection("azure-openai", [lasting(ERROR, name="outage")])
    parent = traceparent(TRACE, attempt_span_id(TRACE, 0))
    asked = question(0, ("traceparent", parent))
    next(faults.script(faults.choose(asked), asked))
    (touched,) = faults.touched
    assert (touched.fault, touched.action, touched.trace_id) == ("outage", "answered", TRACE)


def test_a_connection_is_refused_before_anything_is_asked() -> None:
    rules = [lasting(ERROR), lasting({"connect_refused": {}}, name="down")]
    chosen = Injection("azure-openai", rules).choose(question())
    one = refusing(chosen)
    assert one is not None
    assert one.rule.id == "down"
    assert refusing(chosen[1:]) is None


def test_only_faults_of_events_need_a_body_in_the_clear() -> None:
    stall: dict[str, dict[str, object]] = {"stream_stall": {"after_tokens": 2}}
    assert needs_events(Injection("azure-openai", [lasting(stall)]).choose(question()))
    assert not needs_events(Injection("azure-openai", [lasting(ERROR)]).choose(question()))


def test_a_fault_that_counts_requests_counts_those_of_the_client() -> None:
    quota: dict[str, dict[str, object]] = {"quota_exhausted": {"requests": 2}}
    faults = Injection("azure-openai", [lasting(quota)])
    assert [bool(faults.choose(question(number))) for number in range(4)] == [
        False,
        False,
        True,
        True,
    ]


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError, match="htp_error"):
        Injection("azure-openai", [lasting({"htp_error": {}})])
    with pytest.raises(KeyError, match="azure"):
        Injection("azure", [])
    with pytest.raises(msgspec.ValidationError, match="share"):
        Injection("azure-openai", [lasting({"connect_refused": {}}, share=0.5)])


def test_a_fault_of_another_protocol_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="grpc_status has no meaning"):
        Injection("openai-chat", [lasting({"grpc_status": {}})])


def test_a_client_chooses_among_its_requests_as_a_proxy_does() -> None:
    rule = lasting(ERROR, match={"path": "/chat*", "prompt": "canary"}, first_n=1)
    faults = Injection("azure-openai", [rule])
    asked = [
        Request(method="POST", target=target, body=body)
        for target, body in [
            ("/embed", b"canary"),
            ("/chat", b"none"),
            ("/chat", b"a canary"),
            ("/chat", b"a canary"),
        ]
    ]
    assert [bool(faults.choose(one)) for one in asked] == [False, False, True, False]


def test_what_a_client_cannot_see_is_refused() -> None:
    for rule in (lasting(ERROR, max_active=1), lasting(ERROR, match={"new_connections": True})):
        with pytest.raises(msgspec.ValidationError, match="needs a proxy"):
            Injection("azure-openai", [rule])
    with pytest.raises(ValueError, match="did you mean path"):
        lasting(ERROR, match={"pat": "/x"})
    with pytest.raises(msgspec.ValidationError, match="frst_n"):
        lasting(ERROR, frst_n=1)


def test_a_connections_past_is_nothing_that_a_client_sees() -> None:
    with pytest.raises(msgspec.ValidationError, match="only a proxy sees"):
        Injection("azure-openai", [lasting({"stale_keepalive": {}})])


def test_a_request_is_not_sent_again_behind_its_clients_back() -> None:
    with pytest.raises(msgspec.ValidationError, match="which only a proxy can"):
        Injection("azure-openai", [lasting({"dedup_replay": {}})])


def test_a_fault_shapes_each_request_by_dice_of_its_own() -> None:
    def pieces(seed: int, number: int) -> list[int]:
        faults = Injection("azure-openai", [lasting(CUT)], seed=seed)
        asked = question(0, ("traceparent", traceparent(trace_id("0badcafe", number), "ab" * 8)))
        script = faults.script(faults.choose(asked), asked)
        next(script)
        told = [script.send(Event(data=b"x" * 500)), *(next(script) for _ in range(9))]
        return [len(step.data) for step in told if isinstance(step, Event)]

    assert pieces(1, 1) == pieces(1, 1)
    assert len({tuple(pieces(seed, number)) for seed in (1, 2) for number in (1, 2)}) == 4


def test_a_fault_that_leads_back_to_the_client_knows_where_it_asked() -> None:
    rule = lasting({"redirect_loop": {"location": "absolute"}})
    faults = Injection("azure-openai", [rule])
    asked = Request(
        method="POST", target="/chat?a=1", headers=(("Host", "up.test"),), scheme="https"
    )
    head = next(faults.script(faults.choose(asked), asked))
    assert isinstance(head, Head)
    assert dict(head.headers)["Location"] == "https://up.test/chat?a=1"
