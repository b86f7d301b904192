"""The page of recordings of all courses: what ``manageContent`` opens here.

MEETS' manual has that permission for "access and manage MEETS content (files, recordings, etc.)".
The bridge keeps no such files of its own: recordings lie on the conferencing services, and slides
are their teachers' business. So it opens the recordings, to be watched, shown, hidden and deleted,
and in the reporting API their list and where they are (``docs/admin.md``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Response, request
from flask_babel import LazyString, lazy_gettext

from lti_bridge.admin.auditing import key_of
from lti_bridge.conferencing import Capability
from lti_bridge.errors import BridgeError
from lti_bridge.reports.recordings import recording_gone
from lti_bridge.security import Redirect
from lti_bridge.store import Onlooker, RecordingSearch

if TYPE_CHECKING:
    from lti_bridge.admin.door import Door, Signed
    from lti_bridge.admin.pages import AdminPages
    from lti_bridge.conferencing import Services
    from lti_bridge.reports import RecordingBook
    from lti_bridge.store import ListedRecording, Store

MANAGE: Final = "manageContent"
PAGE: Final = 50
FIELDS: Final = ("course", "person", "platform", "state", "service")
LARGEST_ID: Final = 2**63
STATES: Final[Mapping[str, LazyString]] = {
    "published": lazy_gettext("shown"),
    "unpublished": lazy_gettext("hidden"),
    "processed": lazy_gettext("ready, not shown yet"),
    "processing": lazy_gettext("being made"),
}
"""As :class:`RecordingRow` has them."""


@dataclass(frozen=True, slots=True)
class RecordingPages:
    """The views, with what they need."""

    door: Door
    pages: AdminPages
    store: Store
    book: RecordingBook
    services: Services

    def listed(self) -> Response:
        """``GET /admin/recordings``, with what is searched for in the address."""
        signed = self.door.enter(MANAGE)
        given = _given()
        wanted = RecordingSearch(
            course=key_of("course"),
            person=key_of("person"),
            connection_id=key_of("platform"),
            state=given["state"] if given["state"] in STATES else "",
            service=given["service"],
        )
        found = self.store.recording_list.search(wanted, before_id=key_of("before"), limit=PAGE + 1)
        lines = found[:PAGE]
        return self.pages.show(
            "recordings.html",
            signed,
            lines=[(line, self._can(line.service)) for line in lines],
            more=lines[-1].id if len(found) > PAGE else None,
            given=given,
            platforms=self.store.administration.all(),
            services=[service.name for service in self.services.all()],
            states=STATES,
        )

    def watch(self, number: int) -> Response:
        """``GET /admin/recordings/<number>/watch``: to where it is played; that is written down."""
        signed = self.door.enter(MANAGE)
        line = self._meant(number)
        shown = self.book.find(_whose(line), line.id)
        if not shown.playbacks:
            raise recording_gone()
        with self.pages.change():
            self.pages.note(signed, "recording.watch", _subject(line))
        return Redirect(shown.playbacks[0].url)

    def publish(self, number: int) -> Response:
        """``POST /admin/recordings/<number>/publish``: show it to its course, or hide it."""
        signed, form = self.door.act(MANAGE)
        line, published = self._meant(number), form.get("published") == "true"
        with self._doing(signed, "recording.show" if published else "recording.hide", line):
            self.book.publish(_whose(line), line.id, published=published)
        return self.pages.back_to("admin.recordings", **_kept())

    def ask_deletion(self, number: int) -> Response:
        """``GET /admin/recordings/<number>/delete``: once more, whether it is meant."""
        signed = self.door.enter(MANAGE)
        line = self._meant(number)
        return self.pages.show(
            "delete_recording.html", signed, line=line, states=STATES, given=_given(), kept=_kept()
        )

    def delete(self, number: int) -> Response:
        """``POST /admin/recordings/<number>/delete``."""
        signed, _form = self.door.act(MANAGE)
        line = self._meant(number)
        with self._doing(signed, "recording.delete", line):
            self.book.delete(_whose(line), line.id)
        return self.pages.back_to("admin.recordings", **_kept())

    @contextmanager
    def _doing(self, signed: Signed, action: str, line: ListedRecording) -> Iterator[None]:
        # The line comes first: a service is told within no transaction, and nothing may be done
        # to a recording of which the log says nothing.
        before = {"state": line.state}
        with self.pages.change():
            self.pages.note(signed, action, _subject(line), before)
        try:
            yield
        except BridgeError as error:
            with self.pages.change():
                self.pages.note(
                    signed, action, _subject(line), before, {**before, "failed": error.code}
                )
            raise

    def _meant(self, number: int) -> ListedRecording:
        found = self.store.recording_list.find(number) if number < LARGEST_ID else None
        if found is None:
            raise recording_gone()
        return found

    def _can(self, service: str) -> frozenset[Capability]:
        try:
            return self.services.service_for(service).capabilities
        except BridgeError:  # one that isn't there any more
            return frozenset()


def _whose(line: ListedRecording) -> Onlooker:
    """As somebody who leads the course sees it."""
    return Onlooker(line.course_id, user_id=None, leads=True)


def _subject(line: ListedRecording) -> str:
    return f"{line.record_id} ({line.service}; course {line.course})"


def _given() -> dict[str, str]:
    return {name: request.args.get(name, "").replace("\0", "")[:255] for name in FIELDS}


def _kept() -> dict[str, Any]:
    """The search that the page goes back to."""
    return {name: value for name, value in _given().items() if value}
