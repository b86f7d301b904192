"""Administrators: who may sign in and do what; each one's own account."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import get_locale

from lti_bridge.admin import second_step
from lti_bridge.admin.fields import Fields
from lti_bridge.admin.passwords import check_strength
from lti_bridge.admin.signing_in import account_name
from lti_bridge.errors import MalformedRequest, NotAllowed, NotAuthentic
from lti_bridge.reports.cities import cities, city, is_zone
from lti_bridge.store import PERMISSIONS

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.datastructures import MultiDict

    from lti_bridge.admin.door import Door, Signed
    from lti_bridge.admin.pages import AdminPages
    from lti_bridge.admin.signing_in import SigningIn
    from lti_bridge.store import Administrator

MANAGE = "manageAdmins"


@dataclass(frozen=True, slots=True)
class AccountViews:
    """The views, with what they need."""

    door: Door
    pages: AdminPages
    signing_in: SigningIn
    address: Callable[[], str]

    def listed(self) -> Response:
        """``GET /admin/administrators``."""
        return self._list(self.door.enter(MANAGE))

    def _list(self, signed: Signed, **values: Any) -> Response:
        accounts = self.signing_in.administrators.all()
        return self.pages.show("administrators.html", signed, accounts=accounts, **values)

    def add(self) -> Response:
        """``POST /admin/administrators/add``."""
        signed, form = self.door.act(MANAGE)
        wanted, fields, done = _permissions(form), Fields(form), False
        with fields.noting():
            self._add(signed, account_name(form.get("name", "")), _new(form), wanted)
            done = True
        if done:
            return self.pages.back_to("admin.administrators")
        return self._list(signed, status=400, typed=fields.typed, wrong=fields.wrong, wanted=wanted)

    def _add(self, signed: Signed, name: str, password: str, wanted: set[str]) -> None:
        if not name or not name.isprintable():
            raise MalformedRequest("An account has a name.", remedy="Go back.", code="name_missing")
        check_strength(name, password)
        administrators = self.signing_in.administrators
        password_hash, after = self._hashed(password), {"permissions": sorted(wanted)}
        with self.pages.change():
            if administrators.add(name, password_hash, wanted, _now_ms()) is None:
                raise NotAllowed("The name is taken.", remedy="Take another.", code="name_taken")
            self.pages.note(signed, "administrator.add", name, after=after)

    def permit(self) -> Response:
        """``POST /admin/administrators/permissions``: what somebody may do from now on."""
        signed, form = self.door.act(MANAGE)
        account, wanted = self._meant(form), _permissions(form)
        if account.single_sign_on:
            raise NotAllowed(
                "What they may do is decided by their groups at the identity provider.",
                remedy="Change their groups, or the groups of [sso] in the settings.",
                code="managed_by_sso",
            )
        before = {"permissions": sorted(account.permissions)}
        after = {"permissions": sorted(wanted)}
        with self.pages.change():
            self.signing_in.administrators.set_permissions(account.id, wanted)
            self.pages.note(signed, "administrator.permissions", account.name, before, after)
        return self.pages.back_to("admin.administrators")

    def disable(self) -> Response:
        """``POST /admin/administrators/disable``: let in no more, and signed out; or ``enable``."""
        signed, form = self.door.act(MANAGE)
        account = self._meant(form)
        enable = bool(form.get("enable"))
        action = "administrator.enable" if enable else "administrator.disable"
        with self.pages.change():
            if enable:
                self.signing_in.administrators.enable(account.id)
            else:
                self.signing_in.administrators.disable(account.id, _now_ms())
            self.pages.note(
                signed, action, account.name, {"active": account.is_active}, {"active": enable}
            )
        return self.pages.back_to("admin.administrators")

    def reset(self) -> Response:
        """``POST /admin/administrators/password``: a new password, and no second step any more."""
        signed, form = self.door.act(MANAGE)
        account, password = self._meant(form), _new(form)
        password_hash = self._new_hash(account, password)
        before = {"second_step": account.has_second_step}
        with self.pages.change():
            self.signing_in.administrators.set_password(account.id, password_hash)
            self.signing_in.administrators.set_second_step(account.id, None)
            self.pages.note(
                signed, "administrator.password", account.name, before, {"second_step": False}
            )
        return self.pages.back_to("admin.administrators")

    # Each one's own account.

    def me(self) -> Response:
        """``GET /admin/me``."""
        signed = self.door.enter()
        secret, locale = second_step.new_secret(), get_locale()
        zones = dict(cities(locale))
        if signed.admin.zone:
            zones.setdefault(signed.admin.zone, city(signed.admin.zone, locale))
        return self.pages.show(
            "me.html",
            signed,
            zones=zones,
            now_ms=_now_ms(),
            secret=secret,
            otpauth=second_step.address(secret, signed.admin.name),
        )

    def set_zone(self) -> Response:
        """``POST /admin/me/zone``: the time zone of their pages; empty: their browser's."""
        signed, form = self.door.act()
        zone = form.get("zone", "")
        if zone and not is_zone(zone):
            raise MalformedRequest(
                "There is no such time zone.", remedy="Go back.", code="zone_unknown"
            )
        with self.pages.change():
            self.signing_in.administrators.set_zone(signed.admin.id, zone)
            self.pages.note(signed, "own.zone", "", {"zone": signed.admin.zone}, {"zone": zone})
        return self.pages.back_to("admin.me")

    def change_password(self) -> Response:
        """``POST /admin/me/password``; they have to sign in again, everywhere."""
        signed, form = self.door.act()
        self._confirm(signed, form)
        password_hash = self._new_hash(signed.admin, _new(form))
        with self.pages.change():
            self.signing_in.administrators.set_password(signed.admin.id, password_hash)
            self.pages.note(signed, "own.password")
        response = self.pages.back_to("admin.sign_in", "saved")
        self.door.forget(response)
        return response

    def set_second_step(self) -> Response:
        """``POST /admin/me/second-step``: with a code that shows that the authenticator has it."""
        signed, form = self.door.act()
        self._confirm(signed, form)
        secret = form.get("secret", "")
        step = (
            second_step.step_of(secret, form.get("code", ""), self.signing_in.now())
            if second_step.is_secret(secret)
            else None
        )
        if step is None:
            raise _wrong()
        codes = second_step.new_recovery_codes()
        before = {"second_step": signed.admin.has_second_step}
        with self.pages.change():
            self.signing_in.administrators.set_second_step(signed.admin.id, secret, codes)
            self.signing_in.administrators.use_step(signed.admin.id, step)
            self.pages.note(signed, "own.second_step", "", before, {"second_step": True})
        return self.pages.show("recovery_codes.html", signed, codes=codes)

    def drop_second_step(self) -> Response:
        """``POST /admin/me/second-step/off``."""
        signed, form = self.door.act()
        self._confirm(signed, form)
        before = {"second_step": signed.admin.has_second_step}
        with self.pages.change():
            self.signing_in.administrators.set_second_step(signed.admin.id, None)
            self.pages.note(signed, "own.second_step", "", before, {"second_step": False})
        return self.pages.back_to("admin.me")

    def _confirm(self, signed: Signed, form: MultiDict[str, str]) -> None:
        if not self.signing_in.confirms(signed.admin, form.get("password", ""), self.address()):
            raise _wrong()

    def _new_hash(self, account: Administrator, password: str) -> str:
        """Of a password that they may have from now on; worked out before anybody has to wait."""
        if account.single_sign_on:
            raise NotAllowed(
                "They sign in at the identity provider.",
                remedy="Change the password there.",
                code="managed_by_sso",
            )
        check_strength(account.name, password)
        return self._hashed(password)

    def _meant(self, form: MultiDict[str, str]) -> Administrator:
        number = form.get("account", "")
        known = number.isascii() and number.isdigit() and len(number) < 19
        account = self.signing_in.administrators.by_id(int(number)) if known else None
        if account is None:
            raise MalformedRequest(
                "There is no such account.", remedy="Go back.", code="account_missing"
            )
        return account

    def _hashed(self, password: str) -> str:
        return self.signing_in.passwords.hashed(password)


def _permissions(form: MultiDict[str, str]) -> set[str]:
    wanted = set(form.getlist("permission"))
    if not wanted <= set(PERMISSIONS):
        raise MalformedRequest(
            "There is no such permission.", remedy="Go back.", code="permission_unknown"
        )
    return wanted


def _new(form: MultiDict[str, str]) -> str:
    return form.get("new", "")


def _wrong() -> NotAuthentic:
    return NotAuthentic(
        "The password or the code is wrong.", remedy="Go back.", code="sign_in_wrong"
    )


def _now_ms() -> int:
    return int(time.time() * 1000)
