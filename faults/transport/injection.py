"""Which requests of a client meet a fault, by the same rules and dice as in the proxy.

    faults = Injection("azure-openai", [lasting({"stream_stall": {"after_tokens": 8}}, share=0.5)])
    client = openai.OpenAI(http_client=httpx2.Client(transport=FaultTransport(faults)))

Every request of the client may be touched. Faults end by themselves, after ten minutes unless told
otherwise, and at once by `disarm`.
"""

import hashlib
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from random import Random

import msgspec

from faults.catalog import fault_classes, faults_over, listener_fault_classes, own_name
from faults.circumstances import Circumstances
from faults.config import Rule
from faults.fault import ClientFault, Fault, ListenerFault
from faults.heads import attempt_key_in, parent_in, url_in
from faults.layers import Layer, compose
from faults.rules import ArmedRule, RuleBook, may_touch
from faults.selection.complaints import match_of
from faults.selection.counts import Counts
from faults.steps import Script
from faults.traits import Traits
from providers.catalog import make_dialect

USUAL_S = 600.0
"""How long a fault lasts that nobody gave an end."""

ANYWHERE = "client"
"""The one endpoint that the rules of a client are about."""


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """A fault changed what a client got; `at_s` on the injection's own clock, from its start."""

    fault: str
    action: str
    at_s: float
    trace_id: str = ""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What decides whether a request is touched: `target` with its query, headers as sent.

    `scheme`: of its URL.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    scheme: str = "http"


def lasting(  # noqa: PLR0913 - what a rule says, each by name
    inject: Mapping[str, Mapping[str, object]],
    *,
    name: str = "",
    share: float = 1.0,
    start_s: float = 0.0,
    for_s: float = USUAL_S,
    ramp_s: float = 0.0,
    match: Mapping[str, object] | None = None,
    **counts: int,
) -> Rule:
    """Return a rule that injects a fault, `{kind: parameters}`, for so many seconds.

    `match` and `counts` (`first_n=3`) choose among requests, as in an experiment; ValueError where
    they cannot.
    """
    told = {kind: dict(parameters) for kind, parameters in inject.items()}
    return Rule(
        id=name or "-".join(inject),
        endpoints=(ANYWHERE,),
        inject=told,
        start_s=start_s,
        end_s=start_s + for_s,
        share=share,
        ramp_s=ramp_s,
        match=None if match is None else match_of(match),
        **msgspec.to_builtins(msgspec.convert(counts, _Counted)),
    )


class _Counted(Counts, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The counts that a rule of a client may have."""


class Injection:
    """The faults of one client; safe to be asked from several threads."""

    def __init__(
        self,
        dialect: str | Mapping[str, Mapping[str, object]],
        rules: Iterable[Rule],
        *,
        seed: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`dialect`: whose wire format the client reads, by name or `{name: parameters}`.

        Raises KeyError for a fault or a dialect that does not exist, `msgspec.ValidationError`
        where one cannot be done as told.
        """
        named = {dialect: {}} if isinstance(dialect, str) else dialect
        self.dialect = make_dialect({name: dict(given) for name, given in named.items()})
        self.touched: list[Touched] = []
        self.off = threading.Event()
        told = [msgspec.structs.replace(rule, endpoints=(ANYWHERE,)) for rule in rules]
        _refuse_other_protocols(told)
        _refuse_connections(told)
        self._book = RuleBook(told, seed=seed, run_tag="", bystanders=True, in_client=True)
        self._clock, self._start_s = clock, clock()
        self._contents: Counter[str] = Counter()
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def now_s(self) -> float:
        """Return the seconds since the injection was made: what the rules count in."""
        return self._clock() - self._start_s

    def disarm(self) -> None:
        """Take every fault away, for good: what is held goes on."""
        self.off.set()
        with self._lock:
            self._book.disarm()

    def choose(self, request: Request) -> tuple[ArmedRule, ...]:
        """Return the rules that touch a request, those of the connection first."""
        with self._lock:
            now_s = self.now_s()
            refusing = self._book.listener_armed(ANYWHERE, now_s)
            armed = self._book.armed(ANYWHERE, now_s)
            if not (refusing or armed):
                return ()
            low = _head(request).lower()
            traits = Traits(low, head=_head(request), body=lambda: request.body)
            if not (refusing or may_touch(armed, traits)):
                return ()
            key = self._content_key(request)
            chosen = self._book.decide(
                armed, parent_in(low), attempt_key_in(low), key, now_s, traits
            )
            return (*refusing, *chosen)

    def script(self, chosen: tuple[ArmedRule, ...], request: Request) -> Script:
        """Return what the client gets instead; whoever plays it is attested in `touched`."""
        faults = [(one.rule.id, one.fault) for one in chosen if isinstance(one.fault, Fault)]
        dice, head = self._dice_of(request), _head(request)
        url = url_in(head, head.lower(), request.scheme)
        layers = [
            Layer(
                rule_id,
                fault.script_in(Circumstances(dice(rule_id), url=url), self.dialect),
                bool(fault.untouched),
            )
            for rule_id, fault in faults
        ]
        return compose(layers, lambda rule_id, action: self.witness(rule_id, action, request))

    def witness(self, rule_id: str, action: str, request: Request) -> None:
        """Keep that a fault has changed what the client got."""
        parent = parent_in(_head(request).lower())
        trace_id = "" if parent is None else parent.trace_id
        self.touched.append(
            Touched(fault=rule_id, action=action, at_s=self.now_s(), trace_id=trace_id)
        )

    def _dice_of(self, request: Request) -> Callable[[str], Random]:
        """Return what throws a rule's dice for a request, as the proxy does for a stranger's."""
        low = _head(request).lower()
        parent, attempt = parent_in(low), attempt_key_in(low)
        number = next(self._numbers)
        exchange = "" if parent is None else parent.trace_id
        key = str(number if parent is None or attempt is None else attempt)
        return lambda rule_id: self._book.dice(rule_id, exchange, key)

    def _content_key(self, request: Request) -> str:
        content = b"%b\n%b" % (f"{request.method} {request.target}".encode(), request.body)
        digest = hashlib.blake2b(content, digest_size=8).hexdigest()
        self._contents[digest] += 1
        return f"{digest}#{self._contents[digest]}"


def _refuse_other_protocols(rules: Iterable[Rule]) -> None:
    kinds: dict[str, type[Fault | ListenerFault]] = {}
    kinds.update(fault_classes())
    kinds.update(listener_fault_classes())
    elsewhere = fault_classes().keys() - faults_over("HTTP/1.1").keys()
    for rule in rules:
        for name in map(own_name, rule.inject):
            if name in elsewhere:
                told = "has no meaning to an HTTP/1.1 client"
                raise msgspec.ValidationError(f"{rule.id}: {name} {told}")
            if name in kinds and kinds[name].of_connection:
                told = "is a fault of connections, which only a proxy sees"
                raise msgspec.ValidationError(f"{rule.id}: {name} {told}")
            if name in fault_classes() and fault_classes()[name].resends:
                told = "sends a request again behind its client's back, which only a proxy can"
                raise msgspec.ValidationError(f"{rule.id}: {name} {told}")


def _refuse_connections(rules: Iterable[Rule]) -> None:
    for rule in rules:
        if rule.max_active is not None or (rule.match and rule.match.new_connections):
            asked = "new_connections" if rule.max_active is None else "max_active"
            raise msgspec.ValidationError(
                f"{rule.id}: {asked} needs a proxy: a client's transport sees no connections, and "
                "no answer's end"
            )


def refusing(chosen: tuple[ArmedRule, ...]) -> ArmedRule | None:
    """Return the rule by which no connection comes about, None where one does."""
    return next((one for one in chosen if isinstance(one.fault, ListenerFault)), None)


def within(chosen: tuple[ArmedRule, ...]) -> tuple[str, ClientFault] | None:
    """Return the first fault that the client meets within itself, with its rule's id."""
    for one in chosen:
        if isinstance(one.fault, ClientFault):
            return one.rule.id, one.fault
    return None


def needs_events(chosen: tuple[ArmedRule, ...]) -> bool:
    """Tell whether the answer must come without a content coding, for its events to be seen."""
    return any(isinstance(one.fault, Fault) and one.fault.needs_events for one in chosen)


def end_s(chosen: tuple[ArmedRule, ...]) -> float:
    """Return when the last of the rules is over: nobody is held beyond."""
    return max(one.rule.end_s for one in chosen)


def _head(request: Request) -> bytes:
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
