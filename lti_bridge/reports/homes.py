"""Where a course's page is in its LMS, without anything of the launch that told us of it.

An LMS's return URL may hold what is one person's alone (Moodle's has their ``sesskey``), so of it
only the LMS's own address is taken; the course's page is where such an LMS has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlsplit

_CANVAS: Final = re.compile(r"(.*?)/courses/(\d+)(?:/|$)")
_MOODLE: Final = re.compile(r"(.*?)/mod/lti/")


def home_of(lms: str, return_url: str, context_id: str) -> str:
    """The page of a course in an LMS of that kind; where we don't know it, the LMS's own; empty
    where nothing is known.
    """
    parts = urlsplit(return_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    port = f":{parts.port}" if parts.port else ""
    origin = f"{parts.scheme}://{parts.hostname}{port}"
    find = _PAGES.get(lms)
    return origin + ((find(parts.path, context_id) if find else "") or "/")


def _canvas(path: str, _context_id: str) -> str:
    found = _CANVAS.match(path)
    return f"{found[1]}/courses/{found[2]}" if found else ""


def _moodle(path: str, context_id: str) -> str:
    found = _MOODLE.match(path)
    return f"{found[1]}/course/view.php?id={context_id}" if found and _is_number(context_id) else ""


def _brightspace(_path: str, context_id: str) -> str:
    return f"/d2l/home/{context_id}" if _is_number(context_id) else ""


def _blackboard(_path: str, context_id: str) -> str:
    return f"/ultra/courses/{quote(context_id, safe='')}" if _is_key(context_id) else ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_key(text: str) -> bool:
    return re.fullmatch(r"_\d+_\d+", text) is not None


_PAGES: Final[Mapping[str, Callable[[str, str], str]]] = MappingProxyType({
    "BlackboardLearn": _blackboard,
    "Canvas": _canvas,
    "Desire2Learn": _brightspace,
    "Moodle": _moodle,
    "Totara": _moodle,
})  # fmt: skip  # one a line
