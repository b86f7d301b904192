"""What a download leads to ("download"): somewhere else, or the file itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from lti_bridge.errors import RemoteRejected
from lti_bridge.meets_api.reading import SERVICE, malformed, seconds, text
from lti_bridge.meets_api.transport import as_json, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lti_bridge.http import Response
    from lti_bridge.http.chunks import Chunks

_WEB: Final = re.compile(r"https?://[^/?#@\\]+(?:[/?#]|\Z)", re.IGNORECASE)
_URL_CHARACTERS: Final = "%:/?#[]@!$&'()*+,;="
_FILE_NAME: Final = re.compile(r'filename="([^"\\]*)"|filename=([^;\s"]+)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Redirect:
    """The file is elsewhere: for the browser to go to, and not for us, with our credentials."""

    locations: tuple[str, ...] = field(repr=False)
    """http(s) URLs as they can stand in a header (RFC 3986); several: any of them will do. They
    may hold only for a moment."""


@dataclass(frozen=True, slots=True)
class File:
    """The file itself, which MEETS holds. To be closed, read or not."""

    content_type: str
    file_name: str = field(repr=False)
    """As MEETS names it, or empty; to be made safe by whoever uses it."""
    length: int | None
    """In bytes, where it is said."""
    chunks: Chunks = field(repr=False)


def download_of(response: Response, function: str) -> Redirect | File:
    """Raises :class:`lti_bridge.errors.RemoteError`.

    A 500 with MEETS' own JSON means: the recording is no longer there (the function's note).
    """
    if response.chunks is not None:
        if _is_a_page(response.headers):
            response.chunks.close()
            raise malformed(function, "with a web page")
        return _file(response, response.chunks)
    if 300 <= response.status < 400:
        return Redirect(_locations(response, function))
    answer = as_json(response.body)
    if response.status == 500 and answer is not None and seconds(answer.get("status")) == 500:
        raise RemoteRejected(
            "The recording is no longer available where it was kept.",
            service=SERVICE,
            call=function,
            code="recording_gone",
        )
    read(response, function)
    raise malformed(function, f"with HTTP {response.status}, and no file")


def _is_a_page(headers: Mapping[str, str]) -> bool:
    """Some gateway's: a recording that is served says that it is a file."""
    is_html = headers.get("Content-Type", "").lower().startswith("text/html")
    return is_html and "Content-Disposition" not in headers


def _file(response: Response, chunks: Chunks) -> File:
    headers = response.headers
    named = _FILE_NAME.search(headers.get("Content-Disposition", ""))
    return File(
        content_type=headers.get("Content-Type", "application/octet-stream"),
        file_name=(named[1] or named[2] or "") if named else "",
        length=seconds(headers.get("Content-Length", "")),
        chunks=chunks,
    )


def _locations(response: Response, function: str) -> tuple[str, ...]:
    """Where to ("Redirection Responses"): a URL, of a 300 a list of them."""
    found = tuple(filter(None, map(web_url, _named(as_json(response.body), response.headers))))
    if not found:
        raise malformed(function, "with a redirection that leads nowhere")
    return found


def _named(answer: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Iterable[str]:
    location = (answer or {}).get("location")
    given = location if isinstance(location, list) else [location]
    return [text(one) for one in given if text(one)] or [headers.get("Location", "")]


def web_url(url: str) -> str:
    """An http(s) URL with a host, without user names; empty for anything else."""
    encoded = quote(url.strip(), safe=_URL_CHARACTERS, errors="replace")
    return encoded if _WEB.match(encoded) else ""
