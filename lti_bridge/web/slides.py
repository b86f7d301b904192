"""Slides: the teachers' page of a meeting's files, and the address where services fetch one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Blueprint, Response, g, request
from flask_babel import LazyString, format_decimal, lazy_gettext
from werkzeug.exceptions import RequestEntityTooLarge

from lti_bridge.errors import BridgeError, MalformedRequest, NotAllowed, NotAuthentic
from lti_bridge.scheduling.slide_types import ENDINGS
from lti_bridge.web.asking import asked_meeting, number_field
from lti_bridge.web.elsewhere import file_headers
from lti_bridge.web.wording import wording_for

if TYPE_CHECKING:
    from lti_bridge.directory import Visit
    from lti_bridge.scheduling import Added, Entrance, GroupBook, SlideDesk
    from lti_bridge.security import FrameSession, Signers
    from lti_bridge.store import Meeting, Slides, StoredSlide
    from lti_bridge.web.pages import Pages

FORM_BYTES: Final = 256 * 1024
"""What a form has besides its files."""
MEGABYTE: Final = 1_000_000
MOST_AT_ONCE: Final = 20

RUNNING: Final = {
    "": None,
    "shown": lazy_gettext("It is in the class that runs now, too."),
    "not taken": lazy_gettext("The class that runs now takes no more files; the next one has it."),
    "failed": lazy_gettext(
        "It couldn’t be brought into the class that runs now; the next one has it."
    ),
}
NO_FILE: Final = lazy_gettext("Choose a file first.")
REMOVED: Final = lazy_gettext("The file is deleted.")
NOT_THERE: Final = lazy_gettext("This file was deleted already.")
SAVED: Final = lazy_gettext("Saved")


@dataclass(frozen=True, slots=True)
class Said:
    """What became of one file."""

    filename: str
    words: LazyString | None
    """What is to be said of it, besides that it is there."""
    well: bool


@dataclass(frozen=True, slots=True)
class SlideViews:
    """The teachers' views."""

    session: Callable[[str, int], FrameSession]
    """Reads the request's session; see :class:`lti_bridge.web.actions.CourseViews`."""
    pages: Pages
    entrance: Entrance
    groups: GroupBook
    desk: SlideDesk

    def listed(self) -> Response:
        """``POST /course/slides``: the meeting's files."""
        session, meeting = self._enter("slides")
        return self._page(session, meeting)

    def add(self) -> Response:
        """``POST /course/slides/add``: files, for this class or all of its series."""
        session, meeting = self._enter("slides add", self.desk.max_mb * MEGABYTE + FORM_BYTES)
        files = [file for file in request.files.getlist("file") if file.filename]
        if not files:
            return self._page(session, meeting, wrong=NO_FILE)
        done: list[Said] = []
        for file in files[:MOST_AT_ONCE]:
            name = file.filename or ""
            try:
                added = self.desk.add(
                    meeting,
                    name,
                    file.read(),
                    whole_series=request.form.get("into") == "series",
                    downloadable=request.form.get("downloadable") == "true",
                )
            except (MalformedRequest, NotAllowed) as error:
                done.append(_refused(name, error))
            else:
                done.append(_well(added))
        return self._page(session, meeting, done=done)

    def change(self) -> Response:
        """``POST /course/slides/change``: ``do`` one of delete, up, allow, forbid; to delete, it
        asks once more, unless ``sure`` is ``yes``.
        """
        session, meeting = self._enter("slides change")
        slide, course = number_field("slide") or 0, session.course_id
        match request.form.get("do", ""):
            case "delete" if request.form.get("sure") != "yes":
                return self._question(session, meeting, slide)
            case "delete":
                there, words = self.desk.remove(slide, course), REMOVED
            case "up":
                there, words = self.desk.move_up(slide, course), SAVED
            case "allow" | "forbid" as do:
                there = self.desk.set_downloadable(slide, course, downloadable=do == "allow")
                words = SAVED
            case _:
                raise MalformedRequest(
                    "The form doesn't say what to do.",
                    remedy="Open the link in the course again.",
                    code="form_field",
                )
        return self._page(session, meeting, said=words if there else NOT_THERE)

    def _question(self, session: FrameSession, meeting: Meeting, row: int) -> Response:
        found = [slide for slide in self.desk.of_meeting(meeting) if slide.id == row]
        if not found:
            return self._page(session, meeting, said=NOT_THERE)
        g.visit.outcome = "slides"
        return self.pages.show(
            "course/slides_delete.html", session, meeting=meeting, slide=found[0]
        )

    def _enter(self, step: str, largest: int = FORM_BYTES) -> tuple[FrameSession, Meeting]:
        try:
            session = self.session(step, largest)
        except RequestEntityTooLarge:
            raise MalformedRequest(
                f"The files have more than {self.desk.max_mb} MB.",
                remedy="Send smaller ones, or raise max_mb in [slides] of the settings.",
                code="slides_too_large",
            ) from None
        self.pages.rights.require_edit(session)
        return session, asked_meeting(self.entrance, self.groups, session)

    def _page(
        self,
        session: FrameSession,
        meeting: Meeting,
        *,
        done: list[Said] | None = None,
        said: LazyString | None = None,
        wrong: LazyString | None = None,
    ) -> Response:
        g.visit.outcome = "slides"
        slides = self.desk.of_meeting(meeting)
        return self.pages.show(
            "course/slides.html",
            session,
            meeting=meeting,
            takes=self.desk.takes(meeting),
            parts_of=(
                (lazy_gettext("Files of all classes of the series"), _of(slides, series=True)),
                (lazy_gettext("Files of this class"), _of(slides, series=False)),
            ),
            slides=slides,
            max_mb=self.desk.max_mb,
            max_files=self.desk.max_files,
            megabytes=_megabytes,
            accept=",".join(f".{ending}" for ending in ENDINGS),
            done=done or [],
            said=said,
            wrong=wrong,
        )


def _of(slides: list[StoredSlide], *, series: bool) -> list[StoredSlide]:
    return [slide for slide in slides if (slide.series_id is not None) is series]


def _megabytes(slide: StoredSlide) -> str:
    return str(format_decimal(max(0.1, round(slide.size / MEGABYTE, 1))))


def _well(added: Added) -> Said:
    return Said(added.slide.filename, RUNNING[added.running], well=True)


def _refused(name: str, error: BridgeError) -> Said:
    return Said(name[:200], wording_for(error).headline, well=False)


@dataclass(frozen=True, slots=True)
class SlideUrls:
    """The addresses that services are given: unguessable, and the same each time."""

    public_url: str
    signers: Signers

    def url(self, slide: StoredSlide) -> str:
        """Of a file; its end is the file's name, by which services know its type."""
        mark = self.signers.slide_mark(slide.token)
        return f"{self.public_url}/slides/{slide.token}/{mark}/{quote(slide.filename, safe='')}"


@dataclass(frozen=True, slots=True)
class SlideFiles:
    """Hands files to services. They have no session: the address is their right."""

    slides: Slides
    signers: Signers
    begin: Callable[[], Visit]

    def fetch(self, token: str, mark: str, filename: str) -> Response:  # noqa: ARG002 - for services
        """``GET /slides/<token>/<mark>/<filename>``; 410 once it was deleted."""
        visit = g.visit = self.begin()
        visit.step, visit.outcome = "slides fetch", "fetched"
        if not self.signers.is_slide_of(token, mark):
            raise NotAuthentic(
                "The bridge didn't give this address out.",
                remedy="If secret_key was changed, keep the old one in its list for a while.",
                code="slide_mark",
            )
        found = self.slides.content(token)
        if found is None:
            return Response(status=410)
        slide, content = found
        headers = file_headers(slide.media_type, slide.filename)
        return Response(content, headers={**headers, "X-Robots-Tag": "noindex"})


def slide_blueprint(files: SlideFiles) -> Blueprint:
    """``/slides/…``."""
    urls = Blueprint("slides", __name__, url_prefix="/slides")
    urls.add_url_rule("/<token>/<mark>/<filename>", "fetch", files.fetch, methods=["GET"])
    return urls
