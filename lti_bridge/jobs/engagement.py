"""Meet & Engage's data, day by day, without gaps or doubles.

A day is asked for alone and replaced as a whole, so that asking again changes nothing. It is asked
for again every six hours until one and a half days after its end: rows may come in late.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from lti_bridge.errors import RemoteError, RemoteRejected, RemoteUnavailable
from lti_bridge.store import NewRow, Rows
from lti_bridge.store.engagement import folded, number_of_day

if TYPE_CHECKING:
    from lti_bridge.engagement_api import EngagementClient
    from lti_bridge.settings import Engagement
    from lti_bridge.store import EngagementData

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
SETTLED_MS: Final = 36 * HOUR_MS
AGAIN_MS: Final = 6 * HOUR_MS
DAYS_BACK: Final = 30
PATIENCE: Final = 3
"""Days in a row without an answer, before a run gives up; or refused, before a data method is."""
HOPELESS: Final = frozenset({"rate_limited", "http_401"})
"""What no other day will change: we are to wait, or the key pair isn't taken."""
Work = tuple[str, int]
"""A data method and a day (days since 1970-01-01, UTC)."""


@dataclass(frozen=True, slots=True)
class CollectEngagement:
    """The job."""

    data: EngagementData
    client: EngagementClient
    settings: Engagement
    now_ms: Callable[[], int]
    kept_days: int
    """Older ones aren't fetched: they would be cleared away."""

    def run(self) -> int:
        """Fetch every day that is due; how many came. Raises as :meth:`collect` does."""
        while not self.settings.match_people and self.data.forget_addresses():
            pass  # some at a time, so that no launch waits for it
        due = list(self.due(self.first(), self.today()))
        return sum(rows is not None for rows in self.collect(due))

    def collect(self, due: Iterable[Work]) -> Iterator[int | None]:
        """Fetch those; of each, how many rows came, or None where it didn't come and stays due.

        A day that is garbled or refused stops no other. Raises the last :class:`RemoteError`, at
        the end or as soon as it's clear that nothing more will come.
        """
        failures: list[RemoteError] = []
        for method, works in groupby(due, key=itemgetter(0)):
            yield from self._collect(method, [day for _, day in works], failures)
        if failures:
            raise failures[-1]

    def _collect(
        self, method: str, days: Sequence[int], failures: list[RemoteError]
    ) -> Iterator[int | None]:
        came = False
        silent = refused = 0
        for day in days:
            try:
                rows = self.fetch(method, day)
            except RemoteError as error:
                failures.append(error)
                silent = silent + 1 if isinstance(error, RemoteUnavailable) else 0
                refused += isinstance(error, RemoteRejected)
                if error.code in HOPELESS or silent == PATIENCE:
                    raise
                yield None
                if refused == PATIENCE and not came:
                    return  # it isn't the days: there is no such data method
            else:
                came, silent = True, 0
                yield rows

    def due(
        self, first: int, last: int, *, methods: Sequence[str] = (), again: bool = False
    ) -> Iterator[Work]:
        """What to fetch from a day to a day, newest first; with ``again`` all of it."""
        now_ms = self.now_ms()
        for method in methods or self.settings.data_methods:
            known = self.data.fetched(Rows(self.client.account, method, first, last))
            for day in range(last, first - 1, -1):
                if again or _is_due(day, known.get(day), now_ms):
                    yield method, day

    def fetch(self, method: str, day: int) -> int:
        """Fetch a day, and keep it; how many rows. Raises :class:`RemoteError`."""
        # From noon is rounded down and to noon is rounded up: exactly this day, however a date
        # that is midnight already would be taken.
        noon_ms = day * DAY_MS + DAY_MS // 2
        rows = self.client.organisation_data(method, noon_ms, noon_ms)
        kept = [NewRow(_json(row), self._address(row)) for row in rows]
        self.data.replace_day(self.client.account, method, day, kept, self.now_ms())
        return len(kept)

    def first(self) -> int:
        """The first day to collect: the settings' ``since``, as far as days are kept."""
        given = self.settings.since
        wanted = number_of_day(date.fromisoformat(given)) if given else self.today() - DAYS_BACK
        return max(wanted, self.first_kept())

    def first_kept(self) -> int:
        """Days before this one are cleared away."""
        return self.today() - self.kept_days + 1

    def today(self) -> int:
        """In UTC, as Meet & Engage has its days."""
        return self.now_ms() // DAY_MS

    def _address(self, row: Mapping[str, Any]) -> str:
        """By which people are matched, where the institution allows it."""
        if not self.settings.match_people:
            return ""
        by_name = {name.casefold(): value for name, value in row.items()}
        for column in self.settings.email_columns:
            value = by_name.get(column.casefold())
            if isinstance(value, str) and "@" in value:
                return folded(value)
        return ""


def _is_due(day: int, fetched_ms: int | None, now_ms: int) -> bool:
    if fetched_ms is None:
        return True
    is_settled = fetched_ms >= (day + 1) * DAY_MS + SETTLED_MS
    return not is_settled and fetched_ms <= now_ms - AGAIN_MS


def _json(row: Mapping[str, Any]) -> str:
    # Escaped, so that any text fits into any database, lone surrogates too.
    return json.dumps(row, separators=(",", ":"))
