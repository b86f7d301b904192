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
)
"""The simulators' pages are theirs: one language is enough there."""
TRANSLATED = [language for language in LANGUAGES if language != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)s|%")
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
