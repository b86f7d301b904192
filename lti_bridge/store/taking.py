"""Rows that a worker takes for itself: so many at the most, and none that another one has."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select


def chosen(due: Select[Any]) -> Select[Any]:
    """The IDs that ``due`` selects, locked past those that others hold; for ``id IN (…)``.

    As a sub-select, PostgreSQL may run it once for each row that it compares, and each time find
    others: then ``due``'s limit doesn't hold. A common table expression that locks runs once.
    """
    once = due.with_for_update(skip_locked=True).cte("chosen")
    return select(once.c[0])
