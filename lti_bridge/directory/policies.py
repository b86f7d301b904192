"""What the people of an LMS may do, where its administrator thinks otherwise than usual.

The first three are MEETS' own settings of a connection ("Connection", ``settings``), by the
names that they have there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Policies:
    """A platform's policies; those that it doesn't say are as here."""

    students_host: bool = False
    """Teachers may let everybody lead a class: students come in as moderators."""
    teachers_schedule_others: bool = True
    """Teachers may schedule classes for other teachers of the course to lead."""
    teachers_substitute: bool = True
    """Teachers may lead a scheduled class of somebody else; otherwise they attend it."""
    assistants_edit: bool = True
    """Teaching assistants may schedule, change and cancel classes."""
    late_minutes: int = 10
    """Who comes more than so long after a class' beginning is late …"""
    left_early_minutes: int = 10
    """… and who leaves more than so long before its end leaves early."""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Policies:
        """Those of a platform's row; what isn't known, or no yes or no (or number of minutes), is
        as usual.
        """
        own: dict[str, Any] = {}
        for name, each in (*NAMES.items(), *MINUTES.items()):
            value = said.get(name)
            if isinstance(value, bool) if name in NAMES else are_minutes(value):
                own[each] = value
        return cls(**own)


NAMES: Final[Mapping[str, str]] = {
    "studentsHost": "students_host",
    "teacherScheduleOthers": "teachers_schedule_others",
    "teacherSubstitute": "teachers_substitute",
    "assistantsEdit": "assistants_edit",
}
"""As MEETS, the database and the commands call them."""
MINUTES: Final[Mapping[str, str]] = {
    "lateMinutes": "late_minutes",
    "leftEarlyMinutes": "left_early_minutes",
}
"""Those that are numbers of minutes."""
MOST_MINUTES: Final = 180
USUAL: Final = Policies()


def are_minutes(value: object) -> bool:
    """Whether that may be said of one that is a number of minutes."""
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return 0 <= value <= MOST_MINUTES


def as_said(policies: Policies) -> dict[str, bool]:
    """Each yes and no, by their names outside."""
    return {name: getattr(policies, each) for name, each in NAMES.items()}


def minutes_said(policies: Policies) -> dict[str, int]:
    """Each number of minutes, by their names outside."""
    return {name: getattr(policies, each) for name, each in MINUTES.items()}
