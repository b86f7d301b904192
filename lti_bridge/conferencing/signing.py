"""The checksum of the BigBlueButton family (Meetingz API, "API Security Model").

Steps, as the document has them: the query string without checksum; the call's name before it; the
shared secret after it; the hash of that; the hash appended as ``checksum``. What is hashed is the
very string that is sent: it is built once and never parsed or encoded again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from urllib.parse import urlencode


def signed_query(
    call: str, parameters: Iterable[tuple[str, str]], secret: str, algorithm: str = "sha1"
) -> str:
    """The query string of a call, its checksum last. ``algorithm``: sha1, sha256, sha384, sha512.

    Parameters are form-encoded in UTF-8 (a space is ``+``) in the order given; ones with an
    empty value aren't sent, since services read an empty number or boolean as a mistake. Halves
    of surrogate pairs, which UTF-8 hasn't got, become ``?``.
    """
    query = urlencode([(k, value) for k, value in parameters if value != ""], errors="replace")
    signed = f"{call}{query}{secret}".encode()
    # SHA-1 is what the service asks for; machines that allow it for nothing else let it pass here.
    checksum = hashlib.new(algorithm, signed, usedforsecurity=False).hexdigest()
    return f"{query}&checksum={checksum}" if query else f"checksum={checksum}"
