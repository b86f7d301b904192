"""Learning platforms of an administrator's own: added by hand, changed, given another secret."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import request

from lti_bridge.admin.fields import Fields
from lti_bridge.admin.platforms import ADDRESSES, MANAGE
from lti_bridge.directory.policies import MINUTES, NAMES, USUAL, Policies, as_said, minutes_said
from lti_bridge.errors import MalformedRequest
from lti_bridge.store.own_platforms import managed_by_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from lti_bridge.admin.door import Signed
    from lti_bridge.admin.platforms import PlatformPages
    from lti_bridge.store import KnownPlatform, OldPlatformValues, PlatformValues

NEW_DEPLOYMENTS: Final = ("queue", "allow")


@dataclass(frozen=True, slots=True)
class PlatformEditing:
    """The views, beside those of :class:`PlatformPages`."""

    shown: PlatformPages

    def add(self) -> Response:
        """``POST /admin/platforms/add``: one of LTI 1.3 by hand."""
        signed, fields = self._act()
        hosts = fields.hosts("host")[:1]
        typed = self._typed(fields) | {"deployment_ids": fields.words("deployments")}
        kind = fields.one_of("kind", self.shown.lmss.kinds, needed=True)
        values = self._values(fields, kind, hosts[0] if hosts else "", typed)
        number = None
        if values is not None:
            with fields.noting(), self.shown.pages.change():
                number = self.shown.store.administration.put(values, _now_ms(), replaces=False)
                after = {"issuer": values.issuer, "client_id": values.client_id}
                self.shown.pages.note(signed, "platform.put", values.name, after=after)
        if number is None:
            return self.shown.list_again(signed, "add", fields)
        self.shown.lmss.forget()
        return self.shown.pages.back_to("admin.platform", number=number)

    def add_old(self) -> Response:
        """``POST /admin/platforms/add-old``: one of LTI 1.1; its secret is shown this once."""
        signed, fields = self._act()
        kind = fields.one_of("kind", self.shown.lmss.kinds, needed=True)
        values = self._old_values(fields, kind, {})
        if values is None:
            return self.shown.list_again(signed, "add-old", fields)
        with self.shown.pages.change():
            number, key, secret = self.shown.store.administration.add_old(values, _now_ms())
            after = {"version": "1.1", "consumer_key": key}
            self.shown.pages.note(signed, "platform.put", values.name, after=after)
        self.shown.lmss.forget()
        return self.shown.show_one(signed, self.shown.found(number), secret=secret)

    def form(self, number: int) -> Response:
        """``GET /admin/platforms/<number>/edit``."""
        signed, one = self.shown.door.enter(MANAGE), self.shown.found(number)
        _check_own(one)
        return self._form(signed, one, _as_typed(one))

    def change(self, number: int) -> Response:
        """``POST /admin/platforms/<number>/edit``; other nodes know within 20 seconds."""
        signed, fields = self._act()
        one = self.shown.found(number)
        _check_own(one)
        values, deployments = self._changed(fields, one)
        done = False
        if values is not None:
            with fields.noting(), self.shown.pages.change():
                store = self.shown.store.administration
                store.change(number, values, deployments, _now_ms())
                moved = self.shown.lmss.follow() if values.conferencing != one.conferencing else 0
                before, after = _differing(one, self.shown.found(number))
                after |= {"meetings_moved": moved} if moved else {}
                self.shown.pages.note(signed, "platform.change", one.name, before, after)
                done = True
        if not done:
            return self._form(signed, one, fields.typed, fields)
        self.shown.lmss.forget()
        return self.shown.pages.back_to("admin.platform", number=number)

    def replace_secret(self, number: int) -> Response:
        """``POST /admin/platforms/<number>/secret``: another one of LTI 1.1, shown this once.

        Both count until the LMS signs with the new one; ``at_once`` it counts instead of the old
        one, and launches that are signed with that are refused until the LMS has the new one.
        """
        signed, _ = self._act()
        one = self.shown.found(number)
        if one.version != "1.1":
            raise MalformedRequest(
                "An LMS of LTI 1.3 has no shared secret.", remedy="Go back.", code="admin_choice"
            )
        with self.shown.pages.change():
            at_once = request.form.get("at_once") == "1"
            secret = self.shown.store.administration.replace_secret(one, _now_ms(), at_once=at_once)
            self.shown.pages.note(signed, "platform.secret", one.name, after={"at_once": at_once})
        self.shown.lmss.forget()
        return self.shown.show_one(signed, self.shown.found(number), secret=secret)

    def change_policies(self, number: int) -> Response:
        """``POST /admin/platforms/<number>/policies``: what people may do; of any LMS, since the
        settings file doesn't speak of it.
        """
        signed, fields = self._act()
        one, usual = self.shown.found(number), as_said(USUAL) | minutes_said(USUAL)
        wanted: dict[str, bool | int] = {name: fields.text(name) == "1" for name in NAMES}
        for name in MINUTES:
            minutes = fields.minutes(name)
            wanted[name] = usual[name] if minutes is None else minutes
        if fields.wrong:
            return self.shown.show_one(
                signed, one, status=400, typed=fields.typed, wrong=fields.wrong
            )
        changes = {name: None if said == usual[name] else said for name, said in wanted.items()}
        policies = Policies.of(one.policies)
        before = as_said(policies) | minutes_said(policies)
        with self.shown.pages.change():
            self.shown.store.platforms.change_policies(number, changes, _now_ms())
            self.shown.pages.note(signed, "platform.policies", one.name, before, wanted)
        self.shown.lmss.forget()
        return self.shown.pages.back_to("admin.platform", number=number)

    def _act(self) -> tuple[Signed, Fields]:
        signed, form = self.shown.door.act(MANAGE)
        return signed, Fields(form)

    def _typed(self, fields: Fields) -> dict[str, Any]:
        """What platforms of LTI 1.3 have and those of LTI 1.1 haven't, and what both have."""
        given = {key: text for key in ADDRESSES if (text := fields.text(key))}
        return given | {"client_id": fields.text("client_id")} | self._common(fields)

    def _common(self, fields: Fields) -> dict[str, Any]:
        names = self.shown.services()
        only = names[0] if len(names) == 1 and not fields.text("conferencing") else ""
        connection = fields.number("meets_connection")
        return {
            "name": fields.name(needed=True),
            "meets_connection": connection or self.shown.store.administration.next_connection(),
            "conferencing": only or fields.one_of("conferencing", names, needed=True),
        }

    def _values(
        self, fields: Fields, kind: str, host: str, typed: Mapping[str, Any]
    ) -> PlatformValues | None:
        values = None
        if not fields.wrong:
            with fields.noting():
                values = self.shown.lmss.values(kind, host, typed)
        return values

    def _old_values(
        self, fields: Fields, kind: str, more: dict[str, Any]
    ) -> OldPlatformValues | None:
        typed = self._common(fields) | {"hosts": fields.hosts("hosts")} | more
        values = None
        if not fields.wrong:
            with fields.noting():
                values = self.shown.lmss.old_values(kind, typed)
        return values

    def _changed(
        self, fields: Fields, one: KnownPlatform
    ) -> tuple[PlatformValues | OldPlatformValues | None, str]:
        """What it is to be, or None where something is wrong; and what becomes of deployments."""
        kind = fields.one_of("kind", self.shown.lmss.kinds, needed=True)
        # A preset has one type, and Totara is a Moodle that MEETS tells apart.
        more: dict[str, Any] = {"type": one.type} if kind == one.preset else {}
        if not fields.text("meets_connection"):
            more["meets_connection"] = one.meets_connection
        if one.version == "1.1":
            return self._old_values(fields, kind, more), one.new_deployments
        hosts = fields.hosts("hosts")
        deployments = fields.one_of("new_deployments", NEW_DEPLOYMENTS, needed=True)
        typed = self._typed(fields) | {"hosts": hosts} | more
        return self._values(fields, kind, hosts[0] if hosts else "", typed), deployments

    def _form(
        self,
        signed: Signed,
        one: KnownPlatform,
        typed: Mapping[str, Any],
        fields: Fields | None = None,
    ) -> Response:
        return self.shown.pages.show(
            "edit_platform.html",
            signed,
            platform=one,
            typed=typed,
            wrong=fields.wrong if fields else {},
            kinds=self.shown.lmss.kinds,
            services=self.shown.services(),
            status=400 if fields else 200,
        )


def _check_own(one: KnownPlatform) -> None:
    if one.managed_by == "file":
        raise managed_by_file(one.name)


def _as_typed(one: KnownPlatform) -> dict[str, Any]:
    return _changeable(one) | {"kind": one.preset or "other", "hosts": " ".join(one.hosts)}


def _changeable(one: KnownPlatform) -> dict[str, Any]:
    """What of it can be changed, as far as its version has it."""
    names = ["name", "preset", "type", "hosts", "meets_connection", "conferencing"]
    if one.version == "1.3":
        names += [*ADDRESSES, "client_id", "new_deployments"]
    return {name: getattr(one, name) for name in names}


def _differing(one: KnownPlatform, other: KnownPlatform) -> tuple[dict[str, Any], dict[str, Any]]:
    before, after = _changeable(one), _changeable(other)
    names = [name for name in before if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}


def _now_ms() -> int:
    return int(time.time() * 1000)
