"""What a file is, whatever its name and its sender say."""

from __future__ import annotations

import struct
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.errors import MalformedRequest
from lti_bridge.scheduling import slide_types
from lti_bridge.scheduling.slide_types import ENDINGS, cleaned, looked_at
from tests.files import OFFICE, PDF, SOUND, archive, compound, office, open_document, png


def refused(filename, content):
    with pytest.raises(MalformedRequest) as refusal:
        looked_at(filename, content)
    return refusal.value.code


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_type_is_taken_and_known_by_its_content(ending):
    file = looked_at(f"Week 1.{ending.upper()}", SOUND[ending])
    assert file.filename == f"Week 1.{ending}"
    assert "/" in file.media_type


@pytest.mark.parametrize("ending", ENDINGS)
def test_none_is_taken_for_another(ending):
    for other, content in SOUND.items():
        if {ending, other} <= {"jpg", "jpeg"} or (ending == "txt" and other in {"rtf", "pdf"}):
            continue
        if ending != other:
            assert refused(f"x.{ending}", content) == "slide_content", other


@pytest.mark.parametrize("ending", ENDINGS)
def test_half_a_file_is_not_taken(ending):
    content = SOUND[ending]
    if ending != "txt":  # half a text is one
        assert refused(f"x.{ending}", content[: len(content) // 2]) == "slide_content"
    assert refused(f"x.{ending}", b"") == "slide_content"


@pytest.mark.parametrize(
    "name",
    ["x.svg", "x.html", "x.exe", "x.pdf.exe", "x.pptm", "x.docm", "pdf", ".pdf", "x.", "", "x.pdf/",
     "x", "../.pdf", "x.pdf\x00.exe"],
)  # fmt: skip
def test_other_endings_are_not_taken(name):
    assert refused(name, PDF) == "slide_type"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\Users\\ana\\Week 1.PDF", "Week 1.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ('a"b<c>|d?e*f#g%h;i&j.pdf', "a_b_c__d_e_f_g_h_i_j.pdf"),
        ("fdp.\u202etxt.pdf", "fdp.txt.pdf"),
        ("جلسهٔ اول.pdf", "جلسهٔ اول.pdf"),
        ("  two   blanks .pdf", "two blanks.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
    ],
)
def test_names_are_cleaned(sent, kept):
    assert looked_at(sent, PDF).filename == kept


def test_long_names_keep_their_ending():
    name = looked_at("x" * 5000 + ".pdf", PDF).filename
    assert len(name) <= 110
    assert name.endswith(".pdf")


@given(st.text())
def test_no_name_trips_anything_up(name):
    kept = cleaned(name)
    assert not set(kept) & set('/\\"<>|?*\r\n\x00')
    assert cleaned(kept) == kept or len(name) > 90


@given(st.binary(max_size=200))
def test_rubbish_is_refused_in_words(content):
    for ending in ENDINGS:
        for start in (b"", SOUND[ending][:40]):
            with suppress(MalformedRequest):  # nothing else
                looked_at(f"x.{ending}", start + content)


# Archives


def test_an_archive_that_would_grow_to_gigabytes_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(slide_types, "MOST_UNPACKED", 5_000_000)
    bomb = office("presentationml.presentation", media=b"\x00" * 6_000_000)
    assert len(bomb) < 20_000
    assert refused("x.pptx", bomb) == "slide_content"
    several = {f"m{n}": b"\x00" * 2_000_000 for n in range(3)}
    assert refused("x.pptx", office("presentationml.presentation", **several)) == "slide_content"
    assert looked_at("x.pptx", office("presentationml.presentation", m=b"\x00" * 4_000_000))


def test_an_archive_that_lies_about_its_size_is_not_taken():
    body = office("presentationml.presentation", media=b"\x00" * 1_000_000)
    for truth in (struct.pack("<I", 1_000_000),):
        lying = body.replace(truth, struct.pack("<I", 10))
        assert lying != body
        assert refused("x.pptx", lying) == "slide_content"


def test_an_archive_of_very_many_entries_is_not_taken(monkeypatch):
    monkeypatch.setattr(slide_types, "MOST_ENTRIES", 50)
    many = {f"e{n}": b"" for n in range(60)}
    assert refused("x.docx", office("wordprocessingml.document", **many)) == "slide_content"


def test_a_damaged_entry_is_found():
    body = bytearray(office("presentationml.presentation", media=bytes(range(256)) * 8))
    place = body.index(zlib.compress(bytes(range(256)) * 8)[2:20])
    body[place + 5] ^= 0xFF
    assert refused("x.pptx", bytes(body)) == "slide_content"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.pptx", office("presentationml.presentation", **{"ppt/vbaProject.bin": b"x"})),
        ("x.docx", archive({"[Content_Types].xml": '"application/vnd.ms-word.document.macroEnabled.main+xml"'})),
        ("x.odt", open_document("text", **{"Basic/Standard/script-lb.xml": "x"})),
        ("x.doc", compound("WordDocument") + "_VBA_PROJECT".encode("utf-16-le")),
    ],
)  # fmt: skip
def test_files_with_macros_are_not_taken(name, content):
    assert refused(name, content) == "slide_content"


@pytest.mark.parametrize(
    "content",
    [
        archive({}),
        archive({"x": "y"}),
        archive({"[Content_Types].xml": ""}),
        archive({"[Content_Types].xml": f"{OFFICE}.presentationml.presentation.main+xml"}),
        archive({"x": "y", "mimetype": "application/vnd.oasis.opendocument.text"}),
        b"PK\x03\x04" + b"\x00" * 100,
        b"PK\x05\x06" + b"\x00" * 18,
        b"PK\x05\x06" + b"\xff" * 18,
    ],
)
def test_archives_that_hold_something_else_are_not_taken(content):
    for ending in ("pptx", "docx", "odt", "odp"):
        assert refused(f"x.{ending}", content) == "slide_content"


def test_an_encrypted_archive_is_not_taken():
    body = bytearray(SOUND["docx"])
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = body.index(mark)
        body[start + place] |= 1
    assert refused("x.docx", bytes(body)) == "slide_content"


def test_a_method_of_packing_that_nobody_knows_is_refused():
    body = bytearray(SOUND["docx"])
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        start = body.index(mark)
        body[start + place : start + place + 2] = struct.pack("<H", 97)
    assert refused("x.docx", bytes(body)) == "slide_content"
    assert zipfile.ZIP_DEFLATED != 97


@pytest.mark.parametrize(("width", "height"), [(0, 5), (100_000, 100_000), (2**32 - 1, 2)])
def test_pictures_of_absurd_sizes_are_not_taken(width, height):
    assert refused("x.png", png(width, height)) == "slide_content"


@pytest.mark.parametrize("content", [b"\x00", b" \r\n", b"a\x1b[2J", b"\xff\xfea", b"caf\xe9"])
def test_texts_that_are_none(content):
    assert refused("x.txt", content) == "slide_content"


def test_a_text_may_be_utf_16():
    assert looked_at("x.txt", "héllo".encode("utf-16")).media_type == "text/plain"
