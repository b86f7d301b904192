"""The pages of people: somebody is found, what is held of them is counted, given out and erased.

A search isn't in an address, which proxies log: it would name people there.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Response

from lti_bridge.admin.person_words import KEPT_WITHOUT_THEM, SECTIONS
from lti_bridge.errors import MalformedRequest, NotAllowed
from lti_bridge.security import admin_headers
from lti_bridge.store import AuditEntry

if TYPE_CHECKING:
    from lti_bridge.admin.door import Door, Signed
    from lti_bridge.admin.pages import AdminPages
    from lti_bridge.store import FoundPerson, PersonalData, PlatformAdministration

LOOK: Final = "viewData"
DECIDE: Final = "manageAdmins"
"""Giving out or erasing somebody's data is for those who answer for everything here."""
LONGEST: Final = 320


@dataclass(frozen=True, slots=True)
class PersonPages:
    """The views, with what they need."""

    door: Door
    pages: AdminPages
    persons: PersonalData
    administration: PlatformAdministration
    settle: Callable[[], None]
    """Writes what this process hasn't written yet."""
    forget: Callable[[], None]
    """What this process remembers of people."""
    stored: Mapping[str, Any]
    """What the page of what is stored shows: ``kept``, ``has`` and ``address``."""

    def form(self) -> Response:
        """``GET /admin/people``: whom to look for."""
        return self._list(self.door.enter(LOOK), "", None, None)

    def find(self) -> Response:
        """``POST /admin/people``: everybody who is known by that."""
        signed, form = self.door.act(LOOK)
        text, platform = form.get("search", "").strip()[:LONGEST], _row(form.get("platform", ""))
        return self._list(signed, text, platform, self.persons.find(text, platform))

    def shown(self, number: int) -> Response:
        """``GET /admin/people/<number>``: what is held, counted."""
        signed, one = self.door.enter(LOOK), self._found(number)
        self.settle()
        return self.pages.show(
            "person.html",
            signed,
            person=one,
            counts=self._counts(number),
            may_decide=signed.may(DECIDE),
        )

    def export(self, number: int) -> Response:
        """``POST /admin/people/<number>/export``: all that is held, as a JSON file."""
        signed, _ = self.door.act(DECIDE)
        one = self._found(number)
        self.settle()
        document = self.persons.document(one.id, _now_ms())
        self.pages.note(signed, "person.export", _subject(one))
        headers = {
            **admin_headers(),
            "Content-Disposition": f'attachment; filename="person-{one.id}.json"',
        }
        body = json.dumps(document, indent=2, ensure_ascii=False)
        # Halves of surrogate pairs, which an LMS may send, are in no UTF-8.
        return Response(
            body.encode("utf-8", "replace"), headers=headers, mimetype="application/json"
        )

    def ask(self, number: int) -> Response:
        """``GET /admin/people/<number>/erase``: what would be lost."""
        signed, one = self.door.enter(DECIDE), self._found(number)
        self.settle()
        return self.pages.show("erase_person.html", signed, person=one, counts=self._counts(number))

    def erase(self, number: int) -> Response:
        """``POST /admin/people/<number>/erase``: for good, by whoever said that they are sure."""
        signed, form = self.door.act(DECIDE)
        one = self._found(number)
        if form.get("sure") != "1":
            raise NotAllowed(
                "Nobody was erased: the box wasn't ticked.", remedy="Go back.", code="not_sure"
            )
        self.settle()
        entry = AuditEntry(_now_ms(), signed.admin.name, "person.erase", _subject(one))
        erased = self.persons.erase(one.id, entry)
        self.forget()
        return self.pages.show("person_erased.html", signed, erased=erased)

    def privacy(self) -> Response:
        """``GET /admin/privacy``: what is stored of people, why and for how long."""
        return self.pages.show("privacy.html", self.door.enter(LOOK), **self.stored)

    def _list(
        self,
        signed: Signed,
        text: str,
        platform: int | None,
        found: list[FoundPerson] | None,
    ) -> Response:
        return self.pages.show(
            "people.html",
            signed,
            search=text,
            platform=platform,
            found=found,
            platforms=self.administration.all(),
        )

    def _counts(self, number: int) -> list[tuple[Any, int, bool]]:
        """What is held in words, how much, and whether it stays without them."""
        counts = self.persons.counts(number)
        return [
            (words, counts[name], name in KEPT_WITHOUT_THEM)
            for name, words in SECTIONS.items()
            if counts[name]
        ]

    def _found(self, number: int) -> FoundPerson:
        one = self.persons.person(number) if number < 2**63 else None
        if one is None:
            raise MalformedRequest(
                "There is no such person, or they were erased already.",
                remedy="Look for them anew.",
                code="person_missing",
            )
        return one


def _subject(one: FoundPerson) -> str:
    """By number only: what was erased must not stand here for ever."""
    return f"person {one.id}"


def _row(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _now_ms() -> int:
    return int(time.time() * 1000)
