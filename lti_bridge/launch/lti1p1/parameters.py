"""What the parameters of a verified launch say (LTI 1.1.1 Implementation Guide, 3 and Appendix A).

They are said again as the claims of LTI 1.3, parameter by parameter as 1EdTech's migration guide
has them side by side, and read as those are: one reader judges both versions. Only the signed
form's body counts. An address's own query is signed as well, but whoever makes the link writes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from lti_bridge.directory import RESOURCE_LINK, OutcomeLink
from lti_bridge.directory.text import clean
from lti_bridge.errors import MalformedRequest
from lti_bridge.launch.claims import launch_from
from lti_bridge.launch.reading import LTI, is_url, missing

if TYPE_CHECKING:
    from lti_bridge.directory import Launch
    from lti_bridge.store import Platform

MESSAGE_TYPE: Final = "basic-lti-launch-request"
VERSION: Final = "LTI-1p0"
LONGEST_SOURCED_ID: Final = 4000

_CUSTOM: Final = "custom_"
_PUNCTUATION: Final = re.compile(r"[^a-z0-9]")
_ORIGIN: Final = re.compile(r"(?:[a-z0-9-]+\.)*[a-z0-9-]+(?::[0-9]{1,5})?\Z")
_CLAIMS: Final[Mapping[str, tuple[str, str]]] = {
    "context_id": ("context", "id"),
    "context_label": ("context", "label"),
    "context_title": ("context", "title"),
    "resource_link_id": ("resource_link", "id"),
    "resource_link_title": ("resource_link", "title"),
    "launch_presentation_document_target": ("launch_presentation", "document_target"),
    "launch_presentation_return_url": ("launch_presentation", "return_url"),
    "launch_presentation_locale": ("launch_presentation", "locale"),
}
_PERSON: Final[Mapping[str, str]] = {
    "user_id": "sub",
    "lis_person_name_full": "name",
    "lis_person_name_given": "given_name",
    "lis_person_name_family": "family_name",
    "lis_person_contact_email_primary": "email",
}


def launch_from_form(form: Mapping[str, str], platform: Platform) -> Launch:
    """The launch; raises :class:`MalformedRequest`."""
    if form.get("lti_message_type") != MESSAGE_TYPE:
        raise MalformedRequest(
            "The launch's message type isn't one that this tool takes by LTI 1.1.",
            remedy=f"Launch it with lti_message_type {MESSAGE_TYPE}.",
            code="message_type",
        )
    if form.get("lti_version") != VERSION:
        raise MalformedRequest(
            "The launch isn't one of LTI 1.1.",
            remedy=f"It says lti_version {VERSION} if it is.",
            code="message",
        )
    if not form.get("resource_link_id"):
        raise missing("resource_link_id")
    return replace(
        launch_from(claims_of(form), platform),
        deployment_id="",
        outcome=_outcome(form),
        framed_by="" if platform.hosts else _own_origin(form),
    )


def claims_of(form: Mapping[str, str]) -> dict[str, Any]:
    """The form's parameters as claims of LTI 1.3; empty ones say nothing."""
    claims: dict[str, Any] = {
        f"{LTI}message_type": RESOURCE_LINK,
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": "1",  # there are none; every launch of a consumer key is of one
        f"{LTI}target_link_uri": "/",
        f"{LTI}roles": [one for role in form.get("roles", "").split(",") if (one := role.strip())],
        f"{LTI}custom": custom_of(form),
    }
    for name, (claim, member) in _CLAIMS.items():
        if form.get(name):
            claims.setdefault(f"{LTI}{claim}", {})[member] = form[name]
    if not form.get("context_id"):
        # A course's name without its ID tells no course from another.
        claims.pop(f"{LTI}context", None)
    return claims | {claim: form[name] for name, claim in _PERSON.items() if form.get(name)}


def custom_of(form: Mapping[str, str]) -> dict[str, str]:
    """Custom parameters by their names: in lower case, with ``_`` for whatever is no letter or
    digit, which is how an LMS is to send them (Implementation Guide, 3).
    """
    return {
        _PUNCTUATION.sub("_", name.removeprefix(_CUSTOM).lower()): value
        for name, value in form.items()
        if name.startswith(_CUSTOM)
    }


def _outcome(form: Mapping[str, str]) -> OutcomeLink | None:
    """Where this person's grade for this link goes, if the LMS takes one (Basic Outcomes)."""
    url, sourced_id = form.get("lis_outcome_service_url", ""), form.get("lis_result_sourcedid", "")
    if not (is_url(url) and " " not in url and url.startswith(("https://", "http://"))):
        return None
    if not sourced_id or clean(sourced_id, LONGEST_SOURCED_ID) != sourced_id:
        return None  # it could be said in no XML
    return OutcomeLink(url, sourced_id)


def _own_origin(form: Mapping[str, str]) -> str:
    """Who frames this launch's pages, by the LMS's own word, where the settings name no host.

    It is good for showing pages there and for nothing else: nobody is sent to it. It comes from a
    signed form, so no other site can have itself named.
    """
    for name in ("launch_presentation_return_url", "tool_consumer_instance_url"):
        try:
            parts = urlsplit(form.get(name, ""))
        except ValueError:
            continue
        host = parts.netloc.lower()
        if parts.scheme in {"http", "https"} and len(host) <= 255 and _ORIGIN.match(host):
            return host
    return ""
