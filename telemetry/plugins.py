"""Finds plug-ins by being there: every module of a folder is imported, and its one plug-in kept."""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


class DuplicateNameError(Exception):
    """Two files of one folder claim the same name."""


def modules(package: ModuleType) -> list[ModuleType]:
    """Import and return the modules that lie in a package's folder, by name."""
    found = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in found]


def classes(package: ModuleType, base: type[T]) -> dict[str, type[T]]:
    """Return the subclasses of `base` defined in the folder, by their `name`."""
    found: dict[str, type[T]] = {}
    for module in modules(package):
        for value in vars(module).values():
            if _defined_here(value, module, base):
                _add(found, value.name, value, module)
    return found


def values(package: ModuleType, kinds: type[T] | tuple[type[T], ...]) -> dict[str, T]:
    """Return the module-level values of the given types in the folder, by their `name`."""
    found: dict[str, T] = {}
    for module in modules(package):
        for value in vars(module).values():
            if isinstance(value, kinds):
                _add(found, value.name, value, module)  # type: ignore[attr-defined]
    return found


def _defined_here(value: object, module: ModuleType, base: type) -> bool:
    if not isinstance(value, type) or not issubclass(value, base) or value is base:
        return False
    return value.__module__ == module.__name__


def _add(found: dict[str, T], name: str, value: T, module: ModuleType) -> None:
    if name in found:
        raise DuplicateNameError(f"{module.__name__}: {name!r} is already taken")
    found[name] = value
