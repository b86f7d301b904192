"""Who comes in: the session's cookie, what its administrator may do, and whether a form is ours.

The cookie holds 256 random bits, of which the database has a hash. Its name begins with ``__Host-``
where the bridge is reached by https, so that no neighbouring site can set it. Each form carries a
second value that is worked out from the cookie; no other site knows it, and SameSite and the
Origin header say the same once more.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Response, request

from lti_bridge.errors import MalformedRequest, NotAllowed, NotAuthentic

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from lti_bridge.store import Administrator, AdminSessions

LARGEST_FORM: Final = 64 * 1024
FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody who is signed in."""

    admin: Administrator
    token: str = field(repr=False)

    @property
    def csrf(self) -> str:
        """What their forms carry."""
        return form_value(self.token)

    def may(self, permission: str) -> bool:
        """Whether they have that permission."""
        return permission in self.admin.permissions


@dataclass(frozen=True, slots=True)
class Door:
    """What it takes."""

    sessions: AdminSessions
    public_url: str
    now_ms: Callable[[], int]

    @property
    def cookie(self) -> str:
        """The session cookie's name."""
        return f"{'__Host-' if self._is_secure else ''}lti-bridge-admin"

    @property
    def _begin_cookie(self) -> str:
        return f"{self.cookie}-begin"

    @property
    def _is_secure(self) -> bool:
        return self.public_url.startswith("https:")

    def look(self) -> Signed | None:
        """Who asks for this page; None for somebody who isn't signed in."""
        token = request.cookies.get(self.cookie, "")
        admin = self.sessions.whose(token, self.now_ms()) if token else None
        return Signed(admin, token) if admin else None

    def enter(self, permission: str = "") -> Signed:
        """Somebody who may see this page.

        Raises :class:`NotAuthentic` where nobody is signed in, :class:`NotAllowed` where they may
        not.
        """
        signed = self.look()
        if signed is None:
            raise NotAuthentic(
                "Nobody is signed in, or the session ended.",
                remedy="Sign in again.",
                code="not_signed_in",
            )
        if permission and not signed.may(permission):
            raise NotAllowed(
                f"That takes the permission {permission}.",
                remedy="Somebody with manageAdmins can give it.",
                code="permission_missing",
            )
        return signed

    def act(self, permission: str = "") -> tuple[Signed, MultiDict[str, str]]:
        """Somebody who may do this, and their form; raises as :meth:`enter`."""
        self._check_origin()
        signed = self.enter(permission)
        form = _form()
        _check(form, signed.token)
        return signed, form

    # Before anybody is signed in.

    def begin(self) -> str:
        """The value that binds the sign-in form to this browser; see :meth:`keep_begin`."""
        return request.cookies.get(self._begin_cookie) or secrets.token_urlsafe(32)

    def sign_in_form(self) -> MultiDict[str, str]:
        """The form of somebody who isn't signed in yet."""
        self._check_origin()
        form = _form()
        _check(form, request.cookies.get(self._begin_cookie, ""))
        return form

    def keep_begin(self, response: Response, begin: str) -> None:
        """Let the browser keep it."""
        self._set(response, self._begin_cookie, begin)

    def sso(self) -> str:
        """What this browser keeps of a single sign-on that is going on."""
        return request.cookies.get(f"{self.cookie}-sso", "")

    def keep_sso(self, response: Response, value: str) -> None:
        """Let the browser keep it until it comes back."""
        self._set(response, f"{self.cookie}-sso", value)

    def keep(self, response: Response, token: str) -> None:
        """Let the browser keep its session; what it had before is worth nothing any more."""
        before = request.cookies.get(self.cookie, "")
        if before:
            self.sessions.end(before)
        self._set(response, self.cookie, token)
        self._drop(response, self._begin_cookie)
        self._drop(response, f"{self.cookie}-sso")

    def forget(self, response: Response) -> None:
        """Let the browser forget its session."""
        self._drop(response, self.cookie)

    def _set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(
            name, value, path="/", secure=self._is_secure, httponly=True, samesite="Lax"
        )

    def _drop(self, response: Response, name: str) -> None:
        response.delete_cookie(
            name, path="/", secure=self._is_secure, httponly=True, samesite="Lax"
        )

    def _check_origin(self) -> None:
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        ours = urlsplit(self.public_url)
        is_other = origin is not None and origin != f"{ours.scheme}://{ours.netloc}"
        if is_other or site not in {"same-origin", "none"}:
            raise _not_ours()


def form_value(token: str) -> str:
    """What a form carries of a cookie's value, which it can't be worked back to."""
    return hashlib.sha256(b"lti-bridge form " + token.encode("utf-8", "replace")).hexdigest()


def _form() -> MultiDict[str, str]:
    kind = (request.content_type or "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise MalformedRequest("The request isn't a form.", remedy="Go back.", code="content_type")
    request.max_content_length = LARGEST_FORM
    return request.form


def _check(form: MultiDict[str, str], token: str) -> None:
    given = form.get("form", "").encode("utf-8", "replace")
    if not token or not hmac.compare_digest(given, form_value(token).encode()):
        raise _not_ours()


def _not_ours() -> NotAllowed:
    return NotAllowed(
        "The form doesn't come from a page of ours that is open in this browser.",
        remedy="Open the page again, and allow cookies for it.",
        code="form_not_ours",
    )
