"""One service that stands in no settings file, checked as if it did."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from lti_bridge.errors import SettingsError
from lti_bridge.settings.checks import check
from lti_bridge.settings.models import Conferencing
from lti_bridge.settings.problems import Problem, dotted
from lti_bridge.settings.references import Resolver
from lti_bridge.settings.sentences import problems_of
from lti_bridge.settings.shape import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lti_bridge.settings.models import Security


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
    shape = shape_of(Conferencing)
    resolver = Resolver(directory, environ)
    data = resolver.resolved(dict(values), shape)
    service, refused = _checked(data)
    told = {each.path for each in resolver.problems}
    between = check({"security": security.model_dump(), "conferencing": [data]})
    problems = [
        *resolver.problems,
        *(each for each in refused if each.path not in told),
        *(Problem(each.path[2:], each.wrong, each.right) for each in between),
    ]
    if service is None or problems:
        raise SettingsError(_lines(problems))
    return service


def _checked(data: object) -> tuple[Conferencing | None, list[Problem]]:
    try:
        return Conferencing.model_validate(data), []
    except ValidationError as error:
        return None, list(problems_of(error, data, shape_of(Conferencing)))


def _lines(problems: Iterable[Problem]) -> tuple[str, ...]:
    lines = (f"{dotted(each.path)}: {each.wrong}; {each.right}" for each in problems)
    return tuple(dict.fromkeys(lines))
