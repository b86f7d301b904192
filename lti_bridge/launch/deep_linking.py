"""The deep linking request: what the LMS's picker asks for (Deep Linking 2.0, 4.4).

Required are ``deep_link_return_url``, ``accept_types`` and ``accept_presentation_document_targets``
(4.4.1); where it isn't said that several items, or line items, are accepted, the specification
forbids to assume either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from lti_bridge.directory import DeepLinkingRequest
from lti_bridge.errors import MalformedRequest, NotAllowed
from lti_bridge.launch.reading import LTI, is_url, missing, text, wrong

if TYPE_CHECKING:
    from lti_bridge.store import Platform

DL: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/"
SETTINGS: Final = f"{DL}deep_linking_settings"
MOST_TYPES: Final = 50
LONGEST_DATA: Final = 64 * 1024
"""Some LMSs put a whole token there."""
LONGEST_DESCRIPTION: Final = 2000


def request_from(claims: Mapping[str, Any], platform: Platform) -> DeepLinkingRequest:
    """What is asked for; raises :class:`MalformedRequest`, or :class:`NotAllowed` where the
    answer would have to go to somebody else than the platform.
    """
    if not claims.get(f"{LTI}context"):
        raise MalformedRequest(  # it is a course's meetings that are picked from
            "The LMS opened the picker without a context.",
            remedy="Open it within a course; the LMS sends the course's context along then.",
            code="picker_without_course",
        )
    settings = claims.get(SETTINGS)
    if settings is None:
        raise missing("deep_linking_settings")
    if not isinstance(settings, dict):
        raise wrong("deep_linking_settings")
    return DeepLinkingRequest(
        return_url=_return_url(settings, platform),
        accept_types=_texts(settings, "accept_types"),
        targets=_texts(settings, "accept_presentation_document_targets"),
        media_types=text(settings, "accept_media_types", LONGEST_DESCRIPTION),
        accept_multiple=_switch(settings, "accept_multiple") is True,
        accept_line_item=_switch(settings, "accept_lineitem"),
        auto_create=_switch(settings, "auto_create") is True,
        title=text(settings, "title"),
        text=text(settings, "text", LONGEST_DESCRIPTION),
        data=_data(settings),
    )


def _return_url(settings: Mapping[str, Any], platform: Platform) -> str:
    url = settings.get("deep_link_return_url")
    if url is None or url == "":
        raise missing("deep_link_return_url")
    if not is_url(url):
        raise wrong("deep_link_return_url")
    if not platform.owns(url):
        raise NotAllowed(
            "The LMS wants the picked links sent to an address that isn't its own.",
            remedy="If that host is this LMS's too, add it to `hosts` of the platform.",
            code="return_url_elsewhere",
        )
    return url


def _texts(settings: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = settings.get(name)
    if values is None or values == []:
        raise missing(name)
    if not isinstance(values, list) or len(values) > MOST_TYPES:
        raise wrong(name)
    if not all(isinstance(value, str) and len(value) <= 255 for value in values):
        raise wrong(name)
    return tuple(values)


def _switch(settings: Mapping[str, Any], name: str) -> bool | None:
    """True, False or not said; some LMSs write booleans as texts."""
    value = settings.get(name)
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.strip().lower(), ...)
    if value is None or isinstance(value, bool):
        return value
    raise wrong(name)


def _data(settings: Mapping[str, Any]) -> str | None:
    """To be echoed letter by letter (4.5.3), whatever it is."""
    data = settings.get("data")
    if not isinstance(data, str | None):
        raise wrong("data")
    if data is not None and len(data) > LONGEST_DATA:
        raise MalformedRequest(
            "The request's data are far larger than any.",
            remedy="The LMS sends along more than any needs: ask its support.",
            code="too_large",
        )
    return data
