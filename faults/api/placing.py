"""Changes the register as the API is asked to: proxies and their toxics. Pure but for the clock."""

import math

import msgspec
from msgspec.structs import replace

from faults.api.allowed import Allowed
from faults.api.problems import ApiError
from faults.api.register import ProxyKept, Register, ToxicKept
from faults.api.translate import checked, is_known, rule_of
from faults.config import Listener, Rule
from faults.counted import counted_complaint
from faults.plain.proxy import plain_address, told_address
from faults.toxiproxy.bodies import ProxyAsked, ToxicAsked, ToxicChange, bad_body, missing
from telemetry.clock import NS_PER_S, now_ns

STREAMS = ("upstream", "downstream")


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the API grants: which upstreams, how long a fault lives, which dialect unless told.

    `taken`: ids of faults that injectors were started with.
    """

    allowed: Allowed = Allowed()
    max_ttl_s: float = 600.0
    dialect: str = "openai-chat"
    dialects: tuple[str, ...] = ()
    workers: int = 1
    taken: frozenset[str] = frozenset()

    def check(self, rule: Rule) -> None:
        """Raise ApiError for a rule that the processes, if there are several, cannot share."""
        if self.workers > 1 and (complaint := counted_complaint(rule)):
            raise bad_body(complaint)

    def end_ns(self, ttl_s: float | None = None) -> int:
        """Return when a fault that is made now ends; raises ApiError for too long a life."""
        wanted = self.max_ttl_s if ttl_s is None else ttl_s
        if not 0 < wanted <= self.max_ttl_s:
            raise bad_body(
                f"ttl_s: a fault lives for up to {self.max_ttl_s:g} s here, not {wanted:g}"
            )
        return now_ns() + int(wanted * NS_PER_S)


def find(register: Register, name: str) -> ProxyKept:
    """Return a proxy; raises ApiError when there is none."""
    if name not in register.proxies:
        raise ApiError(404, "proxy not found")
    return register.proxies[name]


def find_toxic(proxy: ProxyKept, name: str) -> ToxicKept:
    """Return a toxic; raises ApiError when there is none."""
    if name not in proxy.toxics:
        raise ApiError(404, "toxic not found")
    return proxy.toxics[name]


def add_proxy(register: Register, asked: ProxyAsked, terms: Terms, place: str = "") -> ProxyKept:
    """Place a new proxy; raises ApiError."""
    if not asked.name:
        raise missing(f"name{place}")
    if not asked.upstream:
        raise missing(f"upstream{place}")
    if asked.name in register.proxies:
        raise ApiError(409, "proxy already exists")
    listener = _listener(asked.name, asked.listen or "", asked.upstream, asked.dialect, terms)
    until = terms.end_ns() if asked.enabled is False else 0
    proxy = ProxyKept(listener=listener, disabled_until_ns=until)
    register.proxies[asked.name] = proxy
    return proxy


def add_or_keep(register: Register, asked: ProxyAsked, terms: Terms) -> ProxyKept:
    """Place a proxy, or keep the one that is the same already (as `populate` does)."""
    known = register.proxies.get(asked.name)
    if known is None:
        return add_proxy(register, asked, terms)
    upstream = asked.upstream or ""
    wanted = _listener(asked.name, asked.listen or "", upstream, asked.dialect, terms)
    if known.listener == wanted:
        known.disabled_until_ns = terms.end_ns() if asked.enabled is False else 0
        return known
    remove_proxy(register, asked.name)
    return add_proxy(register, asked, terms)


def change_proxy(register: Register, name: str, asked: ProxyAsked, terms: Terms) -> ProxyKept:
    """Change where a proxy listens or leads, or whether it does; raises ApiError."""
    proxy = find(register, name)
    before = proxy.listener
    listen = asked.listen or told_address(before.host, before.port)
    dialect = next(iter(before.dialect), None)
    if (listen, asked.upstream or before.upstream) != (
        told_address(before.host, before.port),
        before.upstream,
    ):
        _refuse_fixed(proxy)
        wanted = _listener(name, listen, asked.upstream or before.upstream, dialect, terms)
        if proxy.is_plain and wanted.dialect:
            raise bad_body("upstream: a proxy that relays bytes does not begin to read HTTP")
        proxy.listener = replace(
            before, host=wanted.host, port=wanted.port, upstream=wanted.upstream
        )
    if asked.enabled is not None and asked.enabled != proxy.enabled:
        proxy.disabled_until_ns = 0 if asked.enabled else terms.end_ns()
    return proxy


def remove_proxy(register: Register, name: str) -> None:
    """Remove a proxy with its toxics; raises ApiError."""
    _refuse_fixed(find(register, name))
    del register.proxies[name]


def add_toxic(proxy: ProxyKept, asked: ToxicAsked, register: Register, terms: Terms) -> ToxicKept:
    """Make a toxic; raises ApiError."""
    if asked.stream not in STREAMS:
        raise ApiError(400, "stream was invalid, can be either upstream or downstream")
    if not is_known(asked.type):
        raise ApiError(400, "invalid toxic type")
    name = asked.name or f"{asked.type}_{asked.stream}"
    if name in proxy.toxics:
        raise ApiError(409, "toxic already exists")
    if asked.lease and asked.lease not in register.leases:
        raise ApiError(404, f"there is no lease {asked.lease}")
    made = ToxicKept(
        name=name,
        kind=asked.type,
        stream="upstream" if asked.stream == "upstream" else "downstream",
        toxicity=_share(asked.toxicity),
        attributes=_attributes(proxy, asked.type, asked.attributes or {}),
        ends_ns=terms.end_ns(asked.ttl_s),
        lease=asked.lease,
    )
    if not proxy.is_plain:
        terms.check(rule_of(proxy.name, name, made.kind, made.attributes, made.toxicity))
    proxy.toxics[name] = made
    return made


def change_toxic(proxy: ProxyKept, name: str, asked: ToxicChange) -> ToxicKept:
    """Change a toxic's attributes, those that are said, and its share; raises ApiError."""
    one = find_toxic(proxy, name)
    merged = {**one.attributes, **(asked.attributes or {})}
    one.attributes = _attributes(proxy, one.kind, merged)
    if asked.toxicity is not None:
        one.toxicity = _share(asked.toxicity)
    return one


def _attributes(proxy: ProxyKept, kind: str, said: dict[str, object]) -> dict[str, object]:
    try:
        return checked(kind, said, plain=proxy.is_plain)
    except (ValueError, KeyError) as error:
        raise bad_body(f"attributes: {error}") from error


def _share(toxicity: float) -> float:
    if not (math.isfinite(toxicity) and 0 <= toxicity <= 1):
        raise bad_body(f"toxicity has to be between 0 and 1, not {toxicity:g}")
    return toxicity


def _listener(name: str, listen: str, upstream: str, dialect: str | None, terms: Terms) -> Listener:
    terms.allowed.check_upstream(upstream)
    reads = upstream.startswith(("http://", "https://"))
    if dialect is None and reads:
        dialect = terms.dialect
    if dialect is not None and dialect not in terms.dialects:
        raise bad_body(f"dialect: there are {', '.join(terms.dialects)}, not {dialect}")
    if dialect is not None and not reads:
        upstream = f"http://{upstream}"
    host, port = _listen_address(listen)
    terms.allowed.check_listen(host)
    return Listener(
        endpoint=name,
        dialect={} if dialect is None else {dialect: {}},
        upstream=upstream,
        host=host,
        port=port,
    )


def _listen_address(listen: str) -> tuple[str, int]:
    """Read `host:port`; every host is loopback's, no address any free port of it."""
    try:
        host, port = plain_address(f"{HERE}{listen}" if listen.startswith(":") else listen or ANY)
    except ValueError as error:
        raise bad_body(f"listen: {error}") from error
    return (HERE if host in EVERYWHERE else host), port


HERE = "127.0.0.1"
ANY = f"{HERE}:0"
EVERYWHERE = frozenset({"0.0.0.0", "::", "localhost"})
"""What clients say who do not care: for a proxy that makes faults it is this machine alone."""


def _refuse_fixed(proxy: ProxyKept) -> None:
    if proxy.fixed:
        raise ApiError(
            403, f"{proxy.name} stands in the experiment that is served: change it there"
        )
