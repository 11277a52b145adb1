"""Writes docs/faults.md from the plug-ins: `python -m faults.docs > docs/faults.md`."""

import inspect
import math
import sys
from collections.abc import Mapping

from msgspec import NODEFAULT
from msgspec import inspect as types

from faults.catalog import client_fault_classes, fault_classes, listener_fault_classes
from faults.composition import Composition
from faults.compositions_catalog import composition_classes
from faults.fault import ANY, Fault, ListenerFault

_Kinds = Mapping[str, type[Fault | ListenerFault]]

_OPENING = """\
# Faults

What Crosswind can do to an answer. This page is written from the plug-ins by
`python -m faults.docs > docs/faults.md`; a test compares the two.

An experiment injects a fault by name with its parameters, `inject: {stream_stall: {after_tokens:
5}}`. A parameter without a default must be given.

## Faults of an exchange

Each is drawn per attempt (or, with `draw: exchange`, once for all attempts of an exchange at all
endpoints), with the probability `share`.

- **The same request again**, after a redirection or a retry of the HTTP library's own, is drawn
  alike if it has the same trace headers (`traceparent`, and our client's ordinal in `tracestate`).
  Without them it goes by its content and by how often that has come: each time is drawn anew, and
  with `draw: exchange` all times alike. A redirection that turns a POST into a GET changes the
  content.
- **Positions** count content tokens or events, never bytes or pieces, or name a place; a fault has
  one. `after_tokens: 5` acts when the event that would bring the client a sixth token arrives, or
  the finish reason of an answer that has exactly five; headers and events without tokens up to
  there pass. `after_events: 5` acts at what follows the fifth event with data, be it the end. `at`
  acts at what follows a place. An answer that has not that many, or no such place (only Azure has
  a chunk of its own for the prompt's filter), passes whole and is not attested. An answer that is
  no event stream has nothing to count: the fault acts before its body, and never `after_finish`. A
  refusal of the provider's own (status 400 and above) passes whole.
- **Order** is meaning: of several faults that touch one exchange, the first in the file is the
  first to meet the request. A delay before a refusal waits and then refuses; a refusal before a
  delay refuses at once.
- **Attested as** is what the record of a touched exchange says the client got instead. It is
  derived from what was done, not from the fault's name: a silence that is to end is `delayed`, one
  without an end is `withheld`, and so is what was kept until later bytes had come, or never told.
- **Counts** (`after_n`, quotas, room) are kept per endpoint while the fault is armed. They are
  exact in number; which exchange is the one too many depends on the order of arrival.
- **HTTP/2 and gRPC** meet the same faults, stream by stream: see [gRPC](grpc.md). There a message
  counts as one token, a refusal is the status that stands for it, and a reset is a RST_STREAM.
- **Other names**: what another tool or standard calls a fault is accepted wherever one is named.
"""

_LISTENERS = """\
## Faults of a listener

These take the whole endpoint: `share` and `ramp_s` are refused. They are attested as `refused`, by
the clients' own connect errors, timeouts among them, inside the closed interval. A client that
still waits when the interval is over, and then gets in, is late and not attested.
"""

_CLIENTS = """\
## Faults within a client

What happens before anything is sent can be shown in the client alone: [by its
transport](transport.md). Experiments, proxies and their APIs refuse these. They are attested as
`refused`, and drawn like the faults of an exchange.
"""

_COMPOSITIONS = """\
## Compositions

Several faults under one name, as providers fail: `compose: flapping` or `compose: {flapping:
{down_s: 5}}` stands in a fault's entry instead of `inject`, with `at`, `start_s`, `duration_s`,
`draw` and `may_miss` as ever. Each stage is a window of its own: its faults are a group, called as
the entry or, of several stages, `<entry>-<stage>`, which is what gates name (`window:storm-first`).
`crosswind plan` tells them all, and a run's `experiment.yaml` says the plain faults. A later stage
may touch nobody where clients may rightly be elsewhere by then.
"""

_ADDING = """\
## Adding one

One file in `faults/library/`, `faults/listener/` or `faults/client/`, named as the fault: a frozen
struct whose fields are the parameters, whose docstring says in one sentence what the client sees,
and whose `script` says it step by step (`faults/steps.py` is the language). It is found by being
there, and takes part in the laws of `tests/laws/test_faults.py` by itself; it needs a test of the
same name, and this page written anew. A composition is one file in `faults/compositions/`, whose
`stages` say which faults when.
"""


def page() -> str:
    """Return the whole page as Markdown."""
    exchange, listener = _sections(fault_classes()), _sections(listener_fault_classes())
    composed = "\n".join(_composed(kind) for _, kind in sorted(composition_classes().items()))
    clients = _sections(client_fault_classes())
    parts = [_OPENING, exchange, _LISTENERS, listener, _CLIENTS, clients]
    parts += [_COMPOSITIONS, composed, _ADDING]
    return "\n".join(parts)


def _sections(kinds: _Kinds) -> str:
    return "\n".join(_section(kind) for _, kind in sorted(kinds.items()))


def _section(kind: type[Fault | ListenerFault]) -> str:
    shown = inspect.cleandoc(kind.__doc__ or "")
    actions = " or ".join(f"`{action}`" for action in (kind.action, *kind.also_attested))
    told = f"{_aliases(kind)}{_only(kind)}Attested as {actions}. Seen: {kind.seen}."
    return "\n".join([f"### `{kind.name}`", "", shown, "", told, "", *_table(kind), ""])


def _composed(kind: type[Composition]) -> str:
    shown = inspect.cleandoc(kind.__doc__ or "")
    told = f"{_aliases(kind)}Seen: {kind.seen}."
    return "\n".join([f"### `{kind.name}`", "", shown, "", told, "", *_table(kind), ""])


def _aliases(kind: type[Fault | ListenerFault | Composition]) -> str:
    return f"Also called {', '.join(f'`{a}`' for a in kind.aliases)}. " if kind.aliases else ""


def _only(kind: type[Fault | ListenerFault]) -> str:
    if not issubclass(kind, Fault) or kind.protocols == ANY:
        return ""
    return f"Only over {' and '.join(sorted(kind.protocols))}. "


def _table(kind: type[Fault | ListenerFault | Composition]) -> list[str]:
    described = types.type_info(kind)
    assert isinstance(described, types.StructType)  # noqa: S101 - every fault is a struct
    head = ["| parameter | values | default | meaning |", "|---|---|---|---|"]
    return head + [_row(field) for field in described.fields]


def _row(field: types.Field) -> str:
    values, meaning = _values(field.type)
    return f"| `{field.name}` | {values} | {_default(field.default)} | {meaning} |"


def _values(kind: types.Type) -> tuple[str, str]:
    """Return which values a parameter takes, with their unit, and what it means."""
    match kind:
        case types.Metadata(type=inner):
            values, meaning = _values(inner)
            unit = f" {(kind.extra or {}).get('unit', '')}".rstrip()
            return values + unit, (kind.extra_json_schema or {}).get("description", meaning)
        case types.UnionType():
            said = [_values(one) for one in kind.types if not isinstance(one, types.NoneType)]
            return " or ".join(values for values, _ in said), said[0][1]
        case types.IntType() | types.FloatType():
            return _range(kind), ""
        case types.LiteralType():
            return ", ".join(f"`{value}`" for value in kind.values), ""
        case types.BoolType():
            return "`true`, `false`", ""
        case _:
            return "text", ""


def _range(kind: types.IntType | types.FloatType) -> str:
    whole = "whole number" if isinstance(kind, types.IntType) else "number"
    bounds = [f"from {kind.ge}"] if kind.ge is not None else []
    bounds += [f"to {kind.le}"] if kind.le is not None else []
    return " ".join([whole, *bounds])


def _default(value: object) -> str:
    if value is NODEFAULT:
        return "must be given"
    if value == math.inf:
        return "for ever"
    return "none" if value is None else f"`{str(value).lower()}`"


if __name__ == "__main__":
    sys.stdout.write(page())
