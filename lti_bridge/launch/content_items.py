"""The answer to a deep linking request (Deep Linking 2.0, 4.5; Security Framework 1.0, 5.2).

A token that the bridge signs with its own key: ``iss`` is the client ID and ``aud`` the platform's
issuer, the other way round than in a launch. It holds the picked links, or none, and gives back
``data`` as it came.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import jwt

from lti_bridge.launch.deep_linking import DL
from lti_bridge.launch.reading import LTI

if TYPE_CHECKING:
    from lti_bridge.directory import DeepLinkingRequest
    from lti_bridge.scheduling import PickedLink, Span
    from lti_bridge.store import Platform, ToolKey

MESSAGE: Final = "LtiDeepLinkingResponse"
LIFETIME_SECONDS: Final = 300
ICON_SIZE: Final = 64
FRAME: Final[Mapping[str, int]] = {"width": 960, "height": 720}
"""In pixels; LMSs that know better take their own."""
COPIES: Final[Mapping[str, str]] = {
    "context_history": "$Context.id.history",
    "link_history": "$ResourceLink.id.history",
}
"""What tells a copied course's link where it comes from, where the LMS fills these in."""


class DeepLinkingAnswers:
    """Writes and signs answers."""

    def __init__(
        self,
        public_url: str,
        keys: Callable[[], Sequence[ToolKey]],
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        """``keys``: the one that signs first; ``now`` in UNIX seconds."""
        self._public_url = public_url
        self._keys = keys
        self._now = now

    def signed(
        self,
        platform: Platform,
        deployment_id: str,
        request: DeepLinkingRequest,
        links: Sequence[PickedLink],
        *,
        nonce: str,
        message: str = "",
        error: str = "",
    ) -> str:
        """The token of an answer; ``message`` or ``error`` is for the person to read."""
        now = int(self._now())
        claims: dict[str, Any] = {
            "iss": platform.client_id,
            "aud": [platform.issuer],
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "nonce": nonce,
            f"{LTI}deployment_id": deployment_id,
            f"{LTI}message_type": MESSAGE,
            f"{LTI}version": "1.3.0",
            f"{DL}content_items": [self._item(link) for link in links],
        }
        if request.data is not None:
            claims[f"{DL}data"] = request.data
        if message:
            claims |= {f"{DL}msg": message, f"{DL}log": f"{len(links)} links"}
        if error:
            claims |= {f"{DL}errormsg": error, f"{DL}errorlog": "ltiResourceLink isn't accepted"}
        key = self._keys()[0]
        return jwt.encode(claims, key.private_key, "RS256", headers={"kid": key.kid})

    def _item(self, link: PickedLink) -> dict[str, Any]:
        """An LTI resource link (Deep Linking 2.0, 3.2)."""
        item: dict[str, Any] = {
            "type": "ltiResourceLink",
            "url": f"{self._public_url}/lti/launch",
            "title": link.title,
            "icon": {
                "url": f"{self._public_url}/course/static/icon.svg",
                "width": ICON_SIZE,
                "height": ICON_SIZE,
            },
            "custom": {"meeting": link.token, **COPIES},
        }
        if link.groups:
            item["custom"]["group"] = "own"
        if link.text:
            item["text"] = link.text
        if link.shown == "iframe":
            item["iframe"] = dict(FRAME)
        if link.shown == "window":
            item["window"] = {"targetName": f"class-{link.token[:8]}", **FRAME}
        for name, span in (("available", link.available), ("submission", link.submission)):
            times = _times(span)
            if times:
                item[name] = times
        if link.points is not None:
            item["lineItem"] = {
                "scoreMaximum": link.points,
                "label": link.title,
                "resourceId": link.resource_id,
                "tag": "attendance",
            }
        return item


def _times(span: Span) -> dict[str, str]:
    """ISO 8601 in UTC; only what is said."""
    both = (("startDateTime", span.begins_ms), ("endDateTime", span.ends_ms))
    return {
        name: f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
        for name, at_ms in both
        if at_ms is not None
    }
