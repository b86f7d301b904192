"""Signatures of OAuth 1.0a (RFC 5849, 3.4), as LTI 1.1 has them: no token, HMAC only.

The pieces of the base string are Authlib's; put together here, since its own way takes the values
of ``oauth_`` parameters as still encoded (a nonce may hold a ``%``) and leaves out a form's
``realm``.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from typing import Final

from authlib.oauth1.rfc5849.signature import normalize_base_string_uri, normalize_parameters
from authlib.oauth1.rfc5849.util import escape

HASHES: Final = {"HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256"}
"""``oauth_signature_method`` and its hash."""


def base_string(method: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """What is signed (3.4.1). ``url`` without its query, whose parameters are among the others;
    all of them decoded, and without ``oauth_signature``.
    """
    parts = (method.upper(), normalize_base_string_uri(url), normalize_parameters(parameters))
    return "&".join(escape(part) for part in parts)


def signature(text: str, secret: str, method: str) -> str:
    """``oauth_signature`` of a base string (3.4.2), by one of the methods in ``HASHES``."""
    key = f"{escape(secret)}&".encode("ascii")
    return base64.b64encode(hmac.digest(key, text.encode("ascii"), HASHES[method])).decode("ascii")


def is_signed(text: str, given: str, secret: str, method: str) -> bool:
    """Whether ``given`` is the signature of that base string, found out in constant time."""
    right = signature(text, secret, method)
    return hmac.compare_digest(right.encode("ascii"), given.encode("utf-8", "replace"))
