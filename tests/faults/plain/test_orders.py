import msgspec
import pytest

from faults.plain.orders import Toxin


def test_a_share_lies_between_0_and_1() -> None:
    whole = {"id": "a/x", "kind": "latency", "stream": "upstream", "ends_ns": 1}
    assert msgspec.convert(whole, Toxin).toxicity == 1
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**whole, "toxicity": 1.5}, Toxin)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**whole, "stream": "sideways"}, Toxin)
