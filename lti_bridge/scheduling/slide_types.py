"""What a file is, as its content shows. What its sender says of it counts only as a wish.

Office files of today are ZIP archives: their inner types are looked at, and they are unpacked once
to the end, so that none grows to gigabytes at a service. Files with macros aren't taken.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from lti_bridge.directory.text import clean, shorten
from lti_bridge.errors import MalformedRequest

MOST_UNPACKED: Final = 400_000_000
"""Bytes of all that is in an archive."""
MOST_ENTRIES: Final = 10_000
MOST_PIXELS: Final = 100_000_000
LONGEST_STEM: Final = 100
_CHUNK: Final = 256 * 1024
_TYPES_PART: Final = "[Content_Types].xml"
_LONGEST_TYPES: Final = 2_000_000

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_ODF: Final = "application/vnd.oasis.opendocument"
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_AWKWARD: Final = re.compile(r'[<>:"|?*%#;&\\/]')
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError,
    NotImplementedError, KeyError, IndexError,
)  # fmt: skip  # all that Python's reader says of an archive that is none


@dataclass(frozen=True, slots=True)
class SlideFile:
    """A file that was looked at."""

    filename: str
    media_type: str


def looked_at(filename: str, content: bytes) -> SlideFile:
    """The file's name, cleaned, and its type.

    Raises :class:`MalformedRequest`: ``slide_type`` where it is none that classes take,
    ``slide_content`` where its content isn't what its name says, or can't be unpacked.
    """
    stem, _, ending = cleaned(filename).rpartition(".")
    kind = _KINDS.get(ending)
    if kind is None or not stem:
        raise MalformedRequest(
            "The file's name has no ending of a type that classes take.",
            remedy=f"Give one of: {', '.join(ENDINGS)}.",
            code="slide_type",
        )
    media_type, is_such = kind
    if not is_such(content):
        raise MalformedRequest(
            f"The file's content isn't that of a sound .{ending} file.",
            remedy="Save it anew in its program, or as a PDF file.",
            code="slide_content",
        )
    return SlideFile(f"{stem}.{ending}", media_type)


def cleaned(filename: str) -> str:
    """Without folders and without signs that a file system, an address or a reader trips over;
    its ending in small letters.
    """
    name = filename.replace("\\", "/").rpartition("/")[2]
    name = _UNSAFE.sub("", unicodedata.normalize("NFC", clean(name[-1000:], 1000)))
    name = " ".join(_AWKWARD.sub("_", name).split()).strip(" .")
    stem, dot, ending = name.rpartition(".")
    return f"{shorten(stem.strip(' .'), LONGEST_STEM)}{dot}{ending.lower()}" if dot else name


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-4096:]


def _is_png(content: bytes) -> bool:
    if not content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") or len(content) < 45:
        return False
    width, height = struct.unpack(">II", content[16:24])
    return 0 < width * height <= MOST_PIXELS and b"IEND" in content[-64:]


def _is_jpeg(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-4096:]


def _is_rtf(content: bytes) -> bool:
    return content.startswith(b"{\\rtf") and content.rstrip(b"\x00\r\n ").endswith(b"}")


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and not re.search("[\x00-\x08\x0e-\x1f\x7f]", text)


def _ole(*streams: str) -> Callable[[bytes], bool]:
    """Compound files of before 2007, by the names of their streams (MS-CFB, 2.6)."""
    names = [stream.encode("utf-16-le") for stream in streams]

    def is_such(content: bytes) -> bool:
        begins = content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
        macros = "_VBA_PROJECT".encode("utf-16-le") in content
        return begins and not macros and any(name in content for name in names)

    return is_such


def _office(*types: str) -> Callable[[bytes], bool]:
    """Office Open XML, by its part of content types (ECMA-376, part 2, 7.2.3)."""

    def is_such(archive: zipfile.ZipFile) -> bool:
        with archive.open(_TYPES_PART) as part:
            said = part.read(_LONGEST_TYPES).decode("utf-8", "replace")
        return any(f'"{_OFFICE}.{kind}.main+xml"' in said for kind in types)

    return _archive(is_such)


def _open_document(kind: str) -> Callable[[bytes], bool]:
    """OpenDocument, by its first entry (OpenDocument 1.3, part 2, 3.3)."""

    def is_such(archive: zipfile.ZipFile) -> bool:
        first = archive.infolist()[0]
        return first.filename == "mimetype" and archive.read(first) == f"{_ODF}.{kind}".encode()

    return _archive(is_such)


def _archive(is_such: Callable[[zipfile.ZipFile], bool]) -> Callable[[bytes], bool]:
    def is_sound(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                return _is_harmless(archive) and is_such(archive)
        except _BROKEN:
            return False

    return is_sound


def _is_harmless(archive: zipfile.ZipFile) -> bool:
    entries = archive.infolist()
    if not entries or len(entries) > MOST_ENTRIES:
        return False
    if any(_holds_macros(entry.filename) for entry in entries):
        return False
    left = MOST_UNPACKED
    for entry in entries:
        if entry.file_size > left:
            return False
        with archive.open(entry) as unpacked:  # what is encrypted can't be
            while chunk := unpacked.read(_CHUNK):
                left -= len(chunk)
                if left < 0:  # whatever its header said
                    return False
    return True


def _holds_macros(name: str) -> bool:
    lower = name.lower()
    return lower.endswith("vbaproject.bin") or lower.startswith("basic/")


_KINDS: Final[Mapping[str, tuple[str, Callable[[bytes], bool]]]] = {
    "pdf": ("application/pdf", _is_pdf),
    "pptx": (
        f"{_OFFICE}.presentationml.presentation",
        _office("presentationml.presentation", "presentationml.slideshow"),
    ),
    "docx": (f"{_OFFICE}.wordprocessingml.document", _office("wordprocessingml.document")),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", _office("spreadsheetml.sheet")),
    "odp": (f"{_ODF}.presentation", _open_document("presentation")),
    "odt": (f"{_ODF}.text", _open_document("text")),
    "ods": (f"{_ODF}.spreadsheet", _open_document("spreadsheet")),
    "ppt": ("application/vnd.ms-powerpoint", _ole("PowerPoint Document")),
    "doc": ("application/msword", _ole("WordDocument")),
    "xls": ("application/vnd.ms-excel", _ole("Workbook", "Book")),
    "rtf": ("application/rtf", _is_rtf),
    "txt": ("text/plain", _is_text),
    "png": ("image/png", _is_png),
    "jpg": ("image/jpeg", _is_jpeg),
    "jpeg": ("image/jpeg", _is_jpeg),
}
ENDINGS: Final = tuple(_KINDS)
