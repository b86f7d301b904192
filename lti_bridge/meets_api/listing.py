"""Lists, page by page ("Pagination"): the end is where MEETS says so, not at a short page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Generic, Protocol, TypeVar

from lti_bridge.errors import CircuitOpen, RemoteAddressRefused, RemoteUnavailable
from lti_bridge.meets_api.reading import Answer, malformed

STEADY_TRIES: Final = 4
"""Fewer than the failures after which a host is left alone (``lti_bridge.http``): one bad page of a
job is no reason to let launches go without MEETS."""
FIRST_PAUSE: Final = 0.2
"""Seconds; each further one is twice as long."""


class Numbered(Protocol):
    """Anything with a number of MEETS."""

    @property
    def meets_id(self) -> int:
        """Its number."""


T = TypeVar("T", bound=Numbered)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page."""

    entities: tuple[T, ...]
    """In the order of their numbers."""
    next_start_after_id: int | None
    """Where the next page begins; None after the last."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """Everything that fits, asked for page by page as it is looked at; no more than a page is held.

    May be gone through again: it asks again then. Raises :class:`lti_bridge.errors.RemoteError`
    as it goes.
    """

    function: str
    queries: tuple[Mapping[str, str], ...]
    """Several where lists were too long for one; what more than one of them gives counts once."""
    start_after_id: int
    call: Callable[[Mapping[str, str]], Mapping[str, object]]
    read: Callable[[Answer], tuple[T, ...]]
    tries: int = 1
    """How often a page is asked for, before its failure counts."""
    sleep: Callable[[float], None] = time.sleep

    def steadily(self) -> Listing[T]:
        """The same for work that nobody waits for: a page that doesn't come is asked for again,
        after pauses that grow; a host that is left alone just now isn't.
        """
        return replace(self, tries=STEADY_TRIES)

    def __iter__(self) -> Iterator[T]:
        """Every entity."""
        for page in self.pages():
            yield from page.entities

    def pages(self) -> Iterator[Page[T]]:
        """Every page."""
        seen: set[int] | None = set() if len(self.queries) > 1 else None
        for query in self.queries:
            for page in self._pages(query):
                yield page if seen is None else _new(page, seen)

    def _pages(self, query: Mapping[str, str]) -> Iterator[Page[T]]:
        after: int | None = self.start_after_id
        while after is not None:
            answer = Answer(self.function, self._call({**query, "startAfterId": str(after)}))
            following = answer.next_page()
            if following is not None and following <= after:
                # It would come to the same page for ever.
                raise malformed(self.function, "with pages that don't go on")
            yield Page(self.read(answer), following)
            after = following

    def _call(self, query: Mapping[str, str]) -> Mapping[str, object]:
        for tried in range(1, self.tries):
            try:
                return self.call(query)
            except (CircuitOpen, RemoteAddressRefused):
                raise
            except RemoteUnavailable:
                self.sleep(FIRST_PAUSE * 2 ** (tried - 1))
        return self.call(query)


def _new(page: Page[T], seen: set[int]) -> Page[T]:
    fresh = tuple(_unseen(page.entities, seen))
    return Page(fresh, page.next_start_after_id)


def _unseen(entities: Iterable[T], seen: set[int]) -> Iterator[T]:
    for entity in entities:
        if entity.meets_id not in seen:
            seen.add(entity.meets_id)
            yield entity
