"""The pages of learning platforms: which there are, who may register, and what waits for a yes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode

from pydantic_core import PydanticCustomError

from lti_bridge.admin.fields import NO_DEPLOYMENT, OTHER_NAME, Fields, Wrong
from lti_bridge.directory.policies import Policies, as_said, minutes_said
from lti_bridge.errors import MalformedRequest
from lti_bridge.settings import values as settings_values
from lti_bridge.store import InviteTerms

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.datastructures import MultiDict

    from lti_bridge.admin.door import Door, Signed
    from lti_bridge.admin.pages import AdminPages
    from lti_bridge.admin.ports import Lmss
    from lti_bridge.store import Deployment, KnownPlatform, Role, Store

MANAGE: Final = "manageConnections"
ADDRESSES: Final = ("issuer", "auth_login_url", "auth_token_url", "key_set_url", "auth_audience")
INVITE_MS: Final = 7 * 86_400_000
SHOWN_INVITES: Final = 20
OLD_LAUNCH: Final = "/lti/1p1/launch"
CARTRIDGE: Final = "/lti/config.xml"


@dataclass(frozen=True, slots=True)
class PlatformPages:
    """The views, with what they need."""

    door: Door
    pages: AdminPages
    store: Store
    lmss: Lmss
    public_url: str
    services: Callable[[], Sequence[str]]
    """Names of the conferencing services there are."""
    in_file: Callable[[KnownPlatform], Sequence[str]]
    """Deployment IDs that the settings file allows of an LMS."""

    def listed(self) -> Response:
        """``GET /admin/platforms``."""
        return self._list(self.door.enter(MANAGE))

    def shown(self, number: int) -> Response:
        """``GET /admin/platforms/<number>``."""
        return self.show_one(self.door.enter(MANAGE), self.found(number))

    def invite(self) -> Response:
        """``POST /admin/platforms/invite``: the URL to paste into an LMS, shown this once."""
        signed, form = self.door.act(MANAGE)
        fields = Fields(form)
        terms = InviteTerms(
            fields.name(needed=False),
            fields.one_of("kind", self.lmss.kinds, needed=False),
            fields.number("meets_connection"),
            fields.one_of("conferencing", self.services(), needed=False),
            fields.hosts("hosts"),
        )
        if fields.wrong:
            return self.list_again(signed, "invite", fields)
        now_ms = _now_ms()
        after = {"name": terms.name, "hosts": list(terms.hosts), "kind": terms.preset}
        with self.pages.change():
            made, secret = self.store.registrations.invite(terms, now_ms, now_ms + INVITE_MS)
            self.pages.note(signed, "platform.invite", f"invitation {made.id}", after=after)
        url = f"{self.public_url}/lti/register?{urlencode({'invite': secret})}"
        return self._list(signed, invited=url, invite=made)

    def revoke(self) -> Response:
        """``POST /admin/platforms/revoke-invite``."""
        signed, form = self.door.act(MANAGE)
        number = _number(form.get("invite", ""))
        with self.pages.change():
            if number is None or not self.store.registrations.revoke_invite(number, _now_ms()):
                raise _missing("invitation")
            self.pages.note(signed, "platform.revoke_invite", f"invitation {number}")
        return self.pages.back_to("admin.platforms")

    def decide_registration(self) -> Response:
        """``POST /admin/platforms/registration``: ``accept`` it, or not."""
        signed, form = self.door.act(MANAGE)
        number, accepts = _number(form.get("registration", "")), form.get("accept") == "1"
        registrations, now_ms = self.store.registrations, _now_ms()
        if number is None:
            raise _missing("registration")
        action = "platform.accept" if accepts else "platform.refuse"
        decide = registrations.accept if accepts else registrations.refuse
        with self.pages.change():
            if not decide(number, now_ms):
                raise _missing("registration")
            self.pages.note(signed, action, f"registration {number}")
        self.lmss.forget()
        return self.pages.back_to("admin.platforms")

    def decide_deployment(self, number: int) -> Response:
        """``POST /admin/platforms/<number>/deployment``: allow or forbid one."""
        signed, form = self.door.act(MANAGE)
        one, deployment = self.found(number), form.get("deployment", "").strip()
        state = "allowed" if form.get("allow") == "1" else "refused"
        if not 0 < len(deployment) <= 255 or "\0" in deployment:
            return self._one_again(signed, one, form, "deployment", Wrong(NO_DEPLOYMENT))
        if state == "refused" and deployment in self.in_file(one):
            raise _wrong("The settings file allows it: take it out of deployment_ids there first.")
        with self.pages.change():
            was = self.store.administration.decide(
                one.id, deployment, cast("Any", state), _now_ms()
            )
            before, after = ({"deployment": deployment, "is": each} for each in (was, state))
            self.pages.note(signed, "platform.deployment", one.name, before, after)
        self.lmss.forget()
        return self.pages.back_to("admin.platform", number=number)

    def change_role(self, number: int) -> Response:
        """``POST /admin/platforms/<number>/role``: what a role is in class; or as usual again."""
        signed, form = self.door.act(MANAGE)
        one, to = self.found(number), form.get("to", "")
        if to not in {"moderator", "attendee", ""}:
            raise _wrong("A role is moderator or attendee in class.")
        try:
            role = settings_values.role(form.get("role", "").strip())
        except PydanticCustomError as wrong:
            says = f"The role {wrong}; {(wrong.context or {})['right']}."
            return self._one_again(signed, one, form, "role", Wrong(says, in_english=True))
        changes = {role: cast("Role | None", to or None)}
        with self.pages.change():
            before = {role: one.roles.get(role, "as usual")}
            if not self.store.platforms.change_roles(one.id, changes, _now_ms()):
                raise _wrong("The settings file manages it: change its `roles` there, and restart.")
            self.pages.note(signed, "platform.role", one.name, before, {role: to or "as usual"})
        self.lmss.forget()
        return self.pages.back_to("admin.platform", number=number)

    def rest(self, number: int) -> Response:
        """``POST /admin/platforms/<number>/rest``: let nobody in from it; or, ``wake``, again."""
        signed, form = self.door.act(MANAGE)
        one, active = self.found(number), form.get("wake") == "1"
        before, after = {"active": one.active}, {"active": active}
        with self.pages.change():
            self.store.administration.set_active(one, _now_ms(), active=active)
            action = "platform.wake" if active else "platform.rest"
            self.pages.note(signed, action, one.name, before, after)
        self.lmss.forget()
        return self.pages.back_to("admin.platform", number=number)

    def ask_removal(self, number: int) -> Response:
        """``GET /admin/platforms/<number>/remove``: what would be lost."""
        signed, one = self.door.enter(MANAGE), self.found(number)
        return self._ask_removal(signed, one)

    def _ask_removal(self, signed: Signed, one: KnownPlatform, **values: Any) -> Response:
        lost = self.store.removal.holdings(one.id, _now_ms())
        return self.pages.show("remove_platform.html", signed, platform=one, lost=lost, **values)

    def remove(self, number: int) -> Response:
        """``POST /admin/platforms/<number>/remove``: for good, by whoever typed its name."""
        signed, form = self.door.act(MANAGE)
        one = self.found(number)
        if form.get("name", "").strip() != one.name.strip():
            wrong = {"name": Wrong(OTHER_NAME)}
            return self._ask_removal(signed, one, status=400, typed=Fields(form).typed, wrong=wrong)
        with self.pages.change():
            lost = self.store.removal.holdings(one.id, _now_ms())
            self.store.removal.remove(one)
            self.pages.note(signed, "platform.remove", one.name, asdict(lost))
        self.lmss.forget()
        return self.pages.back_to("admin.platforms")

    def test(self, number: int) -> Response:
        """``POST /admin/platforms/<number>/test``: its key set, token endpoint and clock; of
        LTI 1.1 what can be known without it.
        """
        signed, _ = self.door.act(MANAGE)
        one = self.found(number)
        return self.show_one(signed, one, findings=list(self.lmss.examine(one)))

    def _list(self, signed: Signed, **values: Any) -> Response:
        registrations = [
            one for one in self.store.registrations.all() if one.state in {"waiting", "begun"}
        ]
        deployments = self.store.administration.deployments()
        return self.pages.show(
            "platforms.html",
            signed,
            platforms=self.store.administration.all(),
            invites=self.store.registrations.invites()[:SHOWN_INVITES],
            registrations=registrations,
            waiting=[one for one in deployments if one.state == "waiting"],
            kinds=self.lmss.kinds,
            services=self.services(),
            now_ms=_now_ms(),
            addresses=ADDRESSES,
            **values,
        )

    def list_again(self, signed: Signed, at: str, fields: Fields) -> Response:
        """The list, with what was typed into the form ``at``, and what is wrong beside it."""
        return self._list(signed, status=400, at=at, typed=fields.typed, wrong=fields.wrong)

    def show_one(self, signed: Signed, one: KnownPlatform, **values: Any) -> Response:
        """The page of one."""
        policies = Policies.of(one.policies)
        deployments: list[Deployment] = self.store.administration.deployments(one.id)
        return self.pages.show(
            "platform.html",
            signed,
            platform=one,
            deployments=deployments,
            policies=as_said(policies),
            minutes=minutes_said(policies),
            launch_url=self.public_url + OLD_LAUNCH,
            cartridge_url=self.public_url + CARTRIDGE,
            **values,
        )

    def _one_again(
        self,
        signed: Signed,
        one: KnownPlatform,
        form: MultiDict[str, str],
        field: str,
        wrong: Wrong,
    ) -> Response:
        typed = Fields(form).typed
        return self.show_one(signed, one, status=400, typed=typed, wrong={field: wrong})

    def found(self, number: int) -> KnownPlatform:
        """The platform of that number; raises :class:`MalformedRequest`."""
        for one in self.store.administration.all():
            if one.id == number:
                return one
        raise _missing("learning platform")


def _number(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:12]) < 2**31:
        raise _wrong("A number is a whole one, from 1 up.")
    return int(text[:12])


def _wrong(what: str) -> MalformedRequest:
    return MalformedRequest(what, remedy="Go back and correct it.", code="admin_choice")


def _missing(what: str) -> MalformedRequest:
    return MalformedRequest(
        f"There is no such {what}, or it is decided already.", remedy="Go back.", code="missing"
    )


def _now_ms() -> int:
    return int(time.time() * 1000)
