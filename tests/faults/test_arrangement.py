import msgspec

from faults.arrangement import Arrangement, Held, Placed
from faults.config import Listener, Rule
from faults.plain.orders import Toxin

TOXIN = Toxin(id="b/x", kind="timeout", stream="downstream", ends_ns=5)
PLAIN = Listener(endpoint="b", dialect={}, upstream="127.0.0.1:1")
READING = Listener(endpoint="a", dialect={"openai-chat": {}}, upstream="http://127.0.0.1:1")
RULE = Rule(id="r", endpoints=("a",), inject={"http_error": {}}, start_s=0, end_s=0)


def test_it_survives_the_socket() -> None:
    whole = Arrangement(
        kills=2,
        proxies=(Placed(listener=READING), Placed(listener=PLAIN, toxins=(TOXIN,))),
        rules=(Held(rule=RULE, ends_ns=7),),
    )
    assert msgspec.json.decode(msgspec.json.encode(whole), type=Arrangement) == whole


def test_a_listener_without_a_dialect_is_plain() -> None:
    assert Placed(listener=PLAIN).is_plain
    assert not Placed(listener=READING).is_plain
