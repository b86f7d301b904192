"""The pages of launches: the list, and all about one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Response, request, url_for

from lti_bridge.admin.auditing import key_of
from lti_bridge.admin.launch_claims import read_claims
from lti_bridge.admin.launch_words import OUTCOMES, STEPS, passed
from lti_bridge.errors import MalformedRequest
from lti_bridge.security import Redirect
from lti_bridge.store import LaunchSearch, reference_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_bridge.admin.door import Door
    from lti_bridge.admin.pages import AdminPages
    from lti_bridge.store import LaunchList, PlatformAdministration

PAGE: Final = 50
FIELDS: Final = ("reference", "person", "course", "platform", "outcome", "reason")


@dataclass(frozen=True, slots=True)
class LaunchPages:
    """The views, with what they need."""

    door: Door
    pages: AdminPages
    launches: LaunchList
    administration: PlatformAdministration
    claims: Callable[[str], str]
    """What was said in a launch, as it is kept, by its number."""
    days: int
    """For so long launches are kept …"""
    claims_days: int
    """… and what was said in them."""
    settle: Callable[[], None]
    """Writes what this process hasn't written yet: who reloads at once finds the last launch."""

    def listed(self) -> Response:
        """``GET /admin/launches``: by the number on somebody's page straight to that launch."""
        signed = self.door.enter("viewData")
        wanted = LaunchSearch(
            reference=reference_of(request.args.get("reference", "")[:50]),
            outcome=_one_of(request.args.get("outcome", "")),
            reason=request.args.get("reason", "").replace("\0", "")[:60],
            connection_id=key_of("platform"),
            course=key_of("course"),
            course_title="" if key_of("course") else _text("course"),
            person=key_of("person"),
        )
        self.settle()
        found = self.launches.search(wanted, before_id=key_of("before"), limit=PAGE + 1)
        if wanted.reference and found:
            return Redirect(url_for("admin.launch", reference=wanted.reference))
        lines = found[:PAGE]
        return self.pages.show(
            "launches.html",
            signed,
            lines=lines,
            more=lines[-1].id if len(found) > PAGE else None,
            given={name: request.args.get(name, "")[:60] for name in FIELDS},
            platforms=self.administration.all(),
            outcomes=OUTCOMES,
            days=self.days,
            claims_days=self.claims_days,
        )

    def shown(self, reference: str) -> Response:
        """``GET /admin/launches/<reference>``: what happened, where it stopped, what to do."""
        signed = self.door.enter("viewData")
        wanted = LaunchSearch(reference=reference_of(reference[:50]))
        self.settle()
        found = self.launches.search(wanted, limit=1) if wanted.reference else []
        if not found:
            raise MalformedRequest(
                f"No launch of the last {self.days} days has this number.",
                remedy="The log may have it: when very many are refused at once, not all are"
                " listed.",
                code="launch_missing",
            )
        (launch,) = found
        entry = launch.entry
        return self.pages.show(
            "launch.html",
            signed,
            launch=launch,
            entry=entry,
            outcomes=OUTCOMES,
            said=read_claims(self.claims(entry.reference)),
            claims_days=self.claims_days,
            stopped=STEPS.get(entry.step, entry.step) if entry.outcome == "refused" else "",
            passed=[STEPS[step] for step in passed(entry.step, entry.outcome, launch.version)],
        )


def _text(name: str) -> str:
    return request.args.get(name, "").replace("\0", "").strip()[:50]


def _one_of(outcome: str) -> str:
    return outcome if outcome in OUTCOMES else ""
