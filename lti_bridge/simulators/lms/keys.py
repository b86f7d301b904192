"""The LMS's signing keys and its key set (RFC 7515, RFC 7517; Security Framework 6.3)."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from lti_bridge.simulators.lms.seals import to_base64url

if TYPE_CHECKING:
    from collections.abc import Mapping

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "RS256": hashes.SHA256(),
    "RS384": hashes.SHA384(),
    "RS512": hashes.SHA512(),
}


def _number(value: int) -> str:
    return to_base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An RSA key with its key ID, which is its thumbprint (RFC 7638)."""

    private: rsa.RSAPrivateKey
    kid: str

    @classmethod
    def generate(cls) -> SigningKey:
        """A new key of 2,048 bits."""
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        numbers = private.public_key().public_numbers()
        members = {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
        thumbprint = hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest()
        return cls(private, to_base64url(thumbprint))

    @property
    def jwk(self) -> dict[str, str]:
        """The public half as a JSON Web Key."""
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "kid": self.kid,
            "use": "sig",
            "alg": "RS256",
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }

    @property
    def public_pem(self) -> bytes:
        """The public half in PEM: what an attacker tries as the secret of an HS256 token."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


class KeyRing:
    """The keys in use: the first signs, all are published."""

    def __init__(self, first: SigningKey | None = None) -> None:
        """Starts with one new key, or with the ``first`` that is given."""
        self._keys: tuple[SigningKey, ...] = (first or SigningKey.generate(),)

    @property
    def current(self) -> SigningKey:
        """The key that signs now."""
        return self._keys[0]

    def rotate(self, *, keep_old: bool) -> None:
        """Signs with a new key from now on; the old ones are published on only if kept."""
        old = self._keys if keep_old else ()
        self._keys = (SigningKey.generate(), *old)

    def key_set(self) -> dict[str, list[dict[str, str]]]:
        """The JSON Web Key Set (RFC 7517 section 5)."""
        return {"keys": [key.jwk for key in self._keys]}

    def sign(
        self,
        claims: Mapping[str, Any],
        *,
        headers: Mapping[str, Any] | None = None,
        key: rsa.RSAPrivateKey | bytes | None = None,
        algorithm: str = "RS256",
    ) -> str:
        """The claims as a compact JWS.

        Nothing is checked: this also makes the tokens that attackers would. ``headers`` replaces
        header members (None takes one away); ``key`` signs instead of the current one, under its
        name; ``algorithm`` is RS256, RS384, RS512, HS256 (with the public key's PEM as the secret,
        unless ``key`` gives another) or ``none``.
        """
        header = {"typ": "JWT", "alg": algorithm, "kid": self.current.kid} | dict(headers or {})
        kept = {name: value for name, value in header.items() if value is not None}
        message = f"{_encoded(kept)}.{_encoded(claims)}"
        return f"{message}.{to_base64url(self._signature(message.encode(), key, algorithm))}"

    def _signature(
        self, message: bytes, key: rsa.RSAPrivateKey | bytes | None, algorithm: str
    ) -> bytes:
        if algorithm == "none":
            return b""
        if algorithm == "HS256":
            secret = key if isinstance(key, bytes) else self.current.public_pem
            return hmac.digest(secret, message, hashlib.sha256)
        private = key if isinstance(key, rsa.RSAPrivateKey) else self.current.private
        return private.sign(message, padding.PKCS1v15(), _HASHES[algorithm])


def _encoded(value: Mapping[str, Any]) -> str:
    return to_base64url(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
