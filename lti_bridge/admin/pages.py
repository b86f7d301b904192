"""The admin pages' frame: navigation, headers, refusals, and what was just done."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask import Response, g, render_template, request, url_for
from flask_babel import LazyString, lazy_gettext

from lti_bridge.admin.times import clock_of, time_of
from lti_bridge.admin.wording import DONE, OTHERWISE, PERMISSIONS, REFUSALS
from lti_bridge.errors import BridgeError, RemoteError, SettingsError
from lti_bridge.security import Redirect, admin_headers
from lti_bridge.store import AuditEntry

if TYPE_CHECKING:
    from lti_bridge.admin.door import Door, Signed
    from lti_bridge.directory import Visit
    from lti_bridge.store import AuditLog

NAVIGATION: Final[tuple[tuple[str, LazyString, str], ...]] = (
    ("admin.overview", lazy_gettext("Overview"), "viewData"),
    ("admin.launches", lazy_gettext("Launches"), "viewData"),
    ("admin.people", lazy_gettext("People"), "viewData"),
    ("admin.platforms", lazy_gettext("Learning platforms"), "manageConnections"),
    ("admin.services", lazy_gettext("Class services"), "manageConferencingAccounts"),
    ("admin.recordings", lazy_gettext("Recordings"), "manageContent"),
    ("admin.administrators", lazy_gettext("Administrators"), "manageAdmins"),
    ("admin.audit", lazy_gettext("Audit log"), "manageAdmins"),
    ("admin.me", lazy_gettext("Your account"), ""),
)
"""Page, name, and the permission that it takes."""

Values = Mapping[str, Any]
NOTHING: Final[Values] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AdminPages:
    """Renders, and writes down who did what."""

    door: Door
    audit: AuditLog
    begin: Callable[[], Visit]

    def show(self, template: str, signed: Signed, status: int = 200, **values: Any) -> Response:
        """A page of somebody who is signed in."""
        return self.bare(
            template,
            status,
            signed=signed,
            form=signed.csrf,
            navigation=[each for each in NAVIGATION if not each[2] or signed.may(each[2])],
            done=DONE.get(request.args.get("done", "")),
            **values,
        )

    def bare(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page without navigation."""
        clock = clock_of(values.get("signed"))
        body = render_template(
            f"admin/{template}",
            clock=clock,
            time_of=partial(time_of, clock),
            permissions=PERMISSIONS,
            **values,
        )
        return Response(body, status=status, headers=admin_headers(), mimetype="text/html")

    def back_to(self, endpoint: str, done: str = "saved", **values: Any) -> Response:
        """To that page, which says what was done."""
        if done:
            values["done"] = done
        return Redirect(url_for(endpoint, **values))

    def change(self) -> AbstractContextManager[None]:
        """A change and its :meth:`note`, both within: one transaction, so that there is never one
        without the other. Whatever is remote, or forgets what this process remembers, comes after.
        """
        return self.audit.beside()

    def note(
        self,
        signed: Signed,
        action: str,
        subject: str = "",
        before: Values = NOTHING,
        after: Values = NOTHING,
    ) -> None:
        """Write down what somebody did, within :meth:`change`; see :class:`AuditEntry`."""
        now_ms = int(time.time() * 1000)
        self.audit.add(AuditEntry(now_ms, signed.admin.name, action, subject, before, after))

    def refusal(self, error: BridgeError) -> Response:
        """Why it wasn't done; without a session, where to sign in."""
        if error.code == "not_signed_in" and request.method == "GET":
            return Redirect(url_for("admin.sign_in"))
        visit: Visit = self.begin()
        g.visit = visit
        visit.step, visit.outcome = "admin", "refused"
        visit.reason = f"remote:{error.code}" if isinstance(error, RemoteError) else error.code
        visit.detail = error.message
        return self.bare(
            "refusal.html",
            400 if isinstance(error, SettingsError) else type(error).status,
            headline=REFUSALS.get(error.code, OTHERWISE),
            error=None if error.code in REFUSALS else error,
            reference=visit.reference,
        )
