"""Fits plain values to declared types, complaining about everything that does not fit.

msgspec converts and stops at the first error; a file deserves to hear them all. The declarations
are the same structs, read through `msgspec.inspect`.
"""

import math
from collections.abc import Callable, Mapping

import msgspec
import msgspec.inspect as declared

from experiments.reading.fit_scalar import UNFIT, Fitted, fit_number, fit_word, told, wanted
from experiments.reading.nearest import listed, nearest
from experiments.reading.problems import Complaints, Path
from experiments.reading.units import key_complaint
from experiments.reading.vocabulary import canonical, elsewhere, plug_ins


def fit_struct(
    value: object, struct: type[msgspec.Struct], path: Path, complaints: Complaints
) -> Fitted:
    """Fit a mapping to a struct: an instance, or UNFIT when a required field is unfit.

    A field that does not fit keeps its default, so that further checks find something to look at.
    """
    return fit(value, declared.type_info(struct), path, complaints)


def fit_reference(value: object, kind: str, path: Path, complaints: Complaints) -> Fitted:
    """Fit a plug-in, `name` or `{name: {parameters}}`, to `{name: {all parameters}}`."""
    named = {value: {}} if isinstance(value, str) else value
    if not isinstance(named, Mapping) or len(named) != 1:
        complaints.add(path, f"expected one {kind}, as a name or {{name: {{parameters}}}}")
        return UNFIT
    ((called, parameters),) = named.items()
    known = plug_ins(kind)
    name = canonical(kind, called)
    if name not in known:
        at = path if isinstance(value, str) else (*path, called)
        message = f"no {kind} is called {called}; there are {listed(known)}"
        if told := elsewhere(kind, name):
            complaints.add(at, told)
        else:
            complaints.add(at, message, nearest(called, known))
        return UNFIT
    found = fit_struct({} if parameters is None else parameters, known[name],
                       (*path, called), complaints)  # fmt: skip
    return UNFIT if found is UNFIT else {name: msgspec.to_builtins(found)}


def fit(value: object, kind: declared.Type, path: Path, complaints: Complaints) -> Fitted:
    """Fit a value to a type of `msgspec.inspect`; UNFIT when it does not."""
    if isinstance(kind, declared.Metadata):
        plug_in = (kind.extra or {}).get("plug_in")
        if plug_in is not None:
            return fit_reference(value, plug_in, path, complaints)
        return fit(value, kind.type, path, complaints)
    return _FITTERS.get(type(kind), fit_word)(value, kind, path, complaints)


def _struct(value: object, kind: declared.StructType, path: Path, complaints: Complaints) -> Fitted:
    fields = {field.encode_name: field for field in kind.fields}
    if not isinstance(value, Mapping):
        complaints.add(path, f"expected {wanted(kind)}, got {told(value)}")
        return UNFIT
    for key in [key for key in value if key not in fields]:
        complaints.add((*path, key), *key_complaint(key, value[key], fields))
    for key, field in fields.items():
        if field.required and key not in value:
            complaints.add((*path, key), "missing")
    found = {
        field.name: _field(value[key], field, (*path, key), complaints)
        for key, field in fields.items()
        if key in value
    }
    return _made(kind.cls, found, path, complaints)


def _field(value: object, field: declared.Field, path: Path, complaints: Complaints) -> Fitted:
    # "For ever" may be said where it is the default, and nowhere else.
    endless = value == math.inf and field.default == math.inf
    return value if endless else fit(value, field.type, path, complaints)


def _made(cls: type, found: dict[str, Fitted], path: Path, complaints: Complaints) -> Fitted:
    try:
        return cls(**{name: value for name, value in found.items() if value is not UNFIT})
    except (TypeError, ValueError) as error:
        if not complaints.about(*path):
            complaints.add(path, str(error))
        return UNFIT


def _union(value: object, kind: declared.UnionType, path: Path, complaints: Complaints) -> Fitted:
    choices = [choice for choice in kind.types if not isinstance(choice, declared.NoneType)]
    if value is None and len(choices) < len(kind.types):
        return None
    alike = [choice for choice in choices if _alike(value, choice)] or choices[:1]
    scratch = Complaints()
    found = fit(value, alike[0], path, scratch)
    for complaint in scratch:
        wrong_at_all = complaint.path == path and len(choices) > 1
        expected = f"expected {' or '.join(map(wanted, choices))}, got {told(value)}"
        message = expected if wrong_at_all else complaint.message
        complaints.add(complaint.path, message, complaint.suggestion)
    return found


def _alike(value: object, kind: declared.Type) -> bool:
    """Tell whether a value is the kind of thing that a type wants, right or wrong inside."""
    if isinstance(value, Mapping):
        return isinstance(kind, declared.StructType | declared.DictType)
    if isinstance(value, list):
        return isinstance(kind, declared.VarTupleType)
    if isinstance(value, str):
        return isinstance(kind, declared.StrType | declared.LiteralType | declared.EnumType)
    return isinstance(kind, declared.FloatType | declared.IntType | declared.BoolType)


def _dict(value: object, kind: declared.DictType, path: Path, complaints: Complaints) -> Fitted:
    # An entry that does not fit leaves None, so that its name is still known.
    if not isinstance(value, Mapping):
        complaints.add(path, f"expected a mapping by name, got {told(value)}")
        return UNFIT
    found = {
        str(key): fit(item, kind.value_type, (*path, key), complaints)
        for key, item in value.items()
    }
    return {key: None if item is UNFIT else item for key, item in found.items()}


def _items(
    value: object, kind: declared.VarTupleType, path: Path, complaints: Complaints
) -> Fitted:
    # An item that does not fit leaves None, so that the others keep their places.
    if not isinstance(value, list):
        complaints.add(path, f"expected a list, got {told(value)}")
        return UNFIT
    found = (
        fit(item, kind.item_type, (*path, index), complaints) for index, item in enumerate(value)
    )
    return tuple(None if item is UNFIT else item for item in found)


_FITTERS: Mapping[type[declared.Type], Callable[..., Fitted]] = {
    declared.StructType: _struct,
    declared.UnionType: _union,
    declared.DictType: _dict,
    declared.VarTupleType: _items,
    declared.FloatType: fit_number,
    declared.IntType: fit_number,
}
