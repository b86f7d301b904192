"""Where an LMS answers for a course: the columns that say so, and the value they are read into."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lti_bridge.store.tables import CourseServicesRow

if TYPE_CHECKING:
    from sqlalchemy import Row


@dataclass(frozen=True, slots=True)
class Offered:
    """Where an LMS answers for a course; empty: not offered."""

    memberships_url: str = ""
    line_items_url: str = ""
    grade_scopes: tuple[str, ...] = ()
    groups_url: str = ""
    group_sets_url: str = ""

    @property
    def knows_people(self) -> bool:
        """Whether there is a roster, or groups, to ask for."""
        return bool(self.memberships_url or self.groups_url)


NOTHING_OFFERED: Final = Offered()

OFFERED: Final[tuple[Any, ...]] = (
    CourseServicesRow.memberships_url,
    CourseServicesRow.line_items_url,
    CourseServicesRow.grade_scopes,
    CourseServicesRow.groups_url,
    CourseServicesRow.group_sets_url,
)


def offered_of(row: Row[Any]) -> Offered:
    """Of a row with these columns; nothing where an outer join found none."""
    if row.memberships_url is None:
        return NOTHING_OFFERED
    return Offered(
        memberships_url=row.memberships_url,
        line_items_url=row.line_items_url,
        grade_scopes=tuple(json.loads(row.grade_scopes)),
        groups_url=row.groups_url,
        group_sets_url=row.group_sets_url,
    )
