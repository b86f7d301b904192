"""The checksum of the BigBlueButton family (Meetingz API, "API Security Model").

Steps, as the document has them: the query string without checksum; the call's name before it; the
shared secret after it; the hash of that; the hash appended as ``checksum``. What is hashed is the
very string that is sent: it is built once and never parsed or encoded again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

Parameters = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Signer:
    """The shared secret, and how it is used."""

    secret: str = field(repr=False)
    algorithm: str = "sha1"
    """sha1, sha256, sha384 or sha512."""

    def query(self, call: str, parameters: Parameters, *, keep_empty: bool = False) -> str:
        """The query string of a call, its checksum last; see :func:`encoded`."""
        query = encoded(parameters, keep_empty=keep_empty)
        checksum = self._checksum(call, query)
        return f"{query}&checksum={checksum}" if query else f"checksum={checksum}"

    def form(self, call: str, parameters: Parameters) -> bytes:
        """The body of a call by POST, for parameters too long for a URL.

        The checksum is over the URL's query string, which is empty then (BigBlueButton API,
        "Usage"); it goes in the body with the others.
        """
        checksum = self._checksum(call, "")
        return f"{encoded(parameters)}&checksum={checksum}".encode("ascii")

    def _checksum(self, call: str, query: str) -> str:
        signed = f"{call}{query}{self.secret}".encode()
        # SHA-1 is what services ask for; machines that allow it for nothing else let it pass here.
        return hashlib.new(self.algorithm, signed, usedforsecurity=False).hexdigest()


def encoded(parameters: Parameters, *, keep_empty: bool = False) -> str:
    """Parameters form-encoded in UTF-8 (a space is ``+``), in the order given.

    Ones with an empty value aren't sent, since services read an empty number or boolean as a
    mistake; ``keep_empty`` where an empty one says something. Halves of surrogate pairs, which
    UTF-8 hasn't got, become ``?``.
    """
    said = [(key, value) for key, value in parameters if value or keep_empty]
    return urlencode(said, errors="replace")
