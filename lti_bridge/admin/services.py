"""The page of conferencing services: which there are, what they can do, and a round through one."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lti_bridge.admin.fields import Fields
from lti_bridge.admin.service_lines import lines
from lti_bridge.admin.times import clock_of
from lti_bridge.conferencing.rounds import Round
from lti_bridge.errors import BridgeError, NotAllowed, RemoteError, ServiceMissing
from lti_bridge.settings import load_conferencing
from lti_bridge.store.services import SECRETS

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.datastructures import MultiDict

    from lti_bridge.admin.door import Door, Signed
    from lti_bridge.admin.pages import AdminPages
    from lti_bridge.conferencing import ConferencingService, Services
    from lti_bridge.settings import Conferencing, Settings
    from lti_bridge.store import ConferencingServices, Store, StoredService

MANAGE: Final = "manageConferencingAccounts"
KINDS: Final = {
    "meetingz": "Meetingz",
    "mconf": "Mconf-Live",
    "bigbluebutton": "BigBlueButton",
    "onstream": "Onstream",
}
OPTIONAL: Final = ("checksum", "username", "timezone")


@dataclass(frozen=True, slots=True)
class ServicePages:
    """The views, with what they need."""

    door: Door
    pages: AdminPages
    store: Store
    services: Services
    settings: Settings
    forget: Callable[[], None]
    """What this process remembers of services."""

    @property
    def stored(self) -> ConferencingServices:
        """Their rows."""
        return self.store.services

    def listed(self) -> Response:
        """``GET /admin/services``."""
        return self._list(self.door.enter(MANAGE))

    def add(self) -> Response:
        """``POST /admin/services/add``."""
        signed, form = self.door.act(MANAGE)
        fields, done = Fields(form), False
        with fields.noting():
            self._add(signed, form)
            done = True
        if not done:
            return self._list(signed, status=400, typed=fields.typed, wrong=fields.wrong)
        self.forget()
        return self.pages.back_to("admin.services")

    def _add(self, signed: Signed, form: MultiDict[str, str]) -> None:
        name, kind = form.get("name", "").strip(), form.get("kind", "")
        if name in {each.name for each in self.stored.all() if not each.problem}:
            raise _taken(name)
        values: dict[str, object] = {"name": name, "kind": kind, "url": form.get("url", "").strip()}
        values |= {key: text for key in OPTIONAL if (text := form.get(key, "").strip())}
        values[SECRETS.get(kind, "secret")] = form.get("secret", "")
        service = load_conferencing(values, self.settings.security)
        after = {key: str(value) for key, value in values.items() if key in {"kind", "url"}}
        with self.pages.change():
            if not self.stored.save(service, _now_ms()):
                raise _taken(name)
            self.pages.note(signed, "service.add", name, after=after)

    def replace_secret(self) -> Response:
        """``POST /admin/services/secret``, while meetings run: the service is asked first whether
        it takes the new one, unless the box ``untested`` is ticked.
        """
        signed, form = self.door.act(MANAGE)
        one = self._meant(form.get("service", ""))
        if one.settings is None:
            raise _of_the_file(one.name)
        key = SECRETS.get(one.kind, "secret")
        kept = one.settings.model_dump(mode="json", exclude={key}, exclude_unset=True)
        values = {**kept, key: form.get("secret", "")}
        service, untested = load_conferencing(values, self.settings.security), "untested" in form
        if not untested:
            self._try(service)
        with self.pages.change():
            self.stored.save(service, _now_ms())
            self.pages.note(signed, "service.secret", one.name, after={"tested": not untested})
        self.forget()
        return self.pages.back_to("admin.services")

    def rest(self) -> Response:
        """``POST /admin/services/rest``: no new meetings on it; or, with ``wake``, again."""
        signed, form = self.door.act(MANAGE)
        one, resting = self._meant(form.get("service", "")), form.get("wake") != "1"
        action = "service.rest" if resting else "service.wake"
        before, after = {"resting": one.resting}, {"resting": resting}
        with self.pages.change():
            self.stored.rest(one.name, resting=resting)
            self.pages.note(signed, action, one.name, before, after)
        self.forget()
        return self.pages.back_to("admin.services")

    def remove(self) -> Response:
        """``POST /admin/services/remove``, where its box is ticked."""
        signed, form = self.door.act(MANAGE)
        one = self._meant(form.get("service", ""))
        if form.get("sure") != "1":
            raise NotAllowed(
                "Nothing was removed: the box wasn't ticked.", remedy="Go back.", code="not_sure"
            )
        with self.pages.change():
            if not self.stored.remove(one.name):
                raise _of_the_file(one.name)
            self.pages.note(signed, "service.remove", one.name, {"kind": one.kind})
        self.forget()
        return self.pages.back_to("admin.services")

    def test(self) -> Response:
        """``POST /admin/services/test``: a round with a meeting of its own."""
        signed, form = self.door.act(MANAGE)
        one = self._meant(form.get("service", ""))
        with closing(Round(self.services.service_for(one.name)).steps()) as going:
            steps = list(going)
        well = all(step.result != "wrong" for step in steps)
        self.pages.note(signed, "service.test", one.name, after={"well": well})
        return self._list(signed, tested=one.name, steps=steps, well=well)

    def _list(self, signed: Signed, **values: Any) -> Response:
        return self.pages.show(
            "services.html",
            signed,
            lines=lines(self.store, self._service, clock_of(signed), _now_ms()),
            kinds=KINDS,
            **values,
        )

    def _try(self, service: Conferencing) -> None:
        try:
            self.services.trial(service).check()
        except RemoteError as error:
            raise NotAllowed(
                f"With the new secret: {error.message}",
                remedy="The old one stays. Look whether this one is right; or tick the box that"
                " takes it untested.",
                code="secret_untaken",
            ) from error

    def _service(self, name: str) -> ConferencingService | None:
        try:
            return self.services.service_for(name)
        except BridgeError:  # one that can't be read; its row says why
            return None

    def _meant(self, name: str) -> StoredService:
        for each in self.stored.all():
            if each.name == name:
                return each
        raise ServiceMissing("There is no such service.", remedy="Go back.", code="service_missing")


def _taken(name: str) -> NotAllowed:
    return NotAllowed(
        f"There is a service {name!r} already.", remedy="Take another name.", code="service_taken"
    )


def _of_the_file(name: str) -> NotAllowed:
    return NotAllowed(
        f"{name!r} is a service of the settings file, or can't be read.",
        remedy="Change it there, or add it again.",
        code="managed_by_file",
    )


def _now_ms() -> int:
    return int(time.time() * 1000)
