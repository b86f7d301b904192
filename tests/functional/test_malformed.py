"""Whatever is sent: read or refused with a page, never an error of ours."""

from __future__ import annotations

import socket
from itertools import count
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.campus import FORM, Browser, ask
from tests.functional.tools import (
    LTI,
    parameters_of,
    read,
    refused,
    token_of_bytes,
    token_with,
)

# The launches of one campus may go on between two examples: each makes its own login.
FUZZ = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

CLAIMS = [
    "iss",
    "aud",
    "azp",
    "exp",
    "iat",
    "nbf",
    "nonce",
    "sub",
    "name",
    "given_name",
    "family_name",
    "email",
    "locale",
    *(
        LTI + name
        for name in (
            "message_type",
            "version",
            "deployment_id",
            "target_link_uri",
            "resource_link",
            "roles",
            "context",
            "tool_platform",
            "launch_presentation",
            "custom",
            "lis",
            "role_scope_mentor",
        )
    ),
]


def deep(levels: int) -> list:
    nested: list = []
    for _ in range(levels):
        nested = [nested]
    return nested


WRONG = [
    None,
    0,
    1.5,
    True,
    "",
    "x",
    [],
    {},
    [1],
    {"id": 1},
    {"id": {"id": [None]}, "title": ["x"], "return_url": {}, "locale": 5, "action": []},
    deep(200),
    "\ud800",
    "a\x00b",
    "x" * 5000,
    10**400,
    float("nan"),
]


def launch_with(campus, claims):
    """A genuine token of a fresh login, with these claims in place of the usual."""
    browser = Browser()
    user, link = campus.student, campus.link()
    login = campus.login(browser, user, link)
    form = {
        "state": parameters_of(login.location)["state"],
        "id_token": token_with(campus, user, link, login, claims),
    }
    return campus.post_launch(browser, form)


def orderly(answer) -> bool:
    """A page or a redirect, or a refusal that names no mistake of ours."""
    assert answer.status in {200, 303} or 400 <= answer.status < 500, (answer.status, answer.text)
    if answer.status != 303:
        page = read(answer, answer.status)
        assert (answer.status == 200) == (not page.reference)
    return True


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_of_any_type_is_read_or_refused(shared, claim):
    for value in WRONG:
        assert orderly(launch_with(shared, {claim: value})), value


@pytest.mark.parametrize(
    "claim",
    [
        "iss",
        "aud",
        "exp",
        "iat",
        "nonce",
        *(
            LTI + name
            for name in (
                "message_type",
                "version",
                "deployment_id",
                "target_link_uri",
                "resource_link",
                "roles",
            )
        ),
    ],
)
def test_each_required_claim_is_required(shared, claim):
    answer = shared.launch(shared.student, shared.link(), remove=[claim])
    assert answer.status in {400, 401}
    assert read(answer, answer.status).reference


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({f"{LTI}version": "1.1"}, "message"),
        ({f"{LTI}version": "LTI-1p0"}, "message"),
        ({f"{LTI}message_type": "LtiDeepLinkingRequest"}, "claim_missing"),
        ({f"{LTI}message_type": "basic-lti-launch-request"}, "message_type"),
        ({f"{LTI}resource_link": {}}, "message"),
        ({f"{LTI}resource_link": {"id": "x" * 256}}, "claim_type"),
        ({f"{LTI}deployment_id": "x" * 256}, "claim_type"),
        ({f"{LTI}context": {"title": "x"}}, "claim_missing"),
        ({"sub": "x" * 256}, "claim_type"),
        ({"sub": "a\x00b"}, "claim_type"),
    ],
)
def test_what_is_no_launch_is_malformed(shared, claims, reason):
    answer = shared.launch(shared.student, shared.link(), claims=claims)
    refused(shared, answer, 400, reason)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"\xff\xfe",
        b'{"a":' * 2000,
        b"[" * 60_000,
        b'{"exp":' + b"9" * 5000 + b"}",
    ],
    ids=range(9),
)
def test_a_genuine_token_that_holds_no_claims_is_malformed(shared, body):
    browser = Browser()
    login = shared.login(browser, shared.student, shared.link())
    state = parameters_of(login.location)["state"]
    form = {"state": state, "id_token": token_of_bytes(shared, body)}
    refused(shared, shared.post_launch(browser, form), 400, "token_malformed")


@pytest.mark.parametrize("token", ["x", "a.b.c", "...", "é.é.é", "a.b.c.d.e", "\x00.\x00.\x00"])
def test_what_is_no_token_is_malformed(shared, token):
    browser = Browser()
    form = shared.form(browser, shared.student, shared.link()) | {"id_token": token}
    refused(shared, shared.post_launch(browser, form), 400, "token_malformed")


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("application/json", b"{}", "content_type"),
        ("multipart/form-data; boundary=x", b"--x--", "content_type"),
        ("text/plain", b"state=x&id_token=y", "content_type"),
        ("", b"state=x&id_token=y", "content_type"),
        (FORM["Content-Type"], b"state=%ff&id_token=y", "unreadable"),
        (FORM["Content-Type"], b"state=\xff&id_token=y", "unreadable"),
        (FORM["Content-Type"], b"state=%ED%A0%80&id_token=y", "unreadable"),
        (FORM["Content-Type"], b"&".join(b"a%d=1" % n for n in range(300)), "unreadable"),
        (FORM["Content-Type"], b"state=x&state=x&id_token=y", "repeated_parameter"),
        (FORM["Content-Type"], b"state=x&id_token=y&id_token=y", "repeated_parameter"),
        (FORM["Content-Type"], b"state=x&id_token=" + b"y" * 1_000_000, "too_large"),
        (FORM["Content-Type"], b"\x00", "launch_incomplete"),
        (FORM["Content-Type"], b"=&&;=%&%zz", "launch_incomplete"),
    ],
    ids=range(13),
)
@pytest.mark.parametrize("path", ["/lti/launch", "/lti/login"])
def test_bodies_that_are_no_form_of_a_launch(shared, path, kind, body, reason):
    answer = ask("POST", f"{shared.url}{path}", body, {"Content-Type": kind})
    if path == "/lti/login":
        reason = reason.replace("launch_", "login_")
    refused(shared, answer, 400, reason)


def test_a_body_that_ends_too_soon_harms_nobody(shared):
    parts = urlsplit(shared.url)
    head = f"POST /lti/launch HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: {FORM['Content-Type']}\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as line:
        line.sendall(f"{head}Content-Length: 500\r\n\r\nstate=x".encode())
        line.shutdown(socket.SHUT_WR)
        line.recv(1000)
    assert ask("GET", f"{shared.url}/healthz").status == 200


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
_INNER = st.dictionaries(
    st.sampled_from(["id", "title", "label", "return_url", "document_target", "locale", "action"]),
    _JSON,
)


@FUZZ
@given(claims=st.dictionaries(st.sampled_from(CLAIMS) | st.text(max_size=5), _JSON | _INNER))
def test_claims_of_any_shape_are_read_or_refused(shared, claims):
    assert orderly(launch_with(shared, claims))


@FUZZ
@given(header=st.dictionaries(st.sampled_from(["alg", "kid", "typ", "jku", "crit"]), _JSON))
def test_a_header_of_any_shape_is_read_or_refused(shared, header):
    header = {k: v for k, v in header.items() if "\\ud" not in ascii(v)}
    assert orderly(shared.launch(shared.student, shared.link(), headers=header))


@FUZZ
@given(
    body=st.binary(max_size=200)
    | st.dictionaries(
        st.sampled_from(["state", "id_token", "error", "iss", "login_hint", "target_link_uri"]),
        st.text(st.characters(codec="utf-8")),
    ).map(lambda form: urlencode(form).encode())
)
@pytest.mark.parametrize("path", ["/lti/launch", "/lti/login"])
def test_bodies_of_any_kind_are_refused(shared, path, body):
    answer = ask("POST", f"{shared.url}{path}", body, FORM)
    assert 400 <= answer.status < 500


@FUZZ
@given(query=st.text(st.characters(min_codepoint=33, max_codepoint=126)))
def test_queries_of_any_kind_are_refused(shared, query):
    assert 400 <= ask("GET", f"{shared.url}/lti/login?{query}").status < 500


@FUZZ
@given(cookie=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60))
def test_cookies_of_any_kind_are_refused(shared, cookie):
    form = shared.form(Browser(), shared.student, shared.link())
    nonce = next(_NUMBERS)
    headers = {**FORM, "Cookie": f"lti-{nonce}={cookie}; {cookie}".encode("latin-1")}
    answer = ask("POST", f"{shared.url}/lti/launch", urlencode(form), headers)
    assert answer.status == 403


_NUMBERS = count()


@FUZZ
@given(token=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60))
@pytest.mark.parametrize("path", ["join", "status", "settings"])
def test_sessions_of_any_kind_are_refused(shared, path, token):
    url = f"{shared.url}/course/{path}"
    assert ask("POST", url, urlencode({"session": token}), FORM).status == 401
    bearer = {"Authorization": f"Bearer {token}".encode("latin-1"), "Content-Length": "0"}
    assert ask("POST", url, None, bearer).status == 401
