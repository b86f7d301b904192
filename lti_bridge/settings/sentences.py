"""What pydantic found, in plain sentences."""

from __future__ import annotations

import re
from datetime import date, time
from typing import TYPE_CHECKING

from lti_bridge.settings.problems import Problem
from lti_bridge.settings.shape import Path, Shape, at, get, leaves
from lti_bridge.settings.values import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),  # before int, which it is a kind of
    ((int, float), "a number"),
    (str, "text"),
    (list, "a list"),
    (dict, "a table"),
    ((date, time), "a date or time"),
)
_QUOTED = re.compile(r"'([^']*)'")


def problems_of(error: ValidationError, data: object, shape: Shape) -> Iterator[Problem]:
    """One problem for each thing in ``data`` that the models refused."""
    for detail in error.errors(include_url=False):
        path = _written_at(detail["loc"], data, shape)
        if detail["type"] == "default_factory_not_called":
            continue  # a default that waits for a key with a mistake of its own
        if detail["type"] == "extra_forbidden":
            yield Problem(path, "is not a key of the settings", _instead(path, shape))
        else:
            here = at(shape, path)
            yield _problem(detail, path, here.about if here else "")


def _written_at(path: Path, data: object, shape: Shape) -> Path:
    """Pydantic's location as a path in the data."""
    around = at(shape, path[:-2])
    if path[-1] == "[key]" and around is not None and around.kind == "map":
        return path[:-1]  # pydantic's mark for "the key itself, not its value"
    if isinstance(path[-1], int) and not isinstance(get(data, path[:-1]), list):
        return path[:-1]  # one secret, which stood for a list of one
    return path


def _problem(detail: ErrorDetails, path: Path, about: str) -> Problem:
    context = detail.get("ctx", {})
    if detail["type"] == "settings":
        return Problem(path, context["wrong"], context["right"] or f"give {about}")
    tell = _WRONG.get(detail["type"])
    wrong = tell(detail) if tell else "can't be used"
    meant = (
        nearest(detail["input"], _QUOTED.findall(context.get("expected", "")))
        if (detail["type"] == "literal_error" and isinstance(detail["input"], str))
        else ""
    )
    return Problem(path, wrong, f'did you mean "{meant}"?' if meant else f"give {about}")


def _instead(path: Path, shape: Shape) -> str:
    """What to do about a key that isn't known: a similar name, or the table where it belongs."""
    key = str(path[-1])
    table = at(shape, path[:-1])
    known = list(table.keys) if table else []
    if meant := nearest(key, known):
        return f"did you mean {meant}?"
    homes = [each for each in leaves(shape) if each[-1] == key]
    if homes:
        return _home(homes[0][:-1])
    return f"the keys here are: {', '.join(known)}"


def _home(path: Path) -> str:
    if not path:
        return "it belongs above the first [table]"
    name = str(path[0])
    return f"it belongs in [[{name}]]" if len(path) > 1 else f"it belongs in [{name}]"


def _kind(value: object) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "something else")


def _wrong_type(wanted: str) -> Callable[[ErrorDetails], str]:
    return lambda detail: f"is {_kind(detail['input'])}, not {wanted}"


def _no_choice(detail: ErrorDetails) -> str:
    if isinstance(detail["input"], str):
        return "is none of its values"
    return f"is {_kind(detail['input'])}, not text"


_WRONG: dict[str, Callable[[ErrorDetails], str]] = {
    "missing": lambda _: "is missing",
    "string_type": _wrong_type("text"),
    "bool_type": _wrong_type("true or false"),
    "int_type": _wrong_type("a whole number"),
    "tuple_type": _wrong_type("a list"),
    "dict_type": _wrong_type("a table"),
    "model_type": _wrong_type("a table"),
    "literal_error": _no_choice,
    "greater_than_equal": lambda _: "is too small",
    "less_than_equal": lambda _: "is too large",
    "too_short": lambda _: "is empty",
}
