"""The settings' tree of keys, read from the models: what is a table, a list, a secret.

Environment variables and secret references are put in place before the models check anything;
this tree tells them where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str | int, ...]
"""Where a value stands: ``("platform", 0, "issuer")``."""

Kind = Literal["table", "list", "map", "secret", "boolean", "number", "text"]


@dataclass(frozen=True, slots=True)
class Shape:
    """One key of the settings, or the settings as a whole."""

    kind: Kind
    keys: Mapping[str, Shape] = field(default_factory=dict)
    """Of a table: what stands below each key."""
    item: Shape | None = None
    """Of a list or map: what each entry is."""
    about: str = ""
    """What belongs here, to go on after "give"."""

    def of(self, kind: Kind, of: Kind) -> bool:
        """Whether this is a list or map (``kind``) with entries of kind ``of``."""
        return self.kind == kind and self.item is not None and self.item.kind == of


@cache
def shape_of(model: type[BaseModel]) -> Shape:
    """The tree below ``model``."""
    keys = {
        name: _shape(info.annotation, info.description or "")
        for name, info in model.model_fields.items()
    }
    return Shape("table", keys=keys)


def at(shape: Shape, path: Path) -> Shape | None:
    """The shape at ``path``; None if no key of the settings is there."""
    for step in path:
        inner = shape.keys.get(step) if isinstance(step, str) else None
        if shape.item is not None and (shape.kind == "map") == isinstance(step, str):
            inner = shape.item
        if inner is None:
            return None
        shape = inner
    return shape


def leaves(shape: Shape, path: Path = ()) -> Iterator[Path]:
    """The path of every key that takes a value, entries of lists of tables under index 0."""
    for name, inner in shape.keys.items():
        if inner.kind == "table":
            yield from leaves(inner, (*path, name))
        elif inner.item is not None and inner.of("list", "table"):
            yield from leaves(inner.item, (*path, name, 0))
        else:
            yield (*path, name)


def get(data: object, path: Path) -> object:
    """What stands at ``path`` in data as TOML gives it; None if nothing does."""
    for step in path:
        if isinstance(data, dict) and isinstance(step, str):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def put(data: object, path: Path, value: object) -> object:
    """A copy of ``data`` with ``value`` at ``path``; an index past a list's end adds to it."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    inner = put(get(data, (step,)), rest, value)
    if isinstance(step, int):
        items = data if isinstance(data, list) else []
        return [*items[:step], inner, *items[step + 1 :]]
    return {**(data if isinstance(data, dict) else {}), step: inner}


def _shape(annotation: object, about: str) -> Shape:
    annotation = _bare(annotation)
    arguments = get_args(annotation)
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Shape("table", keys=shape_of(annotation).keys, about=about)
    if origin is tuple:
        return Shape("list", item=_shape(arguments[0], about), about=about)
    if origin is Mapping:
        return Shape("map", item=_shape(arguments[1], about), about=about)
    plain: dict[object, Kind] = {SecretStr: "secret", bool: "boolean", int: "number"}
    return Shape(plain.get(annotation, "text"), about=about)


def _bare(annotation: object) -> object:
    """Without ``Annotated`` and ``| None``."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, UnionType):
            annotation = next(each for each in get_args(annotation) if each is not NoneType)
        else:
            return annotation
