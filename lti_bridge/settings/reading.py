"""The settings file as TOML gives it."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

from lti_bridge.errors import SettingsError
from lti_bridge.settings.problems import one_line

_POSITION = re.compile(r"(?P<what>.*) \(at (?P<where>line \d+, column \d+|end of document)\)")


def read(file: str) -> dict[str, object]:
    """The tables and values of the file; SettingsError with one problem if it can't be read."""
    try:
        return tomllib.loads(Path(file).read_bytes().decode("utf-8-sig"))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "unknown reason"
        wrong = _problem(file, "file", f"can't be read ({reason})", "give the path of a TOML file")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        wrong = _problem(file, f"line {line}", "is not UTF-8", "save the file as UTF-8 text")
    except tomllib.TOMLDecodeError as error:
        wrong = _syntax(file, str(error))
    except RecursionError:
        wrong = _problem(file, "file", "is nested too deeply", "write each table only once")
    except ValueError:  # a path no system can hold; a number of thousands of digits
        wrong = _problem(file, "file", "can't be read", "give the path of a TOML file")
    raise SettingsError((wrong,))


def _syntax(file: str, message: str) -> str:
    found = _POSITION.fullmatch(message)
    what, where = found.group("what", "where") if found else (message, "file")
    return _problem(
        file, where, f"is not TOML ({one_line(what)})", 'write each line as key = "text"'
    )


def _problem(file: str, where: str, wrong: str, right: str) -> str:
    return f"{one_line(file)}: {where}: {wrong}; {right}"
