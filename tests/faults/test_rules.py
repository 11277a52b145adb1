import math

import msgspec
import pytest

from faults.config import Rule
from faults.dice import draw
from faults.library.http_error import HttpError
from faults.listener.connect_refused import ConnectRefused
from faults.rules import ArmedRule, RuleBook, may_touch, needs_body
from faults.traits import Traits
from telemetry.identity import CANARY_FIRST_NUMBER, Parent, attempt_span_id, trace_id

TAG = "0badcafe"
OTHER_TAG = "deadbeef"


def rule(rule_id: str = "outage", **changes: object) -> Rule:
    told = {
        "id": rule_id,
        "endpoints": ["azure"],
        "inject": {"http_error": {}},
        "start_s": 10,
        "end_s": 20,
        **changes,
    }
    return msgspec.convert(told, Rule)


def book(*rules: Rule, seed: int = 1, bystanders: bool = False) -> RuleBook:
    return RuleBook(rules, seed=seed, run_tag=TAG, bystanders=bystanders)


def parent(exchange: int, tag: str = TAG) -> Parent:
    trace = trace_id(tag, exchange)
    return Parent(trace, attempt_span_id(trace, 0))


def ids(armed: tuple[ArmedRule, ...]) -> list[str]:
    return [one.rule.id for one in armed]


def touched(
    one: RuleBook, exchange: Parent | None, attempt_key: int | None = 0, content_key: str = ""
) -> list[str]:
    """Decide at second 15, in the middle of the usual window."""
    armed = one.armed("azure", 15)
    return ids(one.decide(armed, exchange, attempt_key, content_key, 15))


def test_a_rule_is_armed_at_its_endpoints_within_its_window() -> None:
    one = book(rule(endpoints=["azure", "vertex"]))
    assert one.armed("azure", 9.9) == ()
    assert ids(one.armed("azure", 10)) == ids(one.armed("vertex", 10)) == ["outage"]
    assert one.armed("elsewhere", 10) == ()
    assert one.armed("azure", 20) == ()


def test_an_armed_rule_brings_its_fault() -> None:
    one = book(rule(inject={"http_error": {"status": 500}}))
    assert one.armed("azure", 10)[0].fault == HttpError(status=500)


def test_candidates_come_in_list_order() -> None:
    one = book(rule("b", start_s=12), rule("a"), rule("c", endpoints=["vertex"]))
    assert ids(one.armed("azure", 15)) == ["b", "a"]


def test_the_same_tuple_is_returned_until_something_changes() -> None:
    one = book(rule("a"), rule("b", start_s=15))
    first = one.armed("azure", 10)
    assert one.armed("azure", 14.9) is first
    assert one.next_change_s(10) == 15
    assert ids(one.armed("azure", 15)) == ["a", "b"]


def test_time_may_be_asked_about_in_any_order() -> None:
    one = book(rule())
    assert one.armed("azure", 30) == ()
    assert ids(one.armed("azure", 15)) == ["outage"]
    assert one.armed("azure", 0) == ()


def test_listener_faults_are_kept_apart() -> None:
    one = book(rule("refuse", inject={"connect_refused": {}}), rule("error"))
    assert ids(one.armed("azure", 15)) == ["error"]
    (armed,) = one.listener_armed("azure", 15)
    assert armed.fault == ConnectRefused()
    assert one.listener_armed("azure", 20) == ()


@pytest.mark.parametrize("wrong", [{"share": 0.5}, {"ramp_s": 1}])
def test_a_listener_has_no_share_and_no_ramp(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError, match="refuse"):
        book(rule("refuse", inject={"connect_refused": {}}, **wrong))


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="outage"):
        book(rule(), rule())


def test_a_rule_that_injects_nonsense_is_refused() -> None:
    with pytest.raises(KeyError):
        book(rule(inject={"http_eror": {}}))
    with pytest.raises(msgspec.ValidationError):
        book(rule(inject={"http_error": {"status": 200}}))


def test_an_endpoint_that_is_named_twice_is_faulted_once() -> None:
    assert ids(book(rule(endpoints=["azure", "azure"])).armed("azure", 15)) == ["outage"]


def test_a_full_share_touches_every_exchange_of_the_run() -> None:
    assert all(touched(book(rule()), parent(number)) for number in range(100))


def test_no_share_touches_nothing() -> None:
    assert not any(touched(book(rule(share=0)), parent(number)) for number in range(100))


@pytest.mark.parametrize("stranger", [None, parent(1, OTHER_TAG)])
def test_without_bystanders_only_the_runs_own_traffic_is_touched(stranger: Parent | None) -> None:
    assert touched(book(rule()), stranger, None, "hash#0") == []
    assert touched(book(rule(), bystanders=True), stranger, None, "hash#0") == ["outage"]


def test_a_canary_is_never_touched() -> None:
    canary = parent(CANARY_FIRST_NUMBER)
    assert touched(book(rule()), canary) == []
    assert touched(book(rule(), bystanders=True), canary) == []


def test_a_share_is_drawn_from_seed_rule_exchange_endpoint_and_attempt() -> None:
    one = book(rule(share=0.5), seed=7)
    for number in range(50):
        hit = draw(7, "outage", str(number), "azure/2") < 0.5
        assert touched(one, parent(number), 2) == (["outage"] if hit else [])


def test_each_attempt_draws_anew_and_a_sticky_fault_does_not() -> None:
    for number in range(20):
        sticky = book(rule(share=0.5, draw="exchange"))
        assert len({tuple(touched(sticky, parent(number), key)) for key in range(10)}) == 1
    anew = book(rule(share=0.5))
    assert len({tuple(touched(anew, parent(0), key)) for key in range(10)}) == 2


def test_two_endpoints_of_one_rule_do_not_fall_together() -> None:
    one = book(rule(share=0.5, endpoints=["azure", "vertex"]))
    decisions = {
        endpoint: [
            bool(one.decide(one.armed(endpoint, 15), parent(number), 0, "", 15))
            for number in range(50)
        ]
        for endpoint in ("azure", "vertex")
    }
    assert decisions["azure"] != decisions["vertex"]


def test_a_sticky_fault_hits_an_exchange_at_all_its_endpoints() -> None:
    one = book(rule(share=0.5, draw="exchange", endpoints=["azure", "vertex"]))
    for number in range(20):
        hits = {
            bool(one.decide(one.armed(endpoint, 15), parent(number), 0, "", 15))
            for endpoint in ("azure", "vertex")
        }
        assert len(hits) == 1


def test_without_an_attempt_key_the_content_stands_in() -> None:
    one = book(rule(share=0.5))
    keys = [f"hash#{ordinal}" for ordinal in range(20)]
    assert len({tuple(touched(one, parent(0), None, key)) for key in keys}) == 2


def test_a_sticky_fault_knows_a_stranger_by_trace_or_else_by_content() -> None:
    one = book(rule(share=0.5, draw="exchange"), bystanders=True)
    for number in range(20):
        by_trace = {
            tuple(touched(one, parent(number, OTHER_TAG), None, f"{key}#0")) for key in range(10)
        }
        by_content = {tuple(touched(one, None, None, f"{number}#{key}")) for key in range(10)}
        assert len(by_trace) == len(by_content) == 1


def test_a_ramp_touches_more_and_more_and_never_lets_go_of_whom_it_touched() -> None:
    one = book(rule(start_s=0, end_s=100, ramp_s=100))
    armed = one.armed("azure", 0)
    hits = [
        {n for n in range(200) if one.decide(armed, parent(n), 0, "", now_s)}
        for now_s in (0, 25, 50, 75)
    ]
    assert hits[0] == set()
    assert hits[0] < hits[1] < hits[2] < hits[3]


def test_candidates_that_were_held_too_long_touch_nothing() -> None:
    one = book(rule())
    armed = one.armed("azure", 15)
    assert one.decide(armed, parent(0), 0, "", 20) == ()
    one.disarm()
    assert one.decide(armed, parent(0), 0, "", 15) == ()


def test_disarming_is_for_good_and_may_be_repeated() -> None:
    one = book(rule("refuse", inject={"connect_refused": {}}), rule("error"))
    assert one.active() == 2
    one.disarm()
    one.disarm()
    assert one.active() == 0
    assert one.armed("azure", 15) == one.listener_armed("azure", 15) == ()
    assert one.next_change_s(0) is None


def test_a_rule_whose_end_has_passed_is_active_no_more() -> None:
    one = book(rule("a"), rule("b", end_s=30), rule("c", end_s=math.inf))
    assert one.active() == 3
    one.armed("azure", 20)
    assert one.active() == 2
    one.armed("azure", 1e9)
    assert one.active() == 1


def test_a_rule_that_is_put_again_keeps_its_place_and_its_beginning() -> None:
    one = book(rule("a"), rule("b", endpoints=["azure", "vertex"]), rule("c"))
    one.put(rule("b", inject={"http_error": {"status": 500}}, start_s=12, end_s=30))
    assert ids(one.armed("azure", 15)) == ["a", "b", "c"]
    assert ids(one.armed("vertex", 15)) == []
    assert one.armed("azure", 15)[1].fault == HttpError(status=500)
    assert ids(one.armed("azure", 11)) == ["a", "b", "c"]
    assert ids(one.armed("azure", 25)) == ["b"]
    one.put(rule("d"))
    assert ids(one.armed("azure", 15)) == ["a", "b", "c", "d"]


def test_a_rule_is_taken_off_and_the_others_stay() -> None:
    one = book(rule("a"), rule("b"))
    one.take_off("a")
    one.take_off("a")
    assert ids(one.armed("azure", 15)) == ["b"]


def test_a_rule_that_is_extended_is_the_same_fault() -> None:
    one = book(rule("a"), rule("b"))
    before = one.armed("azure", 15)[0].fault
    one.extend("a", 40)
    assert ids(one.armed("azure", 30)) == ["a"]
    assert one.armed("azure", 30)[0].fault is before
    assert ids(one.armed("azure", 40)) == []


def asked(one: RuleBook, *paths: str) -> list[bool]:
    """Ask for these paths in turn, each a request of its own."""
    heads = [f"POST {path} HTTP/1.1\r\n\r\n".encode() for path in paths]
    return [
        bool(
            one.decide(
                one.armed("azure", 15), parent(n), 0, "", 15, Traits(head.lower(), head=head)
            )
        )
        for n, head in enumerate(heads)
    ]


def test_only_what_a_rule_means_is_touched() -> None:
    one = book(rule(match={"path": "/chat/*"}))
    assert asked(one, "/chat/a", "/embed/a", "/chat/b") == [True, False, True]


def test_what_is_not_meant_is_not_counted() -> None:
    one = book(rule(match={"path": "/chat/*"}, after_n=1, first_n=1))
    told = asked(one, "/embed/a", "/chat/a", "/embed/b", "/chat/b", "/chat/c")
    assert told == [False, False, False, True, False]


def test_requests_are_counted_before_the_dice_and_touches_behind_them() -> None:
    drawn = asked(book(rule(share=0.5)), *["/x"] * 40)
    assert asked(book(rule(share=0.5, first_n=10)), *["/x"] * 40) == drawn[:10] + [False] * 30
    capped = asked(book(rule(share=0.5, max_injections=3)), *["/x"] * 40)
    third = [n for n, hit in enumerate(drawn) if hit][2]
    assert capped == drawn[: third + 1] + [False] * (39 - third)


def test_each_endpoint_counts_for_itself() -> None:
    one = book(rule(endpoints=["azure", "vertex"], first_n=1))
    for endpoint in ("azure", "vertex"):
        hits = [bool(one.decide(one.armed(endpoint, 15), parent(n), 0, "", 15)) for n in range(3)]
        assert hits == [True, False, False]


def test_no_more_at_once_until_one_is_over() -> None:
    one = book(rule(max_active=1))
    (first,) = one.decide(one.armed("azure", 15), parent(0), 0, "", 15)
    assert touched(one, parent(1)) == []
    assert first.choice is not None
    first.choice.release()
    assert touched(one, parent(2)) == ["outage"]


def test_a_rule_that_is_extended_counts_on_and_one_that_is_put_again_counts_anew() -> None:
    one = book(rule(first_n=1))
    assert touched(one, parent(0)) == ["outage"]
    one.extend("outage", 40)
    assert touched(one, parent(1)) == []
    one.put(rule(first_n=1))
    assert touched(one, parent(2)) == ["outage"]


def test_who_is_none_of_ours_and_a_canary_are_not_counted() -> None:
    one = book(rule(first_n=1))
    assert touched(one, parent(0, OTHER_TAG)) == touched(one, parent(CANARY_FIRST_NUMBER)) == []
    assert touched(one, parent(0)) == ["outage"]


@pytest.mark.parametrize("wrong", [{"first_n": 3}, {"match": {"path": "/x"}}, {"max_active": 1}])
def test_a_listener_knows_no_requests(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"refuse: .*knows no requests"):
        book(rule("refuse", inject={"connect_refused": {}}, **wrong))


def test_a_match_that_cannot_be_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"outage: match.path: "):
        book(rule(match={"path": "chat"}))


def test_what_may_be_touched_is_known_by_the_head() -> None:
    head = b"POST /chat/a HTTP/1.1\r\n\r\n"
    traits = Traits(head, head=head)
    elsewhere = book(rule(match={"path": "/embed/*"})).armed("azure", 15)
    by_prompt = book(rule(match={"prompt": "x"})).armed("azure", 15)
    assert (may_touch(elsewhere, traits), may_touch(by_prompt, traits)) == (False, True)
    assert (needs_body(elsewhere, traits), needs_body(by_prompt, traits)) == (False, True)
    assert may_touch(book(rule()).armed("azure", 15), traits)


def test_what_is_to_be_sent_again_is_read_whole_before() -> None:
    again: dict[str, object] = {"dedup_replay": {}}
    everywhere = book(rule(inject=again)).armed("azure", 15)
    elsewhere = book(rule(inject=again, match={"path": "/other"})).armed("azure", 15)
    traits = Traits(b"post /v1 http/1.1\r\n\r\n", head=b"POST /v1 HTTP/1.1\r\n\r\n")
    assert (needs_body(everywhere, traits), needs_body(elsewhere, traits)) == (True, False)
