"""The URLs of the course pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from lti_bridge.web.actions import CourseViews
    from lti_bridge.web.attendance import AttendanceViews
    from lti_bridge.web.calendars import CalendarViews
    from lti_bridge.web.elsewhere import ElsewhereViews
    from lti_bridge.web.grading import GradingViews
    from lti_bridge.web.guest_links import GuestLinkViews
    from lti_bridge.web.live import LiveViews
    from lti_bridge.web.people import PeopleViews
    from lti_bridge.web.picker import Picker
    from lti_bridge.web.planning import PlanViews
    from lti_bridge.web.preferences import PreferenceViews
    from lti_bridge.web.recordings import RecordingViews
    from lti_bridge.web.schedule import ScheduleViews
    from lti_bridge.web.slides import SlideViews


WHOLE_NAMES: Final = (
    "attendance/",
    "calendar",
    "grading",
    "guests",
    "live",
    "plan",
    "preferences",
    "recording/",
    "slides",
)
"""Subjects whose endpoints are named after the whole address, not its last part."""


def blueprint(
    views: CourseViews,
    elsewhere: ElsewhereViews,
    picker: Picker,
    grading: GradingViews,
    people: PeopleViews,
    preferences: PreferenceViews,
    guests: GuestLinkViews,
    calendar: CalendarViews,
    attendance: AttendanceViews,
    recordings: RecordingViews,
    plan: PlanViews,
    slides: SlideViews,
    schedule: ScheduleViews,
    live: LiveViews,
) -> Blueprint:
    """``/course/…``."""
    urls = Blueprint(
        "course", __name__, url_prefix="/course", static_folder="static", static_url_path="/static"
    )
    asked: dict[str, Callable[[], Response]] = {
        "join": views.join,
        "open": views.open,
        "status": views.status,
        "settings": views.settings,
        "classes": elsewhere.listed,
        "attendance": elsewhere.attendance,
        "recordings/download": elsewhere.download,
        "pick": picker.pick,
        "grading": grading.show,
        "grading/rules": grading.save,
        "grading/send": grading.send,
        "grading/person": grading.person,
        "people": people.listed,
        "people/refresh": people.refresh,
        "groups/enter": people.enter_group,
        "attendance/term": attendance.term,
        "attendance/class": attendance.of_class,
        "attendance/mark": attendance.mark,
        "attendance/person": attendance.person,
        "preferences": preferences.show,
        "preferences/save": preferences.save,
        "preferences/zone": preferences.zone,
        "calendar": calendar.show,
        "calendar/renew": calendar.renew,
        "calendar/event": calendar.event,
        "recordings": recordings.listed,
        "recording/watch": recordings.watch,
        "recording/publish": recordings.publish,
        "recording/rename": recordings.rename,
        "recording/delete": recordings.delete,
        "recording/captions": recordings.captions,
        "recording/captions/add": recordings.add_captions,
        "recording/captions/remove": recordings.remove_captions,
        "guests": guests.listed,
        "guests/make": guests.make,
        "guests/revoke": guests.revoke,
        "plan": plan.show,
        "plan/save": plan.save,
        "plan/edit": plan.edit,
        "plan/change": plan.change,
        "plan/cancel": plan.cancel,
        "plan/restore": plan.restore,
        "slides": slides.listed,
        "slides/add": slides.add,
        "slides/change": slides.change,
        "past": schedule.past,
        "live": live.show,
        "live/now": live.part,
        "live/end": live.end,
    }
    for path, view in asked.items():
        whole = path.startswith(WHOLE_NAMES)
        endpoint = path.replace("/", "_") if whole else path.rpartition("/")[2]
        urls.add_url_rule(f"/{path}", endpoint, view, methods=["POST"])
    for path in ("", *asked):
        urls.add_url_rule(f"/{path}", "lost", views.lost, methods=["GET"], strict_slashes=False)
    return urls
