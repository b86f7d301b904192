"""The reference of the settings, as tables in Markdown, made from the models.

``python -m lti_bridge.settings.reference`` prints them; ``--write FILE`` puts them into a page,
between comments such as ``<!-- keys of meets -->`` and ``<!-- /keys of meets -->``.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from lti_bridge.settings.explanations import DEFAULTS, EXPLAINED
from lti_bridge.settings.models import Settings
from lti_bridge.settings.problems import variable_name
from lti_bridge.settings.shape import Shape, shape_of

TOP: Final = "the file"
"""The name of the table that has no heading in the file."""
HEAD: Final = "| key | default | type | variable | what |\n| --- | --- | --- | --- | --- |\n"
_TYPES: Final[Mapping[str, str]] = {
    "text": "text",
    "secret": "secret",
    "number": "number",
    "boolean": "true or false",
}
_EXAMPLE: Final = re.compile(r"""\bsuch as (?P<example>"[^"]*"|\[.*\]|\{.*\})\Z""")


def tables() -> Iterator[tuple[str, str]]:
    """Each table of the settings: its name, and its reference."""
    whole = shape_of(Settings)
    models: dict[str, type[BaseModel]] = {}
    plain = []
    for name, shape in whole.keys.items():
        if shape.kind == "table" or shape.of("list", "table"):
            models[name] = _model_of(Settings.model_fields[name].annotation)
        else:
            plain.append(name)
    yield TOP, HEAD + "".join(_row(Settings, (name,), whole.keys[name]) for name in plain)
    for name, model in models.items():
        several = whole.keys[name].kind == "list"
        path = (name, "0") if several else (name,)
        keys = shape_of(model).keys
        yield name, HEAD + "".join(_row(model, (*path, key), keys[key]) for key in keys)


def renewed(page: str) -> str:
    """The page with its tables made anew; ValueError where a pair of comments is missing."""
    for name, table in tables():
        between = re.compile(
            rf"(?<=<!-- keys of {name} -->\n).*?(?=<!-- /keys of {name} -->)", re.DOTALL
        )
        if len(between.findall(page)) != 1:
            raise ValueError(f"the page has no place for the table: <!-- keys of {name} -->")
        page = between.sub(table.replace("\\", r"\\"), page)
    return page


def _row(model: type[BaseModel], path: tuple[str, ...], shape: Shape) -> str:
    dotted = ".".join(step for step in path if step != "0")
    info = model.model_fields[path[-1]]
    default = DEFAULTS.get(dotted) or _default(info.default, required=info.is_required())
    example = _EXAMPLE.search(info.description or "")
    what = EXPLAINED[dotted]
    if example and example["example"] not in what.replace("`", ""):
        what += f" Example: `{example['example']}`."
    cells = (f"`{path[-1]}`", default, _type(shape), f"`{variable_name(path)}`", what)
    return f"| {' | '.join(cells)} |\n"


def _default(value: Any, *, required: bool) -> str:
    if required:
        return "required"
    if value is None or value is PydanticUndefined:
        return "none"
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value)


def _type(shape: Shape) -> str:
    if shape.kind == "list" and shape.item is not None:
        return f"list: {_type(shape.item)}"
    if shape.kind == "map" and shape.item is not None:
        return f"table: {_type(shape.item)}"
    return _TYPES[shape.kind]


def _model_of(annotation: Any) -> type[BaseModel]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(
        _model_of(each) for each in annotation.__args__ if each not in {type(None), Ellipsis}
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(
        prog="python -m lti_bridge.settings.reference",
        description="The reference of the settings, in Markdown.",
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="renew this page's tables")
    page: Path | None = parser.parse_args(arguments).write
    if page is None:
        sys.stdout.write("\n".join(f"{name}\n\n{table}" for name, table in tables()))
    else:
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
