"""The bridge's own key set: public halves only."""

from __future__ import annotations

import json

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from lti_bridge.launch.published import key_set
from lti_bridge.store import ToolKey

KEYS = [
    ToolKey(kid, generate_private_key(public_exponent=65537, key_size=2048)) for kid in ("b", "a")
]


def test_others_can_verify_with_it_what_we_sign():
    found = jwt.PyJWKSet.from_json(key_set(KEYS))
    for key in KEYS:
        token = jwt.encode({"sub": "x"}, key.private_key, "RS256", headers={"kid": key.kid})
        assert jwt.decode(token, found[key.kid].key, ["RS256"]) == {"sub": "x"}


def test_nothing_private_is_in_it():
    for jwk in json.loads(key_set(KEYS))["keys"]:
        assert set(jwk) == {"kty", "use", "alg", "kid", "n", "e"}
        assert (jwk["kty"], jwk["use"], jwk["alg"]) == ("RSA", "sig", "RS256")
        assert not jwk["n"].endswith("=")
