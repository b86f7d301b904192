"""What is held of a person, in words: by the names that the document of their data has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString, lazy_gettext

SECTIONS: Final[Mapping[str, LazyString]] = {
    "person": lazy_gettext("Name, e-mail address, identifiers and own settings"),
    "earlier_identifiers": lazy_gettext("Identifiers from before LTI 1.3"),
    "courses": lazy_gettext("Courses that they belong to"),
    "groups": lazy_gettext("Groups that they belong to"),
    "attendance": lazy_gettext("Times in class"),
    "attendance_told": lazy_gettext("What services told of them after class"),
    "attendance_at_meets": lazy_gettext("Times in classes held at MEETS"),
    "in_class_now": lazy_gettext("Classes that they are in just now"),
    "attendance_corrections": lazy_gettext("Teachers’ words on their attendance"),
    "corrections_made": lazy_gettext("Their words on others’ attendance"),
    "notes_about_them": lazy_gettext("Notes that name them"),
    "scores": lazy_gettext("Scores for attendance"),
    "grades_corrected": lazy_gettext("Their words on others’ scores"),
    "graded_links": lazy_gettext("Graded links that they may see"),
    "grade_places": lazy_gettext("Places for their grades (LTI 1.1)"),
    "reminders": lazy_gettext("Reminders that were sent"),
    "calendar_feeds": lazy_gettext("Addresses of their calendars"),
    "classes_planned": lazy_gettext("Classes that they scheduled"),
    "classes_led": lazy_gettext("Classes that they lead"),
    "classes_led_at_meets": lazy_gettext("Classes that they lead at MEETS"),
    "guest_links_made": lazy_gettext("Guest links that they made"),
    "guest_links_for_them": lazy_gettext("Guest links that name them"),
    "invitations": lazy_gettext("Invitations to classes"),
    "launches": lazy_gettext("Launches"),
    "engagement": lazy_gettext("Rows of Meet & Engage"),
}
"""In the order of the page."""

KEPT_WITHOUT_THEM: Final = frozenset(
    {
        "attendance_told",
        "corrections_made",
        "grades_corrected",
        "notes_about_them",
        "classes_planned",
        "classes_led",
        "classes_led_at_meets",
        "guest_links_made",
        "guest_links_for_them",
    }
)
"""What belongs to others too: it stays, and names them no more."""
