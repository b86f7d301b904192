"""What people chose for themselves, whatever their LMS says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select, update

from lti_bridge.store.tables import UserRow

if TYPE_CHECKING:
    from lti_bridge.store.engine import Database


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's own choices; empty and None: none was made."""

    language: str = ""
    zone: str = ""
    """IANA name."""
    calendar: str = ""
    """``gregorian`` or ``jalali``."""
    remind_minutes: int | None = None
    """So long before a class they want an e-mail."""
    browser_zone: str = ""
    """What their browser last said; holds where they chose no zone."""


NO_PREFERENCES: Final = Preferences()


class PeoplesPreferences:
    """Queries on what people chose."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def of(self, user_id: int) -> Preferences:
        """What somebody chose, by their row."""
        row = self._database.read(lambda c: c.execute(_OF, {"user": user_id}).first())
        return NO_PREFERENCES if row is None else Preferences(*row)

    def save(self, user_id: int, chosen: Preferences, *, spoken: str = "") -> None:
        """Keep the choices; what the browser says stays as it is.

        ``spoken``: the language of the page, which letters speak where none was chosen.
        """
        self._change(
            user_id,
            language=chosen.language,
            remind_language=spoken,
            zone=chosen.zone,
            calendar=chosen.calendar,
            remind_minutes=chosen.remind_minutes,
        )

    def browser_is_in(self, user_id: int, zone: str) -> None:
        """Keep the zone that somebody's browser says."""
        self._change(user_id, browser_zone=zone)

    def stop_reminding(self, user_id: int) -> None:
        """No e-mail before classes any more; safe to repeat."""
        self._change(user_id, remind_minutes=None)

    def _change(self, user_id: int, **values: str | int | None) -> None:
        statement = update(UserRow).where(UserRow.id == user_id).values(**values)
        self._database.write_statement(lambda c: c.execute(statement))


_OF: Final = select(
    UserRow.language, UserRow.zone, UserRow.calendar, UserRow.remind_minutes, UserRow.browser_zone
).where(UserRow.id == bindparam("user"))
