"""A platform, its keys and its claims, as the launch room's tests need them."""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import settings

from lti_bridge.simulators.lms.keys import KeyRing
from lti_bridge.simulators.lms.seals import to_base64url
from lti_bridge.store import Platform

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
NOW = 1_760_000_000.0
NONCE = "the-nonce-of-this-login"
RING = KeyRing()
FUZZ = settings(deadline=None, max_examples=50)
"""A busy machine is no failure, and every run looks elsewhere."""


def a_platform(**changes: Any) -> Platform:
    values: dict[str, Any] = {
        "id": 1,
        "name": "Riverbank",
        "type": "Other",
        "version": "1.3",
        "issuer": "https://lms.example.edu",
        "client_id": "client-1",
        "auth_login_url": "https://lms.example.edu/lti/auth",
        "auth_token_url": "https://lms.example.edu/lti/token",
        "key_set_url": "https://lms.example.edu/lti/jwks",
        "key_set": None,
        "key_set_ms": 0,
        "meets_connection": 1,
        "conferencing": "live",
        "hosts": frozenset({"lms.example.edu"}),
        "roles": {},
        "new_deployments": "queue",
        "deployments": {"deployment-1": "allowed"},
    }
    return Platform(**(values | changes))


def claims(**changes: Any) -> dict[str, Any]:
    """A whole launch's claims; a change to ``...`` takes one away, names of LTI's stay short."""
    values: dict[str, Any] = {
        "iss": "https://lms.example.edu",
        "aud": "client-1",
        "iat": NOW - 1,
        "exp": NOW + 300,
        "nonce": NONCE,
        "sub": "usr:7c1e",
        "name": "Ana Pereira",
        f"{LTI}message_type": "LtiResourceLinkRequest",
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": "deployment-1",
        f"{LTI}target_link_uri": "https://bridge.example.edu/lti/launch",
        f"{LTI}resource_link": {"id": "rl-1", "title": "Live class"},
        f"{LTI}roles": [f"{LIS}membership#Learner"],
        f"{LTI}context": {"id": "c-1", "title": "Algebra I", "label": "MATH-101"},
    }
    for name, value in changes.items():
        values[f"{LTI}{name}" if f"{LTI}{name}" in values or name in _LTI_ONLY else name] = value
    return {name: value for name, value in values.items() if value is not ...}


def signed(body: bytes) -> str:
    """A token around these very bytes, which the simulator's own way couldn't make."""
    header = {"alg": "RS256", "kid": RING.current.kid}
    message = f"{to_base64url(json.dumps(header).encode())}.{to_base64url(body)}"
    signature = RING.current.private.sign(message.encode(), PKCS1v15(), SHA256())
    return f"{message}.{to_base64url(signature)}"


_LTI_ONLY = {"custom", "launch_presentation"}
