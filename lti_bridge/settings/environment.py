"""Environment variables laid over the settings file.

``LTI_BRIDGE_`` + the key in capitals, ``__`` between levels, tables of a list by number:
``LTI_BRIDGE_CONFERENCING__0__SECRET``. Numbers and booleans are written as text, lists and maps
as JSON. A secret's ``__FILE`` and ``__ENV`` say where it is to be found.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lti_bridge.settings.problems import PREFIX, Problem, variable_name
from lti_bridge.settings.shape import Path, Shape, get, leaves, put
from lti_bridge.settings.values import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

RESERVED = f"{PREFIX}CONFIG"
"""The settings file's own path, for containers; no key."""

_REFERENCES = {"FILE": "file", "ENV": "env"}
_INDEX = re.compile(r"[0-9]{1,4}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(slots=True)
class Overlay:
    """The data with variables laid over it, and which variable each key came from."""

    data: object
    variables: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Target:
    path: Path
    shape: Shape
    reference: str = ""
    """"file" or "env" where the variable says where the secret is, not what."""


def lay_over(data: object, environ: Mapping[str, str], shape: Shape) -> Overlay:
    """``data`` as TOML gives it, with every ``LTI_BRIDGE_`` variable in its place."""
    overlay = Overlay(data)
    found: list[tuple[_Target, str]] = []
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable == RESERVED:
            continue
        target = _target(variable.removeprefix(PREFIX).split("__"), shape, data)
        if target is None:
            overlay.problems.append(_unknown(variable, shape))
        else:
            found.append((target, variable))
    for target, variable in sorted(found, key=lambda each: _order(each[0].path)):
        _place(overlay, target, variable, environ[variable])
    return overlay


def _order(path: Path) -> list[tuple[int, str]]:
    """By number where steps are numbers; a list or table before what is in it."""
    return [(step, "") if isinstance(step, int) else (-1, step) for step in path]


def _target(parts: list[str], shape: Shape, data: object) -> _Target | None:
    """Where a variable's value goes; None if there is no such key."""
    path: Path = ()
    while parts:
        reference = _REFERENCES.get(parts[0]) if len(parts) == 1 else None
        if reference and (shape.kind == "secret" or shape.of("list", "secret")):
            return _Target(path, shape, reference)
        if shape.kind == "map" and shape.item:
            return _entry(parts, path, shape.item, get(data, path))
        step = _step(parts.pop(0), shape)
        if step is None:
            return None
        path, shape = (*path, step[0]), step[1]
    return _Target(path, shape)


def _step(part: str, shape: Shape) -> tuple[str | int, Shape] | None:
    if shape.kind == "list" and shape.item and _INDEX.fullmatch(part):
        return int(part), shape.item
    inner = shape.keys.get(part.lower()) if part.isupper() else None
    return (part.lower(), inner) if inner else None


def _entry(parts: list[str], path: Path, item: Shape, there: object) -> _Target | None:
    """An entry of a map: by a name that the file has, capitals and hyphens aside, or as written."""
    reference = ""
    if item.kind == "secret" and len(parts) > 1:
        reference = _REFERENCES.get(parts[-1], "")
    name = "__".join(parts[:-1] if reference else parts)
    names = there if isinstance(there, dict) else {}
    named = {str(each).upper().replace("-", "_"): str(each) for each in names}
    return _Target((*path, named.get(name, name)), item, reference) if name else None


def _place(overlay: Overlay, target: _Target, variable: str, text: str) -> None:
    path, shape = target.path, target.shape
    if shape.kind == "table" or shape.of("list", "table"):
        wrong, right = "is a table", f"set its keys one by one, such as {_inside(path, shape)}"
    elif other := _rival(overlay, path):
        wrong, right = f"is set beside {other}", "set only one of the two"
    elif not _reachable(overlay.data, path):
        wrong, right = "leaves out a number", "count from 0, without gaps"
    else:
        value = {target.reference: text} if target.reference else _read(text, shape)
        overlay.data = put(overlay.data, path, value)
        overlay.variables[path] = variable
        return
    overlay.problems.append(Problem(path, wrong, right, variable))


def _rival(overlay: Overlay, path: Path) -> str:
    """The variable that already set this key, or the whole list or table it is in."""
    taken = (overlay.variables.get(path[:length], "") for length in range(1, len(path) + 1))
    return next(filter(None, taken), "")


def _reachable(data: object, path: Path) -> bool:
    for depth, step in enumerate(path):
        there = get(data, path[:depth])
        if isinstance(step, int) and step > (len(there) if isinstance(there, list) else 0):
            return False
    return True


def _read(text: str, shape: Shape) -> object:
    """The value that a text stands for; the text itself where it can't be one (the models tell)."""
    if shape.kind == "boolean":
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    if shape.kind == "number":
        return int(text) if _NUMBER.fullmatch(text.strip()) else text
    if (shape.kind, text.lstrip()[:1]) in (("list", "["), ("map", "{")):
        return _json(text)
    return text


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _inside(path: Path, shape: Shape) -> str:
    """An example of a variable for a key of this table or list of tables."""
    if shape.item:
        path, shape = (*path, 0), shape.item
    return variable_name((*path, next(iter(shape.keys))))


def _unknown(variable: str, shape: Shape) -> Problem:
    known = [variable_name(path).removeprefix(PREFIX) for path in leaves(shape)]
    name = variable.removeprefix(PREFIX)
    meant = nearest(re.sub(r"(?<=_)\d+(?=_)", "0", name), known)
    if number := re.search(r"(?<=_)\d+(?=_)", name):
        meant = meant.replace("__0__", f"__{number[0]}__")
    right = "see docs/settings.md for the keys, or unset it"
    if meant and meant != name:
        right = f"did you mean {PREFIX}{meant}?"
    return Problem((), "is no setting", right, variable)
