"""What all attempts together may cost: counted, reserved and settled before the provider is asked.

Pure: time is an argument. One limiter for all listeners of an injector, since every attempt of
every layer passes one of them.
"""

from collections import deque
from collections.abc import Mapping

from faults.config import Limits, Price
from telemetry.clock import NS_PER_S

_PER_MILLION = 1e-6


class Limiter:
    """Admits attempts while no limit is reached.

    `spent` is settled, `reserved` is what attempts under way may still cost; both in the currency
    of the prices. `reached` names the first limit that refused an attempt, empty until then.
    """

    def __init__(self, limits: Limits, prices: Mapping[str, Price]) -> None:
        self._limits = limits
        self._prices = prices
        self._admitted_ns: deque[int] = deque()
        self.requests = 0
        self.spent = 0.0
        self.reserved = 0.0
        self.reached = ""

    def admit(
        self, endpoint: str, prompt_tokens: int, output_tokens: int | None, now_ns: int
    ) -> "Admission":
        """Reserve what an attempt may cost at the most, or say which limit refuses it."""
        cost = self._cost(endpoint, prompt_tokens, self._at_most(output_tokens))
        refused_by = self._refusal(cost, now_ns)
        if refused_by:
            self.reached = self.reached or refused_by
            return Admission(refused_by=refused_by, reserved=0.0)
        self.requests += 1
        self._admitted_ns.append(now_ns)
        self.reserved += cost
        return Admission(refused_by="", reserved=cost)

    def settle(
        self, admission: "Admission", endpoint: str, usage: tuple[int, int] | None, *, asked: bool
    ) -> None:
        """Turn a reservation into what was spent: by usage, else all of it if anybody was asked."""
        self.reserved = max(0.0, self.reserved - admission.reserved)
        if usage is not None:
            self.spent += self._cost(endpoint, *usage)
        elif asked:
            self.spent += admission.reserved

    def says(self) -> str:
        """Say which limit was reached, for a person."""
        limits = self._limits
        said = {
            "max_requests": f"max_requests {limits.max_requests} reached",
            "max_attempts_per_s": (
                f"max_attempts_per_s {limits.max_attempts_per_s} reached: "
                f"{len(self._admitted_ns)} attempts within a second"
            ),
            "max_spend": (
                f"max_spend {limits.max_spend} reached: {self.spent:.6g} spent, "
                f"{self.reserved:.6g} reserved by attempts under way"
            ),
        }
        return said.get(self.reached, "")

    def _at_most(self, output_tokens: int | None) -> int:
        return self._limits.assumed_output_tokens if output_tokens is None else output_tokens

    def _cost(self, endpoint: str, prompt_tokens: int, output_tokens: int) -> float:
        price = self._prices.get(endpoint, Price())
        prompt = prompt_tokens * price.prompt_per_million
        return (prompt + max(0, output_tokens) * price.output_per_million) * _PER_MILLION

    def _refusal(self, cost: float, now_ns: int) -> str:
        limits = self._limits
        if limits.max_requests is not None and self.requests >= limits.max_requests:
            return "max_requests"
        if limits.max_attempts_per_s is not None and self._too_fast(
            limits.max_attempts_per_s, now_ns
        ):
            return "max_attempts_per_s"
        if limits.max_spend is not None and self.spent + self.reserved + cost > limits.max_spend:
            return "max_spend"
        return ""

    def _too_fast(self, most: float, now_ns: int) -> bool:
        while self._admitted_ns and self._admitted_ns[0] <= now_ns - NS_PER_S:
            self._admitted_ns.popleft()
        return len(self._admitted_ns) + 1 > most


class Admission:
    """What the limiter said of one attempt, and what it holds for it."""

    __slots__ = ("refused_by", "reserved")

    def __init__(self, *, refused_by: str, reserved: float) -> None:
        self.refused_by = refused_by
        self.reserved = reserved
