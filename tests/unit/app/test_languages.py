"""A page speaks the launch's language, else the browser's, else English; a redirect speaks none."""

from __future__ import annotations

import time

import flask
import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.app.languages import LANGUAGES, choose, install
from lti_bridge.simulators.lms import CLAIM

ACCEPTED = "zh-TW, zh;q=0.9, fr;q=0.4, de;q=0.8"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("en_GB.UTF-8", "en"),
        ("fa", "fa"),
        ("fa-IR", "fa"),
        ("FA_ir", "fa"),
        (" fa", "fa"),
        ("ar_EG", "ar"),
        ("ar-Arab-EG-u-nu-latn", "ar"),
        ("de_du", "de"),
        ("es-419", "es"),
        ("fr@euro", "fr"),
        ("pt", "pt_BR"),
        ("pt-PT", "pt_BR"),
        ("pt_br", "pt_BR"),
        ("zh", "en"),
        ("fas", "en"),
        ("", "en"),
        ("*", "en"),
        ("C", "en"),
        ("C.UTF-8", "en"),
        ("x-private", "en"),
        ("deutsch", "en"),
        ("français", "en"),
        ("-de", "en"),
        ("\x00fa", "en"),
        ("فارسی", "en"),
    ],
)
def test_a_tag_leads_to_the_language_of_its_first_subtag(tag, language):
    assert choose(tag, []) == language


def test_the_launchs_language_comes_before_the_browsers():
    assert choose("fa-IR", ["de", "fr"]) == "fa"


def test_the_browsers_comes_in_where_the_launchs_is_not_spoken():
    assert choose("zh", ["ja", "fr-CA", "de"]) == "fr"
    assert choose("", ["x" * 10_000, "es"]) == "es"


def test_the_browser_is_not_asked_where_the_launch_says_it():
    def accepted():
        yield pytest.fail("asked")

    assert choose("de", accepted()) == "de"


def test_nonsense_by_the_kilobyte_costs_next_to_nothing():
    nonsense = ["de" * 5_000, "-" * 10_000, " " * 10_000, "é" * 10_000]
    began = time.perf_counter()
    assert choose("a" * 10_000, nonsense * 100) == "en"
    assert time.perf_counter() - began < 1


@given(st.text(), st.lists(st.text()))
def test_whatever_is_sent_one_of_our_languages_is_chosen(launch_locale, accepted):
    assert choose(launch_locale, accepted) in LANGUAGES


@pytest.fixture
def client():
    """A page that says its language and writes a number in its digits."""
    app = flask.Flask(__name__)
    install(app)

    @app.get("/")
    def page():
        text = "{{ page_locale }} {{ page_locale.text_direction }} {{ 120 | digits }}"
        return flask.render_template_string(text)

    return app.test_client()


def said(client, **headers):
    return client.get("/", headers={k.replace("_", "-"): v for k, v in headers.items()}).text


@pytest.mark.parametrize(
    ("accepted", "says"),
    [
        (ACCEPTED, "de ltr 120"),
        ("de;q=0, fr;q=0.1", "fr ltr 120"),
        ("fa-IR,fa;q=0.9,en;q=0.5", "fa rtl ۱۲۰"),
        ("ar", "ar rtl 120"),
        ("pt-PT", "pt_BR ltr 120"),
        ("*", "en ltr 120"),
        ("", "en ltr 120"),
        (';;;,,,q=,"', "en ltr 120"),
        ("fr;q=nonsense, es", "es ltr 120"),
    ],
)
def test_a_page_speaks_what_the_browser_prefers(client, accepted, says):
    assert said(client, Accept_Language=accepted) == says


def test_a_page_without_any_header_is_english(client):
    assert said(client) == "en ltr 120"


def test_of_hundreds_of_languages_the_first_are_read(client):
    many = ",".join(f"x{n}" for n in range(2_000))
    assert said(client, Accept_Language=f"fr,{many},de") == "fr ltr 120"
    assert said(client, Accept_Language=f"{many},de") == "en ltr 120"


def test_a_header_that_is_cut_is_cut_between_tags(client):
    # Cut anywhere else, a longer word's beginning would pass for a language.
    assert said(client, Accept_Language=f"{'x' * 495},frisian") == "en ltr 120"
    assert said(client, Accept_Language="d" * 5_000) == "en ltr 120"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_one_that_babel_knows(language):
    assert str(Locale.parse(language)) == language


def test_a_launchs_page_says_its_language_as_html_has_it(campus):
    claims = {f"{CLAIM}launch_presentation": {"locale": "pt-PT"}, "locale": "de"}
    page = campus.launch(campus.student, campus.link("frame"), claims=claims)
    assert '<html lang="pt-BR" dir="ltr">' in page.text
    assert "Entrar" in page.text


def test_a_bare_redirect_never_chooses_a_language(campus):
    chosen = []

    @campus.app.after_request
    def note(response):
        babel = flask.g.get("_flask_babel")
        chosen.append((response.status_code, getattr(babel, "babel_locale", None)))
        return response

    campus.launch(campus.student, campus.link("window"))
    campus.launch(campus.student, campus.link("frame"))
    assert [status for status, locale in chosen if locale is None] == [303, 303, 303]
    assert [str(locale) for status, locale in chosen if status == 200] == ["en"]
