"""Which endpoint plays which role of an incident. Pure.

Roles with an endpoint of their own go to the route's endpoints in their order, unless they are
mapped. A role that is like another (a further region, say) gets a stand-in made for it.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from experiments.incidents.incident import Profile
from experiments.model import Endpoint, Experiment
from experiments.reading.nearest import listed, nearest
from experiments.reading.problems import UsageError

Cast = Mapping[str, str]
"""The endpoint of each role that is played; a role may be left out."""


def read_maps(texts: Iterable[str], profile: Profile, base: Experiment) -> dict[str, str]:
    """Read `role=endpoint` texts; raises UsageError with the nearest right word."""
    mapped: dict[str, str] = {}
    names = [endpoint.name for endpoint in base.endpoints]
    for text in texts:
        role, equals, name = (part.strip() for part in text.partition("="))
        if not (role and equals and name):
            raise UsageError(f"--map {text}: expected role=endpoint, such as failing=azure")
        _check_word(text, role, profile.roles, f"{profile.id} has no role called {role}")
        _check_word(text, name, names, f"no endpoint is called {name}")
        if role in mapped:
            raise UsageError(f"--map {text}: {role} is mapped twice")
        if name in mapped.values():
            other = next(key for key, value in mapped.items() if value == name)
            raise UsageError(f"--map {text}: {name} plays {other} already")
        mapped[role] = name
    return mapped


def _check_word(text: str, word: str, known: Iterable[str], what: str) -> None:
    known = list(known)
    if word not in known:
        hint = nearest(word, known)
        meant = f"; did you mean {hint}?" if hint else ""
        raise UsageError(f"--map {text}: {what}; there are {listed(known)}{meant}")


def played(
    profile: Profile, base: Experiment, mapped: Mapping[str, str]
) -> tuple[Experiment, dict[str, str]]:
    """Return the experiment with an endpoint for every role, and which endpoint plays which.

    Raises UsageError where there are more roles than endpoints, or where a further region of a
    real endpoint would have to be made up. Behind a gateway, which would not know it, none is made
    up: the role is left out.
    """
    cast = dict(mapped)
    free = [name for name in base.route.order if name not in mapped.values()]
    for role, one in profile.roles.items():
        if one.like or role in cast:
            continue
        if not free:
            raise UsageError(_too_few(profile, base))
        cast[role] = free.pop(0)
    for role, one in profile.roles.items():
        if one.like and role not in cast and base.gateway is None:
            base, cast[role] = _with_another(base, role, cast[one.like])
    return base, {role: cast[role] for role in profile.roles if role in cast}


def in_order(profile: Profile, base: Experiment, cast: Cast) -> Experiment:
    """Return the experiment with the route in the order in which the profile tells its roles."""
    first = [cast[role] for role in profile.roles if role in cast]
    rest = [name for name in base.route.order if name not in first]
    return _ordered(base, [*first, *rest])


def asked_first(base: Experiment, dialect: str) -> Experiment:
    """Return the experiment with the endpoints of a dialect before all others."""
    speaks = {one.name for one in base.endpoints if dialect in one.dialect}
    return _ordered(base, sorted(base.route.order, key=lambda name: name not in speaks))


def _too_few(profile: Profile, base: Experiment) -> str:
    roles = [role for role, one in profile.roles.items() if not one.like]
    return (
        f"{profile.id} has the roles {listed(roles)}, and the route asks "
        f"{listed(base.route.order)} only: name an experiment with more endpoints, or map roles "
        "to them with --map role=endpoint"
    )


def _with_another(base: Experiment, role: str, like: str) -> tuple[Experiment, str]:
    """Add a stand-in like another endpoint, asked right after it."""
    model = base.endpoint(like)
    name = f"{like}-{role}"
    if model.stand_in is None:
        raise UsageError(
            f"the role {role} is a further region or model like {like}, which is no stand-in of "
            f"which another could be made: --map {role}=ENDPOINT"
        )
    region = f"{model.stand_in.region}-{role}" if model.stand_in.region else role
    stand_in = replace(model.stand_in, region=region)
    another: Endpoint = replace(model, name=name, listen="127.0.0.1:0", stand_in=stand_in)
    order = list(base.route.order)
    order.insert(_last_like(order, like) + 1, name)
    return _ordered(replace(base, endpoints=(*base.endpoints, another)), order), name


def _last_like(order: Sequence[str], like: str) -> int:
    """Return the place of an endpoint, or of the last that was made like it."""
    places = [i for i, name in enumerate(order) if name == like or name.startswith(f"{like}-")]
    return places[-1] if places else len(order) - 1


def _ordered(base: Experiment, order: Sequence[str]) -> Experiment:
    route = replace(base.route, order=tuple(order))
    gateway = base.gateway and replace(base.gateway, order=tuple(order))
    return replace(base, route=route, gateway=gateway)
