"""The picker: a teacher chooses meetings, or makes new ones, that the LMS is to link to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from flask import Response, g, request
from flask_babel import LazyString, gettext, lazy_gettext

from lti_bridge.scheduling import Span, place_of
from lti_bridge.scheduling.picking import not_of_this_course, title_of
from lti_bridge.security.sessions import require_moderator
from lti_bridge.web.filled import Block, Offers, zone_of
from lti_bridge.web.picked_times import has_time, timed
from lti_bridge.web.tickets import Ticket

if TYPE_CHECKING:
    from typing import Protocol

    from lti_bridge.directory import Course, DeepLinkingRequest, Launch
    from lti_bridge.scheduling import PickedLink, Picking, Planner
    from lti_bridge.scheduling.recurrence import Time
    from lti_bridge.security import FrameSession
    from lti_bridge.store import Plan, Platform, Series
    from lti_bridge.web.pages import Pages
    from lti_bridge.web.tickets import Tickets

    Times = dict[str, tuple[Plan, Sequence[Time]] | None]
    """What blocks with a time say, by their names."""

    class Sign(Protocol):
        """Makes the answer's token; the launch room knows how."""

        def __call__(
            self,
            platform: Platform,
            deployment_id: str,
            request: DeepLinkingRequest,
            links: Sequence[PickedLink],
            *,
            nonce: str,
            message: str = "",
            error: str = "",
        ) -> str: ...

    class ReadSession(Protocol):
        """The session of a request's form."""

        def __call__(self, step: str, largest: int) -> FrameSession: ...


LARGEST_FORM: Final = 480_000
"""Bytes; the ticket in it holds the LMS's own data."""
MOST_NEW: Final = 20
LINK: Final = "ltiResourceLink"
NEW: Final = "new"

NOTHING: Final = lazy_gettext("Choose a class, or give a new one a title.")
ONE_ONLY: Final = lazy_gettext("Choose one class only.")


@dataclass(frozen=True, slots=True)
class Picker:
    """The picker's page and what becomes of it."""

    session: ReadSession
    pages: Pages
    tickets: Tickets
    picking: Picking
    planner: Planner
    platform: Callable[[int], Platform]
    sign: Sign

    def open(
        self, launch: Launch, asked: DeepLinkingRequest, course: Course, session: FrameSession
    ) -> Response:
        """The answer to a deep linking request of somebody who leads the course."""
        place = place_of(launch, course)
        ticket = Ticket(launch.platform.id, session.user_id, launch.deployment_id, place, asked)
        g.visit.step, g.visit.outcome = "picker", "page"
        if LINK not in asked.accept_types:
            return self.pages.picker(
                "course/no_picker.html", session, ticket=self.tickets.issue(ticket)
            )
        usual = {"n0-title": asked.title, "n0-text": asked.text}
        return self._page(session, ticket, self._blocks(ticket, usual, (), 1), "UTC")

    def pick(self) -> Response:
        """``POST /course/pick``: the links that were picked, on their way to the LMS.

        The page again where something is wrong, or room for another new class is wished for.
        """
        session = self.session("pick", LARGEST_FORM)
        # There is no meeting to go to: a refusal has no way into one.
        g.frame_session, g.visit.platform = None, self.platform(session.platform_id)
        require_moderator(session)
        form = request.form
        ticket = self.tickets.read(form.get("ticket", ""), session)
        g.visit.outcome = "page"
        if LINK not in ticket.request.accept_types:
            error = gettext("The live classes can only be added as links of an external tool.")
            return self._answer(session, ticket, (), error=error)
        if form.get("do") == "cancel":
            return self._answer(session, ticket, ())
        more = form.get("do") == "more"
        count = min(_number(form.get("blocks", "")) + more, MOST_NEW)
        blocks = self._blocks(ticket, form, form.getlist("pick"), max(1, count))
        zone = zone_of(form.get("zone", "UTC"))
        if more:
            return self._page(session, ticket, blocks, zone.key)
        offers = self._offers(ticket)
        wanted = [(block, block.link(offers, zone)) for block in blocks if block.picked]
        times: Times = {}
        for block, _ in wanted:
            block.check()
            if has_time(block):
                self.pages.rights.require_edit(session)
                times[block.name] = timed(block, offers, zone.key, self.planner)
        problem = _problem(offers, blocks)
        if problem or any(block.errors for block in blocks):
            return self._page(session, ticket, blocks, zone.key, problem)
        links = [self._made(ticket, session, *one, times.get(one[0].name)) for one in wanted]
        message = gettext("Live classes added: %(number)s", number=len(links))
        g.visit.outcome = "picked"
        return self._answer(session, ticket, links, message=message)

    def _offers(self, ticket: Ticket) -> Offers:
        return Offers.of(
            ticket.request,
            self.picking.service_names(),
            groups=self.picking.has_groups(ticket.place.course_id),
        )

    def _blocks(
        self, ticket: Ticket, form: Mapping[str, str], picks: Sequence[str], new: int
    ) -> list[Block]:
        """Every class of the page. Raises :class:`lti_bridge.errors.NotAllowed` where one was
        picked that isn't this course's.
        """
        course, single = ticket.place, not ticket.request.accept_multiple
        there = [
            Block(
                name=f"m{meeting.id}",
                form=form,
                title=title_of(meeting, course.course_title),
                meeting=meeting,
                picked=str(meeting.id) in picks,
            )
            for meeting in self.picking.choices(course.course_id)
        ]
        there += [
            Block(
                name=f"s{series.id}",
                form=form,
                title=series.title,
                series=series,
                picked=f"s{series.id}" in picks,
            )
            for series in self.picking.series(course.course_id)
        ]
        known = {block.choice for block in there}
        if set(picks) - known - {NEW}:
            raise not_of_this_course()
        made = [Block(name=f"n{number}", form=form) for number in range(1 if single else new)]
        for block in made:
            block.title = block.value("title").strip()
            block.picked = (NEW in picks or not there) if single else bool(block.title)
        return [*there, *made]

    def _page(
        self,
        session: FrameSession,
        ticket: Ticket,
        blocks: Sequence[Block],
        zone: str,
        problem: LazyString | None = None,
    ) -> Response:
        return self.pages.picker(
            "course/picker.html",
            session,
            ticket=self.tickets.issue(ticket),
            offers=self._offers(ticket),
            there=[block for block in blocks if block.choice],
            new=[block for block in blocks if not block.choice],
            may_add=ticket.request.accept_multiple,
            zone=zone,
            problem=problem,
            wrong=problem is not None or any(block.errors for block in blocks),
        )

    def _made(
        self,
        ticket: Ticket,
        session: FrameSession,
        block: Block,
        link: PickedLink,
        times: tuple[Plan, Sequence[Time]] | None,
    ) -> PickedLink:
        """The link with its meeting, which is made first where it is new."""
        place = ticket.place
        if block.series is not None:
            token = self.picking.named_series(block.series, place.course_id)
            return self._to_series(block.series, link, token)
        if times is not None:
            plan, every = times
            token = _derived(ticket, block.name, [asdict(plan), [one.ms for one in every]])
            series = self.planner.schedule(
                place, plan, every, token=token, by=session.user_id, link_token=token
            )
            return self._to_series(series, link, token)
        if block.meeting is not None:
            meeting = block.meeting
            token = self.picking.named(meeting, place.course_id)
        else:
            new = block.new_class(self._offers(ticket))
            token = _derived(ticket, block.name, asdict(new))
            meeting = self.picking.make(place, new, token)
        title = title_of(meeting, place.course_title)
        if link.points is not None:
            self.picking.grade(meeting.id, link.points, title)
        return replace(
            link, token=token, title=title, text=meeting.text, resource_id=meeting.meeting_id
        )

    def _to_series(self, series: Series, link: PickedLink, token: str) -> PickedLink:
        """A link to a series; where its teacher says nothing else, attendance counts from its
        first class until its last.
        """
        head, span = self.picking.span(series)
        submission = link.submission
        if link.points is not None:
            self.picking.grade_series(series, link.points, series.title)
            submission = span if submission == Span() else submission
        return replace(
            link,
            token=token,
            title=series.title,
            text=series.text,
            resource_id=head.meeting_id,
            submission=submission,
        )

    def _answer(
        self,
        session: FrameSession,
        ticket: Ticket,
        links: Sequence[PickedLink],
        *,
        message: str = "",
        error: str = "",
    ) -> Response:
        """The same form sent twice is the same answer: the LMS takes its nonce only once."""
        nonce = _derived(ticket, "answer", [asdict(link) for link in links])
        token = self.sign(
            g.visit.platform,
            ticket.deployment_id,
            ticket.request,
            links,
            nonce=nonce,
            message=message,
            error=error,
        )
        return self.pages.handing_over(session, ticket.request.return_url, token)


def _problem(offers: Offers, blocks: Sequence[Block]) -> LazyString | None:
    picked = sum(block.picked for block in blocks)
    if picked == 0:
        return NOTHING
    return ONE_ONLY if picked > 1 and not offers.multiple else None


def _derived(ticket: Ticket, purpose: str, value: object) -> str:
    """A name that follows from what was sent with this ticket, and that nobody else can guess."""
    text = json.dumps([ticket.id, purpose, value], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else 1
