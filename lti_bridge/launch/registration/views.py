"""The URLs of registration, and of what admins copy by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Response, g, render_template, request

from lti_bridge.errors import MalformedRequest
from lti_bridge.launch.forms import parse, read_form
from lti_bridge.launch.presets import DEEP_LINKING, RESOURCE_LINK
from lti_bridge.launch.registration import wording
from lti_bridge.launch.registration.offer import (
    NAME,
    VARIABLES,
    canvas_configuration,
    placements_for,
    scopes_for,
)
from lti_bridge.launch.registration.registering import Choices, name_for, preset_for
from lti_bridge.security import page_headers

if TYPE_CHECKING:
    from lti_bridge.directory import Visit
    from lti_bridge.launch.platforms import PlatformBook
    from lti_bridge.launch.registration.offer import Offer
    from lti_bridge.launch.registration.registering import Proposal, Registrar
    from lti_bridge.store import Invite, KnownPlatform, PlatformAdministration, Registration

LARGEST_NUMBER: Final = 2**63 - 1
LONGEST_NAME: Final = 255
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class RegistrationViews:
    """The views, with what they need."""

    registrar: Registrar
    offer: Offer
    administration: PlatformAdministration
    platforms: PlatformBook
    services: Callable[[], Sequence[str]]
    """Names of the conferencing services there are."""
    begin: Callable[[], Visit]
    allow_http: bool

    def register(self) -> Response:
        """``GET /lti/register``: what will be asked for, and one button."""
        visit = self._begin()
        query = parse(request.query_string)
        proposal, invite = self.registrar.propose(query, self._seen_at())
        visit.outcome = "page"
        shown = self._shown(proposal, invite)
        return self._page("registration/proposal.html", _framers(proposal, invite), **shown)

    def confirm(self) -> Response:
        """``POST /lti/register``: the button."""
        visit = self._begin()
        form = read_form(request)
        proposal, invite = self.registrar.unsign(form.get("proposal", ""))
        preset = preset_for(invite, proposal.configuration)
        done = self.registrar.register(proposal, self._choices(form, invite), preset)
        self.platforms.forget()
        visit.outcome = "page"
        framers = (*_framers(proposal, invite), *_origins(done))
        return self._page(
            "registration/done.html", framers, done=done, origins=" ".join(_origins(done))
        )

    def config_json(self) -> Response:
        """``GET /lti/config.json``: Canvas' configuration of a developer key."""
        body = json.dumps(canvas_configuration(self.offer), indent=2)
        headers = {"Cache-Control": "public, max-age=600", "Access-Control-Allow-Origin": "*"}
        return Response(body, mimetype="application/json", headers=headers)

    def values(self) -> Response:
        """``GET /lti/values``: what admins enter by hand, to copy."""
        values = self.offer.values()
        lmss = [
            (preset, [(wording.LABELS[name], values[name]) for name in names])
            for preset, names in wording.wanted_by_hand()
        ]
        config_url = self.offer.canvas_url
        return self._page("registration/values.html", (), lmss=lmss, config_url=config_url)

    def _begin(self) -> Visit:
        visit: Visit = self.begin()
        g.visit, g.framed_anywhere = visit, True
        visit.step = "registration"
        return visit

    def _shown(self, proposal: Proposal, invite: Invite) -> dict[str, object]:
        found = proposal.configuration
        preset = preset_for(invite, found)
        asked = scopes_for(found.scopes)
        placements = {
            type_: [
                wording.PLACEMENTS.get(place.rpartition("/")[2], place)
                for place in placements_for(preset, type_, places)
            ]
            for type_, places in found.messages.items()
            if type_ in {RESOURCE_LINK, DEEP_LINKING}
        }
        same = [each for each in self.administration.all() if each.issuer == found.issuer]
        return {
            "proposal": self.registrar.sign(proposal),
            "found": found,
            "preset": preset,
            "tool": NAME,
            "scopes": [(words, scope in asked) for scope, words in wording.SCOPES.items()],
            "claims": wording.CLAIMS,
            "messages": [(wording.MESSAGES[type_], places) for type_, places in placements.items()],
            "variables": [v for v in VARIABLES.values() if v in found.variables],
            "already": _first(same),
            "name": name_for(invite, preset, found),
            "asks_connection": invite.terms.meets_connection is None,
            "connection": self.administration.next_connection(),
            "services": () if self._service(invite) else tuple(self.services()),
            "hosts": "" if proposal.seen_at == urlsplit(found.issuer).netloc else proposal.seen_at,
        }

    def _choices(self, form: Mapping[str, str], invite: Invite) -> Choices:
        connection = invite.terms.meets_connection or _number(form.get("meets_connection", ""))
        service = self._service(invite) or form.get("conferencing", "")
        if service not in self.services():
            raise _wrong("conferencing")
        name = " ".join(form.get("name", "").split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise _wrong("name")
        hosts = tuple(form.get("hosts", "").lower().replace(",", " ").split())
        if len(hosts) > 20 or not all(_HOST.fullmatch(each) for each in hosts):
            raise _wrong("hosts")
        return Choices(name, connection, service, hosts)

    def _service(self, invite: Invite) -> str:
        """The service that is meant without asking; empty where there is a choice."""
        names = self.services()
        if invite.terms.conferencing in names:
            return invite.terms.conferencing
        return names[0] if len(names) == 1 else ""

    def _seen_at(self) -> str:
        """Where the LMS's own pages are, as the browser tells: many clouds' issuer is elsewhere.

        Only a suggestion in a field of the page: the admin sees it.
        """
        try:
            here = urlsplit(request.headers.get("Referer", "")).netloc.lower()
        except ValueError:
            return ""
        return here if _HOST.fullmatch(here) and here != self.offer.domain else ""

    def _page(self, template: str, framers: Sequence[str], **values: object) -> Response:
        headers = page_headers(dict.fromkeys(framers), allow_http=self.allow_http)
        return Response(render_template(template, **values), headers=headers, mimetype="text/html")


def anywhere(*, allow_http: bool) -> tuple[str, ...]:
    """Who may frame the refusal of a registration: of which LMS it is isn't known yet, and there
    is nothing to press.
    """
    return ("https:", "http:") if allow_http else ("https:",)


def _framers(proposal: Proposal, invite: Invite) -> tuple[str, ...]:
    """Who may frame the pages of a registration: the LMS, as its configuration names it.

    Where all its customers share one issuer, their own pages are elsewhere: at the hosts of the
    invitation, and at the one that the browser says opened the page.
    """
    found = proposal.configuration
    addresses = (found.issuer, found.authorization_endpoint, found.registration_endpoint)
    parts = [urlsplit(address) for address in addresses]
    hosts = invite.terms.hosts
    if proposal.seen_at and preset_for(invite, found).is_shared:
        hosts = (*hosts, proposal.seen_at)
    own = [f"{part.scheme}://{part.netloc}" for part in parts]
    return (*own, *(f"{parts[0].scheme}://{host}" for host in hosts))


def _first(same: Sequence[KnownPlatform]) -> KnownPlatform | None:
    return same[0] if same else None


def _origins(done: Registration) -> Sequence[str]:
    """Where the closing message may go: the issuer's origin first, then the LMS's other hosts."""
    issuer = urlsplit(done.values.issuer)
    hosts = dict.fromkeys((issuer.netloc, *done.values.hosts))
    return [f"{issuer.scheme}://{host}" for host in hosts]


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:30]) <= LARGEST_NUMBER:
        raise _wrong("meets_connection")
    return int(text)


def _wrong(name: str) -> MalformedRequest:
    return MalformedRequest(
        f"The registration's {name} can't be used.",
        remedy="Go back and correct it.",
        code="registration_choice",
    )
