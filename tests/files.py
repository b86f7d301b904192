"""Small sound files of every type that classes take, and some that only look so."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

OFFICE = "application/vnd.openxmlformats-officedocument"
ODF = "application/vnd.oasis.opendocument"

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 40 + b"\xff\xd9"
RTF = b"{\\rtf1\\ansi Hello}"
TEXT = "Slides: ۱۲۳ é\r\n\tend\n".encode()


def png(width: int = 2, height: int = 2) -> bytes:
    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height)
    return head + b"\x08\x02\x00\x00\x00CRC.\x00\x00\x00\x00IEND\xaeB`\x82"


def archive(entries: dict[str, bytes | str], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    body = BytesIO()
    with zipfile.ZipFile(body, "w", compression) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return body.getvalue()


def office(kind: str, **more: bytes | str) -> bytes:
    """``kind`` as ``presentationml.presentation``."""
    types = f'<Types><Override PartName="/x.xml" ContentType="{OFFICE}.{kind}.main+xml"/></Types>'
    return archive({"[Content_Types].xml": types, "x.xml": "<x/>", **more})


def open_document(kind: str, **more: bytes | str) -> bytes:
    return archive({"mimetype": f"{ODF}.{kind}", "content.xml": "<x/>", **more})


def compound(stream: str) -> bytes:
    """A file of before 2007, as far as anybody looks."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + stream.encode("utf-16-le")


SOUND = {
    "pdf": PDF,
    "pptx": office("presentationml.presentation"),
    "docx": office("wordprocessingml.document"),
    "xlsx": office("spreadsheetml.sheet"),
    "odp": open_document("presentation"),
    "odt": open_document("text"),
    "ods": open_document("spreadsheet"),
    "ppt": compound("PowerPoint Document"),
    "doc": compound("WordDocument"),
    "xls": compound("Workbook"),
    "rtf": RTF,
    "txt": TEXT,
    "png": png(),
    "jpg": JPEG,
    "jpeg": JPEG,
}
