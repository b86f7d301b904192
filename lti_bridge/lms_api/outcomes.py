"""Grades by LTI 1.1: Basic Outcomes (LTI 1.1.1 Implementation Guide, 6; imsoms_v1p0).

A launch by LTI 1.1 names an address and a sourced ID for its person and link, which
``store.outcomes`` keeps (``Outcomes.of_meeting``; ``platform_of`` says whose key signs). The job
that works scores out sends each of them by

    OutcomeClient.send(platform, outcome.service_url, outcome.sourced_id, score)

with a share from 0 to 1, or None to take the score away. It may be repeated: the last one counts,
and there are no timestamps to be newer than. The message is signed with OAuth 1.0a, body and all
(OAuth Request Body Hash 1.0), in the Authorization header.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from time import time
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from authlib.oauth1.rfc5849.util import escape
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lti_bridge.errors import RemoteMalformed, RemoteRejected, RemoteUnavailable
from lti_bridge.lms_api import oauth1

if TYPE_CHECKING:
    from lti_bridge.http import Client, Response
    from lti_bridge.store import Platform

NAMESPACE: Final = "http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0"
CALL: Final = "outcome"
METHOD: Final = "HMAC-SHA1"
"""The one that every LMS of LTI 1.1 takes."""
CONTENT_TYPE: Final = "application/xml"
SECONDS: Final = 20.0
LARGEST_ANSWER: Final = 256 * 1024
LANGUAGE: Final = "en"
"""Of the decimal point."""

_TAG: Final = "{" + NAMESPACE + "}"
_REMEDIES: Final = {
    "failure": "Look in the LMS whether the link still takes a grade from this tool.",
    "unsupported": "The LMS doesn't do this; take the meeting's grading off, or move to LTI 1.3.",
}


class OutcomeClient:
    """Speaks to the gradebooks of LMSs by LTI 1.1; shared by all threads of a process."""

    def __init__(self, client: Client, *, now: Callable[[], float] = time) -> None:
        """``client`` is the door out; ``now``: UNIX seconds."""
        self._client = client
        self._now = now

    def send(
        self, platform: Platform, service_url: str, sourced_id: str, score: float | None
    ) -> None:
        """Set the score (6.1.1), a share from 0 to 1; None takes it away (6.1.3).

        ``platform`` is the one of LTI 1.1 whose key signs. Raises :class:`RemoteRejected` with
        ``code`` ``failure``, ``unsupported`` or ``http_STATUS``; :class:`RemoteUnavailable` where
        it is to be tried again later (``processing``, ``http_429`` and 5xx);
        :class:`RemoteMalformed` for an answer that is none.
        """
        if score is None:
            self._ask(platform, service_url, "deleteResult", sourced_id)
        else:
            self._ask(platform, service_url, "replaceResult", sourced_id, written(score))

    def read(self, platform: Platform, service_url: str, sourced_id: str) -> float | None:
        """The score as the LMS has it (6.1.2); None where it has none. Raises as :meth:`send`."""
        body = self._ask(platform, service_url, "readResult", sourced_id)
        text = body.findtext(f".//{_TAG}resultScore/{_TAG}textString") or ""
        if not text.strip():
            return None
        try:
            return float(text)
        except ValueError:
            raise _unreadable(platform) from None

    def _ask(
        self,
        platform: Platform,
        service_url: str,
        operation: str,
        sourced_id: str,
        score: str | None = None,
    ) -> Element:
        body = envelope(secrets.token_hex(8), operation, sourced_id, score)
        response = self._client.post(
            service_url,
            service=platform.name,
            call=CALL,
            body=body,
            content_type=CONTENT_TYPE,
            headers={
                "Authorization": authorization(platform, service_url, body, int(self._now())),
                "Accept": CONTENT_TYPE,
            },
            timeout=SECONDS,
            max_bytes=LARGEST_ANSWER,
        )
        return _read(platform, response)


def written(score: float) -> str:
    """The score as a decimal number from 0 to 1, with four places at the most."""
    if not 0 <= score <= 1:
        raise ValueError(score)
    return f"{score:.4f}".rstrip("0").rstrip(".")


def envelope(number: str, operation: str, sourced_id: str, score: str | None) -> bytes:
    """The message: ``number`` is its own, ``operation`` what it asks for."""
    request = Element("imsx_POXEnvelopeRequest", {"xmlns": NAMESPACE})
    information = SubElement(SubElement(request, "imsx_POXHeader"), "imsx_POXRequestHeaderInfo")
    SubElement(information, "imsx_version").text = "V1.0"
    SubElement(information, "imsx_messageIdentifier").text = number
    wish = SubElement(SubElement(request, "imsx_POXBody"), f"{operation}Request")
    record = SubElement(wish, "resultRecord")
    SubElement(SubElement(record, "sourcedGUID"), "sourcedId").text = sourced_id
    if score is not None:
        place = SubElement(SubElement(record, "result"), "resultScore")
        SubElement(place, "language").text = LANGUAGE
        SubElement(place, "textString").text = score
    document: bytes = tostring(request, encoding="utf-8", xml_declaration=True)
    return document


def authorization(platform: Platform, url: str, body: bytes, timestamp: int) -> str:
    """The header that signs the message (RFC 5849, 3.5.1); ``timestamp`` in UNIX seconds."""
    digest = hashlib.sha1(body).digest()  # noqa: S324 - as Request Body Hash 1.0, 3.2 has it
    oauth = {
        "oauth_body_hash": base64.b64encode(digest).decode("ascii"),
        "oauth_consumer_key": platform.consumer_key,
        "oauth_nonce": secrets.token_hex(16),
        "oauth_signature_method": METHOD,
        "oauth_timestamp": str(timestamp),
        "oauth_version": "1.0",
    }
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    signed = oauth1.base_string("POST", url, [*oauth.items(), *query])
    oauth["oauth_signature"] = oauth1.signature(signed, platform.shared_secret, METHOD)
    return "OAuth " + ", ".join(f'{name}="{escape(value)}"' for name, value in oauth.items())


def _read(platform: Platform, response: Response) -> Element:
    """The answer's envelope, where it says success; an LMS may say otherwise with any status."""
    code = _code_major(response)
    if code == "success" and response.status < 300:
        return _parsed(response)
    if code == "processing":
        raise RemoteUnavailable(
            f"{platform.name} hasn't done with the grade yet.",
            service=platform.name,
            call=CALL,
            remedy="It is sent again later.",
            code=code,
        )
    if code in _REMEDIES:
        raise RemoteRejected(
            f"{platform.name} doesn't take the grade ({code}).",
            service=platform.name,
            call=CALL,
            remedy=_REMEDIES[code],
            code=code,
        )
    if response.status < 300:
        raise _unreadable(platform)
    later = response.status == 429 or response.status >= 500
    raise (RemoteUnavailable if later else RemoteRejected)(
        f"{platform.name} answers a grade with HTTP {response.status}.",
        service=platform.name,
        call=CALL,
        remedy="" if later else "Check consumer key and secret, on both sides.",
        code=f"http_{response.status}",
    )


def _code_major(response: Response) -> str:
    """``imsx_codeMajor``; empty for an answer that has none."""
    try:
        found = _parsed(response).findtext(f".//{_TAG}imsx_statusInfo/{_TAG}imsx_codeMajor")
    except (ParseError, DefusedXmlException, ValueError):
        return ""
    return (found or "").strip().lower()


def _parsed(response: Response) -> Element:
    element: Element = fromstring(response.body)
    return element


def _unreadable(platform: Platform) -> RemoteMalformed:
    return RemoteMalformed(
        f"{platform.name} answers a grade with something that is no answer.",
        service=platform.name,
        call=CALL,
        remedy="Check that the address which its launches name is its outcome service.",
        code="unreadable",
    )
