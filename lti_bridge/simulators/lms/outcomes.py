"""The gradebook of LTI 1.1 (LTI 1.1.1 Implementation Guide, 6): one score for a person and link.

Strict: the signature in the Authorization header, the body's hash, timestamp and nonce, and the
XML as imsoms_v1p0 has it.
"""

from __future__ import annotations

import hmac
import re
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from flask import Blueprint, Response, request

from lti_bridge.simulators.lms import oauth1
from lti_bridge.simulators.lms.seals import Sealer

if TYPE_CHECKING:
    from lti_bridge.simulators.lms.campus import Link, User
    from lti_bridge.simulators.lms.simulator import LmsSimulator

NAMESPACE = "http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0"
TAG = "{" + NAMESPACE + "}"
OPERATIONS = ("replaceResult", "readResult", "deleteResult")
WINDOW = 300
SCORE = re.compile(r"(?:0(?:\.[0-9]+)?|1(?:\.0+)?)\Z")
PAIR = re.compile(r'\s*([A-Za-z_]+)="([^"]*)"\s*(?:,|\Z)')

Fault = Literal["failure", "unsupported", "processing", "html", "down", "unreadable"]


@dataclass(frozen=True, slots=True)
class Told:
    """A request that was let in."""

    operation: str
    sourced_id: str
    score: str | None


class Wrong(Exception):
    """The request isn't what the specification says."""


class Outcomes:
    """Keeps scores by their ``sourcedId``, which launches carry."""

    def __init__(self, lms: LmsSimulator) -> None:
        """Sourced IDs of one service mean nothing to another."""
        self._lms = lms
        self._sealer = Sealer()
        self._nonces: set[str] = set()
        self._lock = threading.Lock()
        self.scores: dict[tuple[str, str], str] = {}
        """By user and link, as told."""
        self.told: list[Told] = []
        self.refused: list[str] = []
        """Why requests were turned away."""
        self.fault: Fault | None = None
        """What is answered instead: a code, or no answer that can be read."""

    def sourced_id(self, user: User, link: Link) -> str:
        """Where this person's score for this link goes."""
        return self._sealer.seal("outcome", [user.id, link.id])

    def answer(self) -> Response:
        """``POST /lti/outcomes``."""
        if self.fault == "down":
            return Response("not now", 503, mimetype="text/plain")
        if self.fault in {"html", "unreadable"}:
            body = "<!doctype html><p>Sign in" if self.fault == "html" else "<a>&x;</a>"
            return Response(body, mimetype="text/html")
        try:
            self._check_signature()
            number, told = _read(request.get_data())
        except Wrong as wrong:
            self.refused.append(str(wrong))
            return _envelope("failure", str(wrong), "", "", "", status=401)
        return self._act(number, told)

    def _check_signature(self) -> None:
        if request.mimetype != "application/xml":
            raise Wrong("the body is no XML")
        given = _authorization(request.headers.get("Authorization", ""))
        tool = self._lms.old_tools.get(given.get("oauth_consumer_key", ""))
        method = given.get("oauth_signature_method", "")
        if tool is None or method not in oauth1.HASHES:
            raise Wrong("no such tool, or no such method")
        sent = given.pop("oauth_signature", "")
        given.pop("realm", None)
        pairs = [*given.items(), *request.args.items(multi=True)]
        base = oauth1.base_string("POST", f"{self._lms.issuer}{request.path}", pairs)
        if not hmac.compare_digest(oauth1.signature(base, tool.secret, method), sent):
            raise Wrong("the signature doesn't hold")
        if given.get("oauth_body_hash") != oauth1.body_hash(request.get_data()):
            raise Wrong("the body isn't the one that was signed")
        if abs(int(given.get("oauth_timestamp", "0")) - time.time()) > WINDOW:
            raise Wrong("the timestamp is too far away")
        with self._lock:
            nonce = f"{tool.consumer_key} {given['oauth_nonce']}"
            if nonce in self._nonces:
                raise Wrong("the nonce was used before")
            self._nonces.add(nonce)

    def _act(self, number: str, told: Told) -> Response:
        self.told.append(told)
        if self.fault is not None:
            return _envelope(self.fault, f"as wished: {self.fault}", number, told.operation, "")
        place = self._sealer.unseal("outcome", told.sourced_id)
        if place is None:
            return _envelope("failure", "no such sourcedId", number, told.operation, "")
        key = (place[0], place[1])
        if told.operation == "replaceResult":
            self.scores[key] = told.score or ""
        elif told.operation == "deleteResult":
            self.scores.pop(key, None)
        content = ""
        if told.operation == "readResult":
            text = f"<language>en</language><textString>{self.scores.get(key, '')}</textString>"
            content = f"<result><resultScore>{text}</resultScore></result>"
        return _envelope("success", "done", number, told.operation, content)


def blueprint(lms: LmsSimulator) -> Blueprint:
    """The URL of the service."""
    urls = Blueprint("outcomes", __name__)
    urls.add_url_rule("/lti/outcomes", "outcomes", lms.outcomes.answer, methods=["POST"])
    return urls


def _authorization(header: str) -> dict[str, str]:
    """The parameters of an OAuth header (RFC 5849, 3.5.1)."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "oauth":
        raise Wrong("there is no OAuth header")
    pairs = PAIR.findall(rest)
    if len(dict(pairs)) != len(pairs) or "".join(PAIR.split(rest)[::3]).strip():
        raise Wrong("the OAuth header can't be read")
    return {unquote(name): unquote(value) for name, value in pairs}


def _read(body: bytes) -> tuple[str, Told]:
    """The message's number, and what it wants."""
    try:
        envelope = fromstring(body)
    except (ParseError, DefusedXmlException):
        raise Wrong("the XML can't be read") from None
    if envelope.tag != f"{TAG}imsx_POXEnvelopeRequest":
        raise Wrong("it is no imsx_POXEnvelopeRequest")
    header = f"{TAG}imsx_POXHeader/{TAG}imsx_POXRequestHeaderInfo/{TAG}imsx_"
    if envelope.findtext(f"{header}version") != "V1.0":
        raise Wrong("it is of another version")
    number = envelope.findtext(f"{header}messageIdentifier") or ""
    contents = envelope.find(f"{TAG}imsx_POXBody")
    if not number or contents is None or len(contents) != 1:
        raise Wrong("it has no number, or not one wish")
    wish = contents[0]
    operation = wish.tag.removeprefix(TAG).removesuffix("Request")
    if operation not in OPERATIONS:
        raise Wrong("nobody knows that wish")
    sourced_id = wish.findtext(f"{TAG}resultRecord/{TAG}sourcedGUID/{TAG}sourcedId") or ""
    return number, Told(operation, sourced_id, _score(wish, operation))


def _score(wish: Element, operation: str) -> str | None:
    score = f"{TAG}resultRecord/{TAG}result/{TAG}resultScore"
    if operation != "replaceResult":
        if wish.find(score) is not None:
            raise Wrong("a score in a wish that sets none")
        return None
    text = wish.findtext(f"{score}/{TAG}textString") or ""
    if not wish.findtext(f"{score}/{TAG}language") or not SCORE.match(text):
        raise Wrong("the score is no number from 0 to 1")
    return text


def _envelope(
    major: str, says: str, number: str, operation: str, content: str, *, status: int = 200
) -> Response:
    answer = f"<{operation}Response>{content}</{operation}Response>" if operation else ""
    severity = "status" if major == "success" else "error"
    return Response(
        f'<?xml version="1.0" encoding="UTF-8"?><imsx_POXEnvelopeResponse xmlns="{NAMESPACE}">'
        "<imsx_POXHeader><imsx_POXResponseHeaderInfo><imsx_version>V1.0</imsx_version>"
        f"<imsx_messageIdentifier>{time.time_ns()}</imsx_messageIdentifier><imsx_statusInfo>"
        f"<imsx_codeMajor>{major}</imsx_codeMajor><imsx_severity>{severity}</imsx_severity>"
        f"<imsx_description>{escape(says)}</imsx_description>"
        f"<imsx_messageRefIdentifier>{escape(number)}</imsx_messageRefIdentifier>"
        f"<imsx_operationRefIdentifier>{operation}</imsx_operationRefIdentifier>"
        "</imsx_statusInfo></imsx_POXResponseHeaderInfo></imsx_POXHeader>"
        f"<imsx_POXBody>{answer}</imsx_POXBody></imsx_POXEnvelopeResponse>",
        status,
        mimetype="application/xml",
    )
