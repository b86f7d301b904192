"""Secrets given as ``{ file = "path" }`` or ``{ env = "NAME" }``: what they refer to."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lti_bridge.settings.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path as FilePath

    from lti_bridge.settings.shape import Path, Shape

_LARGEST = 64 * 1024
_FORMS = 'give the text itself, { file = "path" } or { env = "NAME" }'


class _Missing:
    """Stands where a secret couldn't be had; the models refuse it without a look inside."""


class _UnavailableError(Exception):
    """``args``: what is wrong, what would be right."""


@dataclass(slots=True)
class Resolver:
    """Fetches secrets: files relative to ``directory``, variables from ``environ``."""

    directory: FilePath
    environ: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def resolved(self, data: object, shape: Shape, path: Path = ()) -> object:
        """A copy of ``data`` with every reference replaced; what fails goes to ``problems``."""
        if isinstance(data, dict):
            if shape.kind == "secret" or shape.of("list", "secret"):
                return self._fetched(data, path)
            return {
                key: self.resolved(value, inner, (*path, key)) if inner else value
                for key, value in data.items()
                for inner in [shape.keys.get(key) if shape.kind == "table" else shape.item]
            }
        if isinstance(data, list) and shape.kind == "list" and shape.item:
            return [self.resolved(each, shape.item, (*path, n)) for n, each in enumerate(data)]
        return data

    def _fetched(self, reference: dict[str, object], path: Path) -> object:
        try:
            return self._content(reference)
        except _UnavailableError as error:
            self.problems.append(Problem(path, *error.args))
            return _Missing()

    def _content(self, reference: dict[str, object]) -> str:
        match reference:
            case {"file": str(name), **others} if not others:
                return _from_file(self.directory, name)
            case {"env": str(name), **others} if not others:
                return _from_variable(self.environ, name)
        raise _UnavailableError("is a table that is no reference to a secret", _FORMS)


def _from_file(directory: FilePath, name: str) -> str:
    try:
        content = _read(directory / name)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: no system has it
        raise _UnavailableError(
            "refers to a file that is not there",
            "give the path of a file, relative to the settings file's directory or absolute",
        ) from None
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "unknown reason"
        raise _UnavailableError(
            f"refers to a file that can't be read ({reason})", "let the bridge's user read it"
        ) from None
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise _UnavailableError(
            "refers to a file that is no text", "write the secret as UTF-8 text into a file"
        ) from None
    if not text or len(content) > _LARGEST:
        size = "larger than 64 KiB" if text else "empty"
        raise _UnavailableError(
            f"refers to a file that is {size}", "write the secret, alone, into it"
        )
    return text


def _read(file: FilePath) -> bytes:
    """The file's bytes, one more than allowed if there are more."""
    if not stat.S_ISREG(file.stat().st_mode):  # a pipe or device might never end
        raise _UnavailableError("refers to a directory or device", "give the path of a plain file")
    with file.open("rb") as opened:
        return opened.read(_LARGEST + 1)


def _from_variable(environ: Mapping[str, str], name: str) -> str:
    try:
        text = environ.get(name, "")
    except ValueError:  # a name no system can hold
        text = ""
    if not text:
        raise _UnavailableError(
            "refers to an environment variable that is not set or empty",
            "set that variable, or name another",
        )
    return text
