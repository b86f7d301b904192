"""The ``lti1p1`` claim: who and where this was by LTI 1.1 (1EdTech, LTI 1.3 Migration, "lti1p1").

1. The platform names the consumer key it had, and signs that it knows its secret:
   ``base64(HMAC-SHA256(secret, key & deployment_id & iss & client_id & exp & nonce))``.
2. The identifiers of before that differ from those of the token are beside it.

Without a signature that holds the claim is a rumour, and nothing is merged for it: whoever runs
one platform could else have the people and recordings of another.
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from lti_bridge.launch.reading import LTI, identifier
from lti_bridge.store import Place

if TYPE_CHECKING:
    from lti_bridge.directory import Launch
    from lti_bridge.launch.lti1p1.consumers import ConsumerBook

CLAIM: Final = f"{LTI}lti1p1"


def former_place(
    claims: Mapping[str, Any], launch: Launch, consumers: ConsumerBook
) -> Place | None:
    """Where the launch of these claims was before; None where nothing proves it.

    ``claims`` must have been verified. Raises :class:`MalformedRequest` where the claim is
    signed, and says what no identifier can be.
    """
    claim = claims.get(CLAIM)
    if not isinstance(claim, dict) or not launch.resource_link_id:
        return None
    key, sign = claim.get("oauth_consumer_key"), claim.get("oauth_consumer_key_sign")
    if not (isinstance(key, str) and isinstance(sign, str)):
        return None
    platform = consumers.by_key(key)
    if platform is None:
        return None
    known = platform.secrets_at(int(time.time() * 1000))
    if not any(is_signed(sign, claims, launch, key, one) for one in known):
        return None
    return Place(
        platform.id,
        identifier(claim.get("context_id"), "lti1p1.context_id", required=False)
        or launch.lti_context_id,
        identifier(claim.get("user_id"), "lti1p1.user_id", required=False) or launch.lti_user_id,
        identifier(claim.get("resource_link_id"), "lti1p1.resource_link_id", required=False)
        or launch.resource_link_id,
    )


def is_signed(sign: str, claims: Mapping[str, Any], launch: Launch, key: str, secret: str) -> bool:
    """Whether the claim's signature holds, found out in constant time."""
    expires = claims["exp"]
    parts = (
        key,
        launch.deployment_id,
        launch.platform.issuer,
        launch.platform.client_id,
        str(int(expires) if expires == int(expires) else expires),
        str(claims["nonce"]),
    )
    text = "&".join(parts).encode("utf-8", "replace")
    right = base64.b64encode(hmac.digest(secret.encode(), text, "sha256"))
    return hmac.compare_digest(right, sign.encode("utf-8", "replace"))
