"""What letters say, in the language, zone and calendar of who gets them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel import Locale
from babel.support import Translations

from lti_bridge.http.mail import Letter
from lti_bridge.reports.cities import is_zone
from lti_bridge.reports.homes import home_of
from lti_bridge.web.preferences import LANGUAGES
from lti_bridge.web.times import Clock

if TYPE_CHECKING:
    from lti_bridge.security import Marked
    from lti_bridge.store import Reminder

CATALOGUES: Final = Path(__file__).parent / "translations"


@dataclass(frozen=True, slots=True)
class ReminderLetters:
    """Letters that remind of a class."""

    marked: Marked
    public_url: str

    def __call__(self, reminder: Reminder) -> Letter:
        """The letter; whoever has it can end all further ones by its address (RFC 8058)."""
        language = reminder.language if reminder.language in LANGUAGES else "en"
        _ = Translations.load(CATALOGUES, [language]).gettext
        zone = reminder.zone if is_zone(reminder.zone) else ""
        clock = Clock(Locale.parse(language), zone, reminder.calendar)
        name = reminder.title or reminder.course_title or _("Live class")
        when = clock.moment(reminder.begins_ms, weekday=True) + clock.unknown
        home = home_of(reminder.lms, reminder.logout_url, reminder.lti_context_id)
        end = f"{self.public_url}/calendar/reminders/{self.marked.text(str(reminder.user_id))}"
        lines = [
            _("%(name)s begins: %(time)s") % {"name": name, "time": when},
            reminder.course_title if reminder.title else "",
            _("To join, open the course in your learning platform."),
            home,
            _("You get this because you asked to be reminded of your classes. To get no more:"),
            end,
        ]
        return Letter(
            to=reminder.email,
            subject=_("%(name)s begins: %(time)s") % {"name": name, "time": when},
            text="\n\n".join(line for line in lines if line) + "\n",
            identity=f"class-{reminder.meeting_id}-{reminder.user_id}-{reminder.begins_ms}",
            headers={
                "Content-Language": language.replace("_", "-"),
                "List-Unsubscribe": f"<{end}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
