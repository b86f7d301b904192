"""Captions and subtitles of a recording.

BigBlueButton API, "putRecordingTextTrack": what is accepted, and that it isn't validated while it
is uploaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

KINDS = ("subtitles", "captions")
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)
"""RFC 5646 as far as the form goes; the registry isn't looked at."""

_SRT_TIMES = re.compile(r"^\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}", re.MULTILINE)
_COMMA = re.compile(r"(\d\d:\d\d:\d\d),(\d{3})")
_SSA_LINE = re.compile(
    r"^Dialogue: [^,\n]*,(\d:\d\d:\d\d\.\d\d),(\d:\d\d:\d\d\.\d\d),(?:[^,\n]*,){6}(.*)$",
    re.MULTILINE,
)
"""From when to when, and what is said (SubStation Alpha v4, "Events")."""


@dataclass(frozen=True, slots=True)
class TextTrack:
    """One track, as WebVTT."""

    kind: str
    lang: str
    label: str
    content: str = field(repr=False)
    source: str = "upload"
    """live, automatic or upload."""

    @property
    def file_name(self) -> str:
        """The last part of its address."""
        return f"{self.kind}_{self.lang}.vtt"


def as_webvtt(data: bytes) -> str | None:
    """An uploaded file as WebVTT, from WebVTT, SRT or SSA; None where it is none of them."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return None
    if text.startswith("WEBVTT"):
        return text
    if _SRT_TIMES.search(text):
        return "WEBVTT\n\n" + _COMMA.sub(r"\1.\2", text)
    spoken = [_cue(line) for line in _SSA_LINE.findall(text)]
    return "WEBVTT\n\n" + "\n\n".join(spoken) + "\n" if spoken else None


def _cue(line: tuple[str, str, str]) -> str:
    begins, ends, words = line
    return f"0{begins}0 --> 0{ends}0\n{words}"
