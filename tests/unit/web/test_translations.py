"""Every text that people read is there in every language, and what is shipped is what was written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from lti_bridge import web
from lti_bridge.app.languages import LANGUAGES, TRANSLATIONS
from lti_bridge.settings import resource

ROOM = Path(web.__file__).parent
FOLDERS = (
    *(each for each in resource("templates").iterdir() if each.name != "simulators"),
    ROOM,
    ROOM.parent / "launch",
    ROOM.parent / "admin",
)
"""The simulators' pages are theirs: one language is enough there."""
TRANSLATED = [language for language in LANGUAGES if language != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)s|%")
GETTEXT = re.compile(r"\b(?:lazy_)?gettext\(|\b_\(\"")
COMMENT = re.compile(r"^\s*//.*$|/\*.*?\*/", re.MULTILINE | re.DOTALL)
PROSE = re.compile(r"""["'`](?:[A-Z][a-z]+(?: [^"'`]*)?)["'`]""")
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None}


@pytest.fixture(scope="module")
def texts():
    """Every text of the templates and of the rooms' own Python."""
    with (ROOM / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = [
        message
        for folder in FOLDERS
        for _file, _line, message, _comments, _context in extract_from_dir(
            folder, methods, options, keywords=KEYWORDS
        )
    ]
    assert len(found) > 50
    return set(found)


@pytest.fixture(params=TRANSLATED)
def language(request):
    return request.param


@pytest.fixture
def written(language):
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def test_there_are_no_catalogues_but_those_of_our_languages():
    assert {path.name for path in TRANSLATIONS.iterdir() if path.is_dir()} == set(TRANSLATED)


def test_every_text_is_translated_and_nothing_else_is(texts, written):
    assert {message.id for message in written if message.id} == texts
    assert [message.id for message in written if message.id and not message.string] == []


def test_nothing_is_fuzzy_or_left_over(written):
    assert not written.fuzzy
    assert [message.id for message in written if message.fuzzy and message.id] == []
    assert list(written.obsolete) == []


def test_placeholders_are_the_same(written):
    for message in written:
        if message.id:
            assert list(message.check(written)) == []
            assert sorted(PLACEHOLDER.findall(message.string)) == sorted(
                PLACEHOLDER.findall(message.id)
            )


def test_no_translation_is_english_left_as_it_was(written):
    same = [message.id for message in written if message.id and message.id == message.string]
    assert same == []


def test_texts_have_typographic_apostrophes(texts):
    assert [text for text in texts if "'" in text] == []


def test_the_shipped_catalogue_is_the_written_one(language, written):
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        shipped = {message.id: message.string for message in read_mo(file) if message.id}
    assert shipped == {message.id: message.string for message in written if message.id}


def test_no_other_room_words_anything_for_people():
    own = {ROOM, ROOM.parent / "launch", ROOM.parent / "admin"}
    elsewhere = [
        str(path.relative_to(ROOM.parent))
        for path in ROOM.parent.rglob("*.py")
        if not own & set(path.parents) and GETTEXT.search(path.read_text(encoding="utf-8"))
    ]
    assert elsewhere == []


def test_templates_of_other_kinds_hold_no_texts():
    kinds = {path.suffix for folder in FOLDERS for path in folder.rglob("*") if path.is_file()}
    read = {".html", ".py"}
    assert kinds - read <= {".js", ".css", ".svg", ".po", ".mo", ".cfg", ".pyc"}


def test_scripts_word_nothing_themselves():
    # What they show stands in the page already, or comes from the browser's own knowledge.
    for path in (ROOM.parent).rglob("static/*.js"):
        code = COMMENT.sub("", path.read_text(encoding="utf-8"))
        assert PROSE.findall(code) == [], path.name


@pytest.mark.parametrize(
    "text", ['"Not yet"', "'Try again'", "`Opens in ${n} minutes`", 'innerText = "Live"']
)
def test_words_in_a_script_would_be_found(text):
    assert PROSE.search(COMMENT.sub("", f"show({text});"))
