"""Single sign-on to the admin pages, against an OpenID provider over a real socket."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest

from lti_bridge.simulators.lms.keys import SigningKey
from lti_bridge.simulators.openid import OpenIdProvider
from lti_bridge.simulators.serving import Server
from tests.campus import ask
from tests.functional.administrators import AtWork, at_work, let_in

KEY = SigningKey.generate()


@pytest.fixture
def provider():
    provider = OpenIdProvider("lti-bridge", "se:cret/of the provider", KEY)
    server = Server(provider)
    provider.issuer = server.url
    provider.claims = {
        "sub": "sub-1",
        "preferred_username": "Ana",
        "groups": ["staff", "bridge-admins"],
    }
    yield provider
    server.stop()


@pytest.fixture
def campus(campus, provider):
    campus.restart(
        f"""
[sso]
issuer = "{provider.issuer}"
client_id = "lti-bridge"
client_secret = "{provider.client_secret}"
groups = {{ bridge-admins = ["manageAdmins"], lookers-on = ["viewData"] }}
"""
    )
    return campus


def gone(someone):
    """To the provider, and where it sends the browser back to."""
    leaving = someone.browser.ask("GET", f"{someone.campus.url}/admin/sso")
    assert leaving.status == 303, leaving.text
    return ask("GET", leaving.location)


def back(someone, answer):
    path = answer.location.removeprefix(f"{someone.campus.url}/admin")
    return someone.get(path)


def signed_on(campus):
    someone = AtWork(campus)
    return someone, back(someone, gone(someone))


def account(campus, name="ana"):
    return campus.bridge.store.administrators.by_name(name)


def test_a_group_opens_the_pages_and_says_which(campus, provider):
    assert "/admin/sso" in AtWork(campus).get("/sign-in").text
    ana, answer = signed_on(campus)
    assert answer.location == "/admin/"
    assert ana.get("/administrators").status == 200
    assert account(campus).permissions == {"manageAdmins"}
    assert account(campus).single_sign_on
    (line,) = campus.bridge.store.audit.search("session.begin")
    assert line.after == {"by": "single sign-on", "from": "127.0.0.1"}


def test_what_groups_allow_is_asked_anew_each_time(campus, provider):
    signed_on(campus)
    first = account(campus)
    provider.claims |= {"groups": "lookers-on", "preferred_username": "Ana Maria"}
    ana, answer = signed_on(campus)
    assert answer.status == 303
    assert ana.get("/administrators").status == 403
    assert account(campus, "ana maria").id == first.id


def test_the_request_is_as_the_specification_wants_it(campus, provider):
    leaving = AtWork(campus).browser.ask("GET", f"{campus.url}/admin/sso")
    asked = parse_qs(urlsplit(leaving.location).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{campus.url}/admin/sso/back"]
    assert asked["state"] != asked["nonce"]


@pytest.mark.parametrize("groups", [[], None, ["staff"], "staff", {"bridge-admins": 1}, [["x"], 3]])
def test_who_is_in_no_group_is_not_let_in(campus, provider, groups):
    provider.claims["groups"] = groups
    someone, answer = signed_on(campus)
    assert answer.status == 403
    assert not someone.cookie
    assert campus.bridge.store.administrators.all() == []


SPOILT = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "somebody-else"},
    "several audiences": {"aud": ["lti-bridge", "somebody-else"]},
    "made for another": {"azp": "somebody-else"},
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "expired": {"exp": 1_000_000_000},
    "no end": {"exp": None},
    "nobody": {"sub": None},
    "of the future": {"iat": 4_000_000_000},
}


@pytest.mark.parametrize("claims", list(SPOILT.values()), ids=list(SPOILT))
def test_an_id_token_that_does_not_hold_lets_nobody_in(campus, provider, claims):
    provider.claims |= claims
    someone, answer = signed_on(campus)
    assert answer.status == 401
    assert "Single sign-on didn’t work" in answer.text
    assert not someone.cookie


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_no_algorithm_but_those_of_public_keys_counts(campus, provider, algorithm):
    provider.algorithm = algorithm
    _, answer = signed_on(campus)
    assert answer.status == 401


def test_a_key_that_is_not_published_signs_nothing(campus, provider):
    provider.headers = {"kid": "unknown"}
    assert signed_on(campus)[1].status == 401


def test_a_new_key_of_the_provider_is_fetched(campus, provider):
    signed_on(campus)
    provider.keys.rotate(keep_old=False)
    assert signed_on(campus)[1].status == 303


def test_another_browser_can_not_finish_what_one_began(campus, provider):
    answer = gone(AtWork(campus))
    victim = AtWork(campus)
    assert back(victim, answer).status == 401
    gone(victim)
    assert back(victim, answer).status == 401, "nor with a state of its own"
    assert not victim.cookie


def test_a_code_is_good_once(campus, provider):
    ana = AtWork(campus)
    answer = gone(ana)
    kept = dict(ana.browser.cookies)
    assert back(ana, answer).status == 303
    ana.browser.cookies = kept
    assert back(ana, answer).status == 401


@pytest.mark.parametrize(
    "query", ["", "state=x", "code=x", "error=access_denied", "state=%00&code=%00"]
)
def test_an_answer_that_makes_no_sense_is_refused(campus, provider, query):
    ana = AtWork(campus)
    gone(ana)
    assert ana.get(f"/sso/back?{query}").status == 401


def test_the_answer_of_another_provider_is_refused(campus, provider):
    ana = AtWork(campus)
    answer = gone(ana)
    place, _, _ = answer.location.rpartition("&iss=")
    path = place.removeprefix(f"{campus.url}/admin")
    assert ana.get(f"{path}&iss=https%3A%2F%2Fevil.example").status == 401


def test_the_providers_no_is_told(campus, provider):
    ana = AtWork(campus)
    answer = gone(ana)
    path = answer.location.removeprefix(f"{campus.url}/admin")
    assert ana.get(f"{path}&error=access_denied").status == 401


def test_a_local_accounts_name_is_not_taken_over(campus, provider):
    let_in(campus, "ana", ["viewData"])
    someone, answer = signed_on(campus)
    assert answer.status == 403
    assert not someone.cookie
    assert account(campus).permissions == {"viewData"}


def test_who_is_disabled_here_stays_out(campus, provider):
    signed_on(campus)
    let_in(campus, "bob")
    campus.bridge.store.administrators.disable(account(campus).id, int(time.time() * 1000))
    assert signed_on(campus)[1].status == 403


def test_an_account_of_single_sign_on_has_no_password_here(campus, provider):
    signed_on(campus)
    assert AtWork(campus).sign_in("ana", "").status == 401
    bob = at_work(campus, "bob")
    number = account(campus).id
    values = {"account": number, "new": "correct horse battery"}
    assert bob.post("/administrators/password", values).status == 403
    assert bob.post("/administrators/permissions", {"account": number}).status == 403


@pytest.mark.parametrize(
    "says",
    [{"issuer": "https://evil.example"}, {"authorization_endpoint": "javascript:x"},
     {"authorization_endpoint": None}],
)  # fmt: skip
def test_a_configuration_that_is_not_the_issuers_is_not_followed(campus, provider, says):
    provider.says = says
    answer = AtWork(campus).get("/sso")
    assert answer.status == 503


def test_a_provider_that_is_down_keeps_no_local_account_out(campus, provider):
    provider.says = {"token_endpoint": "http://127.0.0.1:9/token"}
    assert signed_on(campus)[1].status == 503
    let_in(campus, "bob")
    assert AtWork(campus).sign_in("bob").status == 303


def test_without_it_in_the_settings_there_is_none(new_campus):
    someone = AtWork(new_campus())
    assert "/admin/sso" not in someone.get("/sign-in").text
    assert someone.get("/sso").status == 403
