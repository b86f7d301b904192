"""From a file and the environment to :class:`Settings`, or to every mistake in them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from lti_bridge.errors import SettingsError
from lti_bridge.settings.checks import check
from lti_bridge.settings.environment import lay_over
from lti_bridge.settings.models import Settings
from lti_bridge.settings.problems import Places, Problem, lines
from lti_bridge.settings.reading import read
from lti_bridge.settings.references import Resolver
from lti_bridge.settings.sentences import problems_of
from lti_bridge.settings.shape import shape_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def load(path: Path | str | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of the TOML file at ``path`` with ``environ`` over it (contract, section 2).

    Without a path everything comes from ``environ``. Files that secrets refer to are relative to
    the settings file's directory, or to the working directory where there is no settings file.
    Raises SettingsError with one line per mistake: ``FILE: KEY: what is wrong; what is right``.
    """
    file = None if path is None else str(path)
    written = {} if file is None else read(file)
    shape = shape_of(Settings)
    overlay = lay_over(written, environ, shape)
    resolver = Resolver(Path(file or ".").parent, environ)
    data = resolver.resolved(overlay.data, shape)
    settings, refused = _checked(data)
    problems = [*overlay.problems, *resolver.problems]
    # What couldn't be fetched was told of already, with its reason.
    told = {each.path for each in resolver.problems}
    problems += [each for each in refused if each.path not in told]
    problems += check(data)
    if settings is None or problems:
        places = Places(file, written, overlay.variables)
        raise SettingsError(lines(problems, places, shape.keys))
    return settings


def _checked(data: object) -> tuple[Settings | None, list[Problem]]:
    try:
        return Settings.model_validate(data), []
    except ValidationError as error:
        return None, list(problems_of(error, data, shape_of(Settings)))
