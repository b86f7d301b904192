"""Guests: who was invited by a link, into which meeting, for how long, and under which name.

An invitation is looked up again at each step of its guests, in a memory of a few seconds: revoked,
it holds nowhere any more, whatever pages are still open.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, time
from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing import Capability, Visitor
from lti_bridge.directory.memory import Memory
from lti_bridge.directory.text import clean
from lti_bridge.errors import NotAllowed, NotAuthentic
from lti_bridge.scheduling import passcodes
from lti_bridge.scheduling.opening import gone
from lti_bridge.store import NewGuestLink

if TYPE_CHECKING:
    from lti_bridge.conferencing import JoinUrl
    from lti_bridge.scheduling.entering import Entrance, Waiting
    from lti_bridge.store import GuestLink, GuestLinks, Meeting

REMEMBERED_SECONDS: Final = 3.0
"""So soon every process knows that an invitation was revoked."""
DAY_MS: Final = 24 * 3_600_000
MOST_DAYS: Final = 365
LONGEST_NAME: Final = 60
LONGEST_LABEL: Final = 120
MOST_LINKS: Final = 50
"""Of a meeting and its series, that hold."""

RESERVED: Final = frozenset(
    unicodedata.normalize("NFKC", name).casefold()
    for name in (
        "admin", "administrator", "anonymous", "guest", "host", "instructor", "moderator",
        "presenter", "professor", "support", "system", "teacher", "tutor",
        "lehrer", "lehrerin", "lehrkraft", "dozent", "dozentin", "gast", "profesor", "profesora",
        "invitado", "invitada", "enseignant", "enseignante", "professeur", "professeure", "invité",
        "invitée", "professora", "convidado", "convidada", "معلم", "استاد", "مدرس", "مهمان",
        "مدیر", "أستاذ", "مدرّس", "ضيف", "مشرف",
    )
)  # fmt: skip  # a line for each name is a page of names
"""Nobody is called so: in class it would say who they are, which a guest can't."""
_UNSEEN: Final = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""Marks that nobody sees, and that turn the text around; joiners of letters stay."""
_BRACKETS: Final = re.compile(r"[()\[\]{}<>（）［］【】〈〉《》「」]")
"""In brackets stands what the bridge and services say of somebody: "(guest)", "(moderator)"."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a teacher says of an invitation."""

    label: str = ""
    passcode: str = ""
    """Empty: none is asked for."""
    days: int | None = 7
    """For so long it holds; None: until a day after the class."""
    whole_series: bool = False


class GuestBook:
    """The invitations, and the way in for who has one."""

    def __init__(
        self,
        links: GuestLinks,
        entrance: Entrance,
        current: Callable[[int, int], Meeting | None],
        *,
        now: Callable[[], float] = time,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """``current``: a series' class that is now or next, at a moment in UNIX milliseconds;
        ``now``: UNIX seconds; ``clock``: seconds by which this process forgets.
        """
        self._current = current
        self._links = links
        self._entrance = entrance
        self._now = now
        self._known: Memory[str, GuestLink] = Memory(10_000, clock=clock)
        self._classes: Memory[int, int] = Memory(10_000, clock=clock)

    # What teachers do; that they may is the caller's check.

    def make(self, meeting: Meeting, terms: Terms, by: int | None) -> GuestLink:
        """An invitation into the meeting, or its whole series.

        Raises :class:`NotAllowed` where there are too many already.
        """
        if sum(link.holds(self._now_ms()) for link in self.of_meeting(meeting)) >= MOST_LINKS:
            raise NotAllowed(
                f"This meeting has {MOST_LINKS} invitations that hold.",
                remedy="Revoke those that nobody needs any more.",
                code="guest_links_full",
            )
        whole = terms.whole_series and meeting.series_id is not None
        has_end = whole or meeting.ends_ms is not None
        days = terms.days if terms.days is not None or has_end else 7
        return self._links.add(
            NewGuestLink(
                meeting_id=None if whole else meeting.id,
                series_id=meeting.series_id if whole else None,
                label=label_of(terms.label),
                passcode_hash=passcodes.hashed(terms.passcode) if terms.passcode else "",
                created_by=by,
                expires_ms=None if days is None else self._now_ms() + days * DAY_MS,
            ),
            self._now_ms(),
        )

    def of_meeting(self, meeting: Meeting) -> list[GuestLink]:
        """Those into the meeting and its series, the newest first; ended ones too."""
        return self._links.of_meeting(meeting.id, meeting.series_id)

    def revoke(self, link: int, course: int) -> bool:
        """Let an invitation of the course hold no more; False where there is none that does."""
        token = self._links.revoke(link, self._now_ms(), course=course)
        if token is not None:
            self._known.forget(token)
        return token is not None

    # What guests do.

    def link(self, token: str) -> GuestLink:
        """The invitation of a token, which holds.

        Raises :class:`NotAuthentic` where there is none, :class:`NotAllowed` where it doesn't hold
        any more.
        """
        link = self._known.get(token) or self._look_up(token)
        if link.revoked_ms is not None:
            raise NotAllowed(
                "This invitation was revoked.",
                remedy="Ask for a new one where it came from.",
                code="guest_link_revoked",
            )
        if not link.holds(self._now_ms()):
            raise NotAllowed(
                "This invitation is over.",
                remedy="Ask for a new one where it came from.",
                code="guest_link_over",
            )
        return link

    def _look_up(self, token: str) -> GuestLink:
        found = self._links.find(token)
        if found is None:
            raise unknown_link()
        return self._known.put(token, found, REMEMBERED_SECONDS)

    def meeting(self, link: GuestLink) -> Meeting:
        """The meeting that it lets into now; :class:`NotAllowed` where there is none any more."""
        return self._entrance.meeting(self._meeting_of(link))

    def _meeting_of(self, link: GuestLink) -> int:
        if link.meeting_id is not None:
            return link.meeting_id
        known = self._classes.get(link.id)
        if known is not None:
            return known
        found = self._current(link.series_id or 0, self._now_ms())
        if found is None:
            raise gone()
        return self._classes.put(link.id, found.id, REMEMBERED_SECONDS)

    def enter(self, meeting: Meeting, name: str, key: str) -> JoinUrl | Waiting:
        """The guest's way in, or why they wait; raises as :meth:`Entrance.enter`."""
        return self._entrance.enter(meeting.id, self.visitor(meeting, name, key))

    def used(self, link: GuestLink) -> None:
        """Somebody goes in by it."""
        self._links.used(link.id, self._now_ms())

    def is_open(self, meeting: Meeting, name: str, key: str) -> bool:
        """Whether :meth:`enter` would let them in now; answered from memory, as for everybody."""
        return self._entrance.is_open(meeting.id, self.visitor(meeting, name, key))

    def visitor(self, meeting: Meeting, name: str, key: str) -> Visitor:
        """A guest as the service is told; where it doesn't know guests, the name says it."""
        known = Capability.GUESTS in self._entrance.capabilities(meeting.id)
        return Visitor(
            full_name=name if known else f"{name} (guest)",
            role="attendee",
            guest=True,
            key=f"guest-{key}",
        )

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


def unknown_link() -> NotAuthentic:
    """What everybody hears whose link isn't one of ours."""
    return NotAuthentic(
        "There is no such invitation.",
        remedy="Copy the whole link once more, or ask for a new one where it came from.",
        code="guest_link_unknown",
    )


def label_of(text: str) -> str:
    """Whom an invitation is for, on one line."""
    return clean(" ".join(_UNSEEN.sub("", text).split()), LONGEST_LABEL)


def guest_name(text: str) -> str:
    """The name as it is shown in class; empty where it is none.

    At least one letter, no more than 60 characters, nothing unseen in it, no brackets, and not
    what people are called after their part in a class.
    """
    seen = _BRACKETS.sub(" ", _UNSEEN.sub("", unicodedata.normalize("NFC", text)))
    name = " ".join(clean(seen, 1000).split()).strip("*_-–—:;,|/\\ ")
    folded = unicodedata.normalize("NFKC", name).casefold().strip(". ")
    if folded in RESERVED or not any(sign.isalpha() for sign in name):
        return ""
    return name if len(name) <= LONGEST_NAME else ""
