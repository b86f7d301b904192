"""A mistake in the settings and its line: ``FILE: KEY: what is wrong; what would be right``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lti_bridge.settings.shape import Path, get

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX = "LTI_BRIDGE_"

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake; no field holds a value from the settings."""

    path: Path
    wrong: str
    """Goes on after the key: "is empty"."""
    right: str
    variable: str = ""
    """The environment variable at fault, where it leads to no key."""


@dataclass(frozen=True, slots=True)
class Places:
    """Knows which file or variable each key was written in."""

    file: str | None
    """As the operator named it; None if all comes from the environment."""
    written: object
    """What the file holds, before variables were laid over it."""
    variables: Mapping[Path, str]

    def line(self, problem: Problem) -> str:
        """The problem as its line."""
        return f"{self._place(problem)}: {problem.wrong}; {problem.right}"

    def _place(self, problem: Problem) -> str:
        if problem.variable:
            return f"environment: {one_line(problem.variable)}"
        path = problem.path
        for length in range(len(path), 0, -1):
            if path[:length] in self.variables:
                variable = one_line(self.variables[path[:length]])
                return f"environment: {variable}{dotted(path[length:], first=False)}"
        if self.file is None or get(self.written, path[:-1]) is None:
            return f"environment: {variable_name(path)}"
        return f"{one_line(self.file)}: {dotted(path)}"


def lines(problems: Iterable[Problem], places: Places, order: Iterable[str]) -> tuple[str, ...]:
    """All lines, in the settings' own ``order`` of top-level keys; unknown ones come last."""
    rank: dict[str | int, int] = {key: number for number, key in enumerate(order)}

    def position(problem: Problem) -> tuple[int, int]:
        head, index = (*problem.path, None, None)[:2]
        first = rank.get(head, len(rank)) if head is not None else len(rank) + 1
        return first, index if isinstance(index, int) else -1

    found = (places.line(each) for each in sorted(problems, key=position))
    return tuple(dict.fromkeys(found))


def dotted(path: Path, *, first: bool = True) -> str:
    """The path as TOML people write it: ``platform[0].issuer``."""
    written = "".join(f"[{step}]" if isinstance(step, int) else f".{_key(step)}" for step in path)
    return written.removeprefix(".") if first else written


def variable_name(path: Path) -> str:
    """The environment variable of a key: ``LTI_BRIDGE_PLATFORM__0__ISSUER``."""
    return PREFIX + "__".join(str(step).upper() for step in path)


def one_line(name: str) -> str:
    """A name from outside, fit to stand in a line of a terminal or log."""
    return name if name.isprintable() else json.dumps(name)


def _key(key: str) -> str:
    shown = key if len(key) <= _LONGEST else f"{key[:_LONGEST]}…"
    if _BARE_KEY.fullmatch(shown):
        return shown
    return json.dumps(shown, ensure_ascii=not shown.isprintable())
