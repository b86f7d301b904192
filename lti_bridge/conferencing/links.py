"""Addresses that services give: what of them may stand in a page or a redirect."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

_WEB: Final = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_URL_CHARACTERS: Final = "%:/?#[]@!$&'()*+,;="


def web_link(link: str) -> str:
    """An http(s) URL as it can stand in a header (RFC 3986); empty for anything else."""
    encoded = quote(link.strip(), safe=_URL_CHARACTERS, errors="replace")
    return encoded if _WEB.match(encoded) else ""
