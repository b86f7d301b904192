"""Parameters of calls, checked before anything is sent, and split where they are too long.

MEETS ignores a parameter that is longer than it reads ("Input limitations"): of a filter that
means everybody's data. So no value of ours comes near that length: a list of IDs is asked for in
several queries, and what can't be split is refused here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from lti_bridge.errors import RemoteRejected
from lti_bridge.meets_api.reading import LARGEST_ID, SERVICE

LIST_BYTES: Final = 3500
"""Longest list in one query; the limit of POST is 4,096 bytes."""
MOST: Final = 1000
"""Entities of a page ("Pagination")."""
LATEST: Final = 10**11
"""UNIX seconds of the year 5138: whoever says more means milliseconds."""
ROLES: Final = ("administrator", "teacher", "student")
TYPES: Final = ("original", "converted")
UNRECORDED: Final = frozenset({"gotomeeting", "gotowebinar"})
"""Services whose "values cannot be present" where recordings are asked for."""


class Query:
    """The parameters of one function, as they are collected."""

    def __init__(self, function: str) -> None:
        self._function = function
        self._single: dict[str, str] = {}
        self._lists: dict[str, Sequence[str]] = {}

    def ids(self, name: str, values: Iterable[int] | None) -> Query:
        """A list of IDs; None: no such filter. An empty list fits nothing, as it should."""
        if values is not None:
            self._lists[name] = [self._id(name, value) for value in dict.fromkeys(values)]
        return self

    def services(
        self, name: str, values: Iterable[str] | None, without: Collection[str] = ()
    ) -> Query:
        """As :meth:`ids`, of conferencing services, and not of those ``without``."""
        if values is not None:
            given = list(dict.fromkeys(values))
            if not all(map(_can_be_listed, given)) or any(one in without for one in given):
                raise self._refused(f"a {name} that can't stand in its list")
            self._lists[name] = given
        return self

    def roles(self, name: str, values: Iterable[str] | None) -> Query:
        """Roles of a course, in one value: who has none of them isn't who lacks one of them."""
        if values is not None:
            given = list(dict.fromkeys(values))
            if any(one not in ROLES for one in given):
                raise self._refused(f"a {name} that isn't one of {', '.join(ROLES)}")
            if given or name == "roles":
                self._lists[name] = given
        return self

    def id(self, name: str, value: int) -> Query:
        """One ID."""
        self._single[name] = self._id(name, value)
        return self

    def text(self, name: str, value: str) -> Query:
        """A text that must be there; its length is the transport's matter."""
        if not isinstance(value, str) or not value:
            raise self._refused(f"a {name} that is empty")
        self._single[name] = value
        return self

    def type(self, name: str, value: str | None) -> Query:
        """The type of a recording; None: of either."""
        if value is not None:
            if value not in TYPES:
                raise self._refused(f"a {name} that isn't one of {', '.join(TYPES)}")
            self._single[name] = value
        return self

    def time(self, name: str, value: int | None) -> Query:
        """UNIX seconds; None: no such filter."""
        if value is not None:
            if type(value) is not int or not 0 <= value < LATEST:
                raise self._refused(f"a {name} that isn't a time in UNIX seconds")
            self._single[name] = str(value)
        return self

    def page(self, limit: int, start_after_id: int) -> Query:
        """Which page ("Pagination"): at most 1,000 after an ID (0: from the beginning)."""
        if type(limit) is not int or not 1 <= limit <= MOST:
            raise self._refused(f"a limit that isn't between 1 and {MOST}", code="limit")
        if type(start_after_id) is not int or not 0 <= start_after_id <= LARGEST_ID:
            raise self._refused("a startAfterId that isn't an ID")
        self._single["limit"] = str(limit)
        return self

    @property
    def is_split(self) -> bool:
        """Whether it takes several queries, which may give an entity more than once."""
        return sum(1 for _ in self.each()) > 1

    def each(self) -> Iterator[Mapping[str, str]]:
        """The parameters of each query; none where a list is empty: nothing can fit."""
        if not all(self._lists.values()):
            return
        names = list(self._lists)
        for chosen in product(*(list(_chunks(self._lists[name])) for name in names)):
            yield {**self._single, **dict(zip(names, chosen, strict=True))}

    def _id(self, name: str, value: int) -> str:
        if type(value) is not int or not 0 < value <= LARGEST_ID:
            raise self._refused(f"a {name} that isn't an ID of MEETS")
        return str(value)

    def _refused(self, what: str, code: str = "parameter") -> RemoteRejected:
        return RemoteRejected(
            f"{self._function} was to be asked with {what}; nothing was sent.",
            service=SERVICE,
            call=self._function,
            code=code,
        )


def _can_be_listed(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LIST_BYTES and "," not in value


def _chunks(values: Sequence[str]) -> Iterator[str]:
    chunk: list[str] = []
    size = 0
    for value in values:
        length = len(value.encode("utf-8", "replace")) + 1
        if chunk and size + length > LIST_BYTES:
            yield ",".join(chunk)
            chunk, size = [], 0
        chunk.append(value)
        size += length
    yield ",".join(chunk)
