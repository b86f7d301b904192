"""One service or LMS that stands in no settings file, checked as if it did."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from lti_bridge.errors import SettingsError
from lti_bridge.settings.checks import check
from lti_bridge.settings.models import Conferencing, Platform, Table
from lti_bridge.settings.problems import Problem, dotted
from lti_bridge.settings.references import Resolver
from lti_bridge.settings.sentences import problems_of
from lti_bridge.settings.shape import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lti_bridge.settings.models import Security

T = TypeVar("T", bound=Table)


def load_conferencing(
    values: Mapping[str, object],
    security: Security,
    *,
    directory: Path = Path(),
    environ: Mapping[str, str] = os.environ,
) -> Conferencing:
    """The service of these keys of a ``[[conferencing]]`` table (contract, section 2).

    A secret may be text, ``{"file": path}`` (relative to ``directory``) or ``{"env": name}``;
    ``security`` says whether its address may be plain http or private. Raises
    :class:`SettingsError` with a line per mistake: ``KEY: what is wrong; what is right``.
    """
    return _load(Conferencing, "conferencing", values, security, directory, environ)


def load_platform(
    values: Mapping[str, object],
    security: Security,
    *,
    directory: Path = Path(),
    environ: Mapping[str, str] = os.environ,
) -> Platform:
    """The LMS of these keys of a ``[[platform]]`` table; else as :func:`load_conferencing`.

    Whether its conferencing service is there the caller knows.
    """
    return _load(Platform, "platform", values, security, directory, environ)


def _load(
    model: type[T],
    table: str,
    values: Mapping[str, object],
    security: Security,
    directory: Path,
    environ: Mapping[str, str],
) -> T:
    resolver = Resolver(directory, environ)
    shape = shape_of(model)
    data: Any = resolver.resolved(dict(values), shape)
    made, refused = _checked(model, data)
    told = {each.path for each in resolver.problems}
    around = {"conferencing": [{"name": data.get("conferencing")}]} if table == "platform" else {}
    between = check({"security": security.model_dump(), **around, table: [data]})
    problems = [
        *resolver.problems,
        *(each for each in refused if each.path not in told),
        *(Problem(each.path[2:], each.wrong, each.right) for each in between),
    ]
    if made is None or problems:
        raise SettingsError(_lines(problems))
    return made


def _checked(model: type[T], data: object) -> tuple[T | None, list[Problem]]:
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, list(problems_of(error, data, shape_of(model)))


def _lines(problems: Iterable[Problem]) -> tuple[str, ...]:
    lines = (f"{dotted(each.path)}: {each.wrong}; {each.right}" for each in problems)
    return tuple(dict.fromkeys(lines))
