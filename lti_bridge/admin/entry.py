"""Signing in and out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, request, url_for

from lti_bridge.admin.door import form_value
from lti_bridge.admin.pages import NAVIGATION
from lti_bridge.admin.wording import DONE
from lti_bridge.errors import NotAllowed
from lti_bridge.security import Redirect

if TYPE_CHECKING:
    from lti_bridge.admin.door import Door
    from lti_bridge.admin.pages import AdminPages
    from lti_bridge.admin.signing_in import SigningIn
    from lti_bridge.admin.single_sign_on import SingleSignOn


@dataclass(frozen=True, slots=True)
class EntryViews:
    """The views, with what they need."""

    door: Door
    pages: AdminPages
    signing_in: SigningIn
    address: Callable[[], str]
    """Where the request comes from, to count by."""
    single_sign_on: SingleSignOn | None = None

    def home(self) -> Response:
        """``GET /admin/``: the first page that they may see."""
        signed = self.door.enter()
        first = next(page for page, _, wanted in NAVIGATION if not wanted or signed.may(wanted))
        return Redirect(url_for(first))

    def form(self) -> Response:
        """``GET /admin/sign-in``."""
        begin = self.door.begin()
        response = self.pages.bare(
            "sign_in.html",
            form=form_value(begin),
            done=DONE.get(request.args.get("done", "")),
            single_sign_on=self.single_sign_on is not None,
        )
        self.door.keep_begin(response, begin)
        return response

    def sign_in(self) -> Response:
        """``POST /admin/sign-in``: a new session, whatever the browser had before."""
        form = self.door.sign_in_form()
        token = self.signing_in.with_password(
            form.get("name", ""), form.get("password", ""), form.get("code", ""), self.address()
        )
        response = Redirect(url_for("admin.home"))
        self.door.keep(response, token)
        return response

    def leave(self) -> Response:
        """``GET /admin/sso``: to the identity provider."""
        location, kept = self._provider().begin()
        response = Redirect(location)
        self.door.keep_sso(response, kept)
        return response

    def come_back(self) -> Response:
        """``GET /admin/sso/back``: from the identity provider, with its word."""
        who = self._provider().finish(request.args.to_dict(), self.door.sso())
        now_ms = int(self.signing_in.now() * 1000)
        account = self.signing_in.administrators.signed_on(
            who.subject, who.name, who.permissions, now_ms
        )
        if account is None:
            raise NotAllowed(
                f"An account is called {who.name!r} already.",
                remedy="Disable it, or give it another name at the provider.",
                code="name_taken",
            )
        if not account.is_active:
            raise NotAllowed(
                "The account is disabled.", remedy="Ask an administrator.", code="sso_no_permission"
            )
        response = Redirect(url_for("admin.home"))
        self.door.keep(response, self.signing_in.begin(account, "single sign-on", self.address()))
        return response

    def _provider(self) -> SingleSignOn:
        if self.single_sign_on is None:
            raise NotAllowed(
                "The settings have no [sso].", remedy="Sign in with a password.", code="sso_failed"
            )
        return self.single_sign_on

    def sign_out(self) -> Response:
        """``POST /admin/sign-out``: of this browser, or ``everywhere``."""
        signed, form = self.door.act()
        with self.pages.change():
            if form.get("everywhere"):
                self.signing_in.sessions.end_all(signed.admin.id)
            else:
                self.signing_in.sessions.end(signed.token)
            after = {"everywhere": bool(form.get("everywhere"))}
            self.pages.note(signed, "session.end", after=after)
        response = self.pages.back_to("admin.sign_in", "signed_out")
        self.door.forget(response)
        return response
