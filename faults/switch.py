"""What the injector does when its socket is asked."""

import os
from collections.abc import Awaitable, Callable
from typing import Final

from faults.arming import Arming
from faults.arrangement import Arrangement
from faults.arranging import Arranging
from faults.attested import CountingRecorder
from faults.config import InjectorConfig, Rule
from faults.control import Facts, Wish, is_engaged
from faults.counted import counted_complaint
from telemetry.clock import NS_PER_S, now_ns
from telemetry.recorder import Recorder
from telemetry.rows import Event

ENGAGED: Final = "the kill switch is engaged; `crosswind kill --release` lets faults be again"


class Switch:
    """Turns wishes into deeds, and says what is so afterwards."""

    def __init__(
        self,
        config: InjectorConfig,
        recorder: Recorder,
        arming: Arming,
        arranging: Arranging,
        ports: Callable[[], dict[str, int]],
    ) -> None:
        self._config = config
        self._recorder = recorder
        self._arming = arming
        self._arranging = arranging
        self._ports = ports
        self._killed = False

    def obey(self, wish: Wish) -> Facts | Awaitable[Facts]:
        """Do what is wished for; returns the facts that answer it."""
        if wish.do == "arrange":
            return self._arrange(wish.arrangement or Arrangement())
        if wish.do == "inject" and (complaint := self._inject(wish.rule)):
            return {"pid": os.getpid(), "error": complaint}
        if wish.do == "kill":
            self._kill()
        elif wish.do in {"freeze", "thaw"}:
            self._freeze(frozen=wish.do == "freeze")
        return self._facts()

    def _facts(self) -> Facts:
        toxins = self._arranging.toxins()
        counts = self._arranging.counts()
        mine = self._recorder
        asked, touched = counts["asked"], counts["touched"]
        if isinstance(mine, CountingRecorder):
            asked, touched = {**mine.asked, **asked}, {**mine.touched, **touched}
        return {
            "pid": os.getpid(),
            "killed": self._killed,
            "kills": self._arranging.kills,
            "frozen": self._arming.frozen,
            "run_folder": self._config.run_folder,
            "ports": self._ports(),
            "faults": [*map(self._fault, self._arming.armed)],
            "toxics": [
                {"id": one.id, "ends_in_s": (one.ends_ns - now_ns()) / NS_PER_S} for one in toxins
            ],
            "disabled": self._arranging.disabled(),
            "faults_left": self._arming.faults_left + len(toxins),
            "asked": asked,
            "touched": touched,
            "bytes": counts["bytes"],
        }

    def _fault(self, rule: Rule) -> Facts:
        return {
            "id": rule.id,
            "inject": rule.inject,
            "endpoints": rule.endpoints,
            "share": rule.share,
            **rule.selection,
            "ends_in_s": self._arming.seconds_to(rule.end_s),
        }

    async def _arrange(self, wanted: Arrangement) -> Facts:
        faulty = wanted.rules or any(one.toxins or one.disabled_until_ns for one in wanted.proxies)
        if not self._config.begin_at_once:
            return {"pid": os.getpid(), "error": "a run is under way: it is arranged as it is"}
        if faulty and is_engaged():
            return {"pid": os.getpid(), "error": ENGAGED}
        if faulty:
            self._killed = False
        shared = self._config.shared_ports
        return {"pid": os.getpid(), **await self._arranging.arrange(wanted, shared=shared)}

    def _kill(self) -> None:
        self._killed = True
        self._arming.disarm()
        self._arranging.disarm()
        self._recorder.record_now(Event(name="killed", at_ns=now_ns()))

    def _freeze(self, *, frozen: bool) -> None:
        if frozen:
            self._arming.freeze()
        else:
            self._arming.thaw()
        self._arranging.freeze(frozen=frozen)
        self._recorder.record_now(Event(name="frozen" if frozen else "thawed", at_ns=now_ns()))

    def _inject(self, rule: Rule | None) -> str:
        """Arm a rule from outside; returns why not, empty when it is armed."""
        if not self._config.begin_at_once:
            return "a run is under way: a fault from outside would spoil its verdict"
        if is_engaged():
            return ENGAGED
        if rule is None or rule.end_s > self._config.max_ttl_s:
            return f"no fault lives longer than {self._config.max_ttl_s:g} s here"
        strangers = [name for name in rule.endpoints if name not in self._ports()]
        if strangers:
            return f"it has no endpoint {strangers[0]}; there are {', '.join(self._ports())}"
        try:
            self._add(rule)
        except (KeyError, ValueError) as wrong:
            return str(wrong)
        self._killed = False
        self._recorder.record_now(Event(name="injected", at_ns=now_ns(), subject=rule.id))
        return ""

    def _add(self, rule: Rule) -> None:
        if self._config.shared_ports and (complaint := counted_complaint(rule)):
            raise ValueError(complaint)
        self._arming.add(rule)
