"""A file of proxies for `crosswind serve`: where each listens, what is behind it and its dialect.

Its `faults:` are an experiment's. Toxiproxy's own configuration, a JSON list, is read too.
"""

from pathlib import Path as FilePath

import msgspec

from experiments.model import Fault, Phases
from experiments.reading.addresses import listen_complaint
from experiments.reading.composed import written_out
from experiments.reading.document import Document, parse_document
from experiments.reading.fit import fit_struct
from experiments.reading.fit_scalar import UNFIT
from experiments.reading.names import repeated
from experiments.reading.placed import placed
from experiments.reading.problems import Complaints, ExperimentError, UsageError
from experiments.reading.read import fault_of
from experiments.reading.schedule import Spoken, check_faults
from experiments.reading.shape import DialectName, EndpointShape, FaultShape, FileShape
from faults.api.allowed import is_loopback, upstream_address
from faults.config import Listener, Tls

KEY = "proxies"
LONGEST_S = 7 * 86_400.0


class ProxyShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One proxy: without a dialect it relays bytes to `host:port`, else it reads HTTP.

    `tls`: its clients are met with a certificate of our own authority (`crosswind ca`), which
    `tls_names` adds names to. `http2`: it is spoken with who wants it, in clear or by ALPN.
    `upstream_ca_file`: PEM to trust upstream instead of this host's own.
    """

    name: str
    upstream: str
    listen: str = "127.0.0.1:0"
    dialect: DialectName = None
    tls: bool = False
    tls_names: tuple[str, ...] = ()
    http2: bool = False
    upstream_ca_file: str | None = None
    enabled: bool = True


class ProxiesShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Proxies, and what goes wrong with those that read HTTP."""

    proxies: tuple[ProxyShape, ...] = ()
    faults: tuple[FaultShape, ...] = ()
    seed: int = 1


class ProxiesFile(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says, checked."""

    listeners: tuple[Listener, ...] = ()
    disabled: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    seed: int = 1


def read_document_of(path: FilePath) -> Document:
    """Read YAML or JSON; a list is one of proxies. Raises UsageError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    listed = text.lstrip().startswith("[")
    return parse_document(f'{{"{KEY}": {text.strip()}}}' if listed else text, str(path))


def proxies_of(document: Document) -> ProxiesFile:
    """Check a document of proxies; raises ExperimentError with every problem."""
    complaints = Complaints()
    for complaint in document.complaints:
        complaints.add(complaint.path, complaint.message, complaint.suggestion)
    shape = fit_struct(document.data, ProxiesShape, (), complaints)
    if shape is not UNFIT:
        shape = _checked(shape, complaints)
    if len(complaints):
        raise ExperimentError([document.problem(complaint) for complaint in complaints])
    return ProxiesFile(
        listeners=tuple(map(_listener, shape.proxies)),
        disabled=frozenset(one.name for one in shape.proxies if not one.enabled),
        faults=tuple(map(fault_of, written_out(shape.faults))),
        seed=shape.seed,
    )


def _checked(shape: ProxiesShape, complaints: Complaints) -> ProxiesShape:
    """Complain about what is wrong; return the shape with its faults at their endpoints."""
    proxies = [one for one in shape.proxies if one is not None]
    for index, name in repeated([one.name for one in proxies]):
        complaints.add((KEY, index, "name"), f"another proxy is called {name}")
    for index, one in enumerate(proxies):
        if complaint := listen_complaint(one.listen):
            complaints.add((KEY, index, "listen"), complaint)
        if complaint := _upstream_complaint(one):
            complaints.add((KEY, index, "upstream"), complaint)
        if (read := _read_alone(one)) and not one.dialect:
            complaints.add((KEY, index, read), "bytes pass unread here: it needs a dialect:")
        if one.tls_names and not one.tls:
            complaints.add((KEY, index, "tls_names"), "names of a certificate: needs tls: true")
    reading = {one.name: EndpointShape(dialect=one.dialect) for one in proxies if one.dialect}
    phases = Phases(fault_s=LONGEST_S)
    spoken = Spoken(
        tls=frozenset(one.name for one in proxies if one.tls),
        http2=frozenset(one.name for one in proxies if one.http2),
    )
    file = placed(FileShape(endpoints=reading, faults=shape.faults, phases=phases), complaints)
    check_faults(file, complaints, spoken)
    return msgspec.structs.replace(shape, faults=file.faults)


def _read_alone(one: ProxyShape) -> str:
    """Return a key that means something only where HTTP is read; empty if there is none."""
    given = {"tls": one.tls, "http2": one.http2, "upstream_ca_file": one.upstream_ca_file}
    return next((key for key, value in given.items() if value), "")


def _upstream_complaint(one: ProxyShape) -> str:
    try:
        upstream_address(one.upstream)
    except ValueError as error:
        return str(error)
    reads = one.upstream.startswith(("http://", "https://"))
    if reads and not one.dialect:
        return "an http(s) upstream is read as a dialect: name it with dialect:"
    if one.dialect and not reads:
        return f"a dialect is read from http(s)://host:port, got {one.upstream!r}"
    return ""


def _listener(one: ProxyShape) -> Listener:
    host, _, port = one.listen.rpartition(":")
    return Listener(
        endpoint=one.name,
        dialect=one.dialect or {},
        upstream=one.upstream,
        host=host.strip("[]"),
        port=int(port),
        upstream_ca_file=one.upstream_ca_file,
        tls=Tls(names=one.tls_names) if one.tls else None,
        http2=one.http2,
    )


def check_upstreams_allowed(file: ProxiesFile, *, allow_live: bool) -> None:
    """Raise UsageError for upstreams on other machines, unless they are allowed."""
    hosts = {one.endpoint: upstream_address(one.upstream)[0] for one in file.listeners}
    away = [name for name, host in hosts.items() if not is_loopback(host)]
    if away and not allow_live:
        raise UsageError(
            f"{', '.join(away)}: not on this machine, so live; what clients ask would be sent "
            "there. Say --allow-live"
        )
