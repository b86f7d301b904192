"""1EdTech's known bad launches (LTI 1.3 certification, "known bad payloads"), and others as bad.

Each is refused with a status, a reason for programs, words for the person in their language, and
for the admin what happened, where it stopped and what to do. "User claim missing" is one of the
list and yet legal: a launch without ``sub`` is anonymous (LTI 1.3 Core, 5.3.6).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.campus import Browser
from tests.functional.tools import LTI, Page, entry_of, refused

STRANGER = generate_private_key(public_exponent=65537, key_size=2048)
NOT_SURE = ("We couldn’t check this link", "Dieser Link ließ sich nicht überprüfen")
NOT_HERE = ("This can’t be opened here", "Das lässt sich hier nicht öffnen")
EXPIRED = ("This link has expired", "Dieser Link ist abgelaufen")


@dataclass(frozen=True)
class Bad:
    """What is to become of a bad launch."""

    status: int
    reason: str
    step: str
    headlines: tuple[str, str]
    """In English and in German."""
    happened: str
    to_do: str


def check(campus, bad: Bad, **changes: Any) -> None:
    """Launch it in two languages, and compare all that is said of it."""
    for language, headline in zip(("en", "de"), bad.headlines, strict=True):
        page = launched(campus, bad, language, changes)
        assert page.language == language
        assert page.headline.strip() == headline
        entry = entry_of(campus, page.reference)
        assert entry.step == bad.step
        assert bad.happened in entry.happened
        assert bad.to_do in entry.to_do


def launched(campus, bad: Bad, language: str, changes: dict[str, Any]) -> Page:
    browser = Browser()
    link = campus.link()
    # Nothing of a token that isn't believed counts, not even the language in it.
    form = campus.form(browser, campus.student, link, **in_language(language, changes))
    answer = browser.ask("POST", f"{campus.url}/lti/launch", form, Accept_Language=language)
    return refused(campus, answer, bad.status, bad.reason)


def in_language(language, changes):
    presentation = {"document_target": "window", "locale": language}
    claims = {f"{LTI}launch_presentation": presentation, "locale": language}
    return {**changes, "claims": {**claims, **changes.get("claims", {})}}


# 1EdTech's list, in its order


def test_no_kid_sent_in_jwt_header(shared):
    bad = Bad(
        401, "kid_missing", "token", NOT_SURE, "doesn't name its key", "which of its keys it signs"
    )
    check(shared, bad, headers={"kid": None})


def test_incorrect_kid_in_jwt_header(shared):
    bad = Bad(401, "kid_unknown", "token", NOT_SURE, "hasn't published", "key_set_url")
    check(shared, bad, headers={"kid": "imstester_66067"})


def test_wrong_lti_version(shared):
    bad = Bad(400, "message", "claims", NOT_HERE, "version", "version 1.3.0")
    check(shared, bad, claims={f"{LTI}version": "11.3"})


def test_no_lti_version(shared):
    bad = Bad(400, "message", "claims", NOT_HERE, "version", "version 1.3.0")
    check(shared, bad, remove=[f"{LTI}version"])


def test_invalid_lti_message(shared):
    """Signed, and holding something else than a launch."""
    everything = [
        name
        for name in claims_of(shared)
        if name not in {"iss", "aud", "exp", "iat", "nonce", "azp"}
    ]
    bad = Bad(400, "message_type", "claims", NOT_HERE, "message type", "resource link")
    check(shared, bad, remove=everything, claims={"name": "badltilaunch"})


def test_missing_lti_claims(shared):
    lti = [name for name in claims_of(shared) if name.startswith(LTI)]
    bad = Bad(400, "message_type", "claims", NOT_HERE, "message type", "resource link")
    check(shared, bad, remove=lti)


def test_timestamps_incorrect(shared):
    bad = Bad(401, "expired", "token", EXPIRED, "has expired", "NTP")
    check(shared, bad, claims={"iat": 11111, "exp": 22222})


def test_message_type_claim_missing(shared):
    bad = Bad(400, "message_type", "claims", NOT_HERE, "message type", "resource link")
    check(shared, bad, remove=[f"{LTI}message_type"])


def test_role_claim_missing(shared):
    bad = Bad(400, "message", "claims", NOT_HERE, "Roles Claim", "as LTI 1.3")
    check(shared, bad, remove=[f"{LTI}roles"])


def test_deployment_id_claim_missing(shared):
    bad = Bad(400, "claim_missing", "claims", NOT_HERE, "no deployment_id", "ask the LMS's support")
    check(shared, bad, remove=[f"{LTI}deployment_id"])


def test_resource_link_claim_missing(shared):
    bad = Bad(400, "claim_missing", "claims", NOT_HERE, "no resource_link", "ask the LMS's support")
    check(shared, bad, remove=[f"{LTI}resource_link"])


@pytest.mark.parametrize("link", [{"id": ""}, {"title": "Live class"}, {"id": None}])
def test_resource_link_id_claim_missing(shared, link):
    bad = Bad(400, "message", "claims", NOT_HERE, "Resource Link Id", "as LTI 1.3")
    check(shared, bad, claims={f"{LTI}resource_link": link})


def test_user_claim_missing_is_an_anonymous_launch_and_legal(shared):
    answer = shared.launch(shared.student, shared.link(), remove=["sub"])
    assert "userID" not in answer.joined_as


# As bad, and not in the list


def test_target_link_uri_claim_missing(shared):
    bad = Bad(400, "claim_missing", "claims", NOT_HERE, "no target_link_uri", "support")
    check(shared, bad, remove=[f"{LTI}target_link_uri"])


def test_unknown_message_type(shared):
    bad = Bad(400, "message_type", "claims", NOT_HERE, "message type", "resource link")
    check(shared, bad, claims={f"{LTI}message_type": "LtiStartAssessment"})


def test_a_claim_of_the_wrong_type(shared):
    bad = Bad(400, "claim_type", "claims", NOT_HERE, "roles isn't what LTI says", "ask its support")
    check(shared, bad, claims={f"{LTI}roles": "Instructor"})


def test_a_token_made_in_the_future(shared):
    bad = Bad(401, "from_the_future", "token", NOT_SURE, "from the future", "clocks")
    check(shared, bad, claims={"iat": time.time() + 3600, "exp": time.time() + 7200})


@pytest.mark.parametrize("claim", ["exp", "iat"])
def test_a_token_without_its_times(shared, claim):
    bad = Bad(401, f"{claim}_missing", "token", NOT_SURE, f"no usable {claim}", "ask its support")
    check(shared, bad, remove=[claim])


def test_a_token_for_another_tool(shared):
    bad = Bad(401, "audience", "token", NOT_SURE, "another tool", "client_id")
    check(shared, bad, claims={"aud": "another-tool"})


def test_no_audience(shared):
    bad = Bad(401, "audience", "token", NOT_SURE, "another tool", "client_id")
    check(shared, bad, remove=["aud"])


def test_several_audiences_and_no_authorized_party(shared):
    bad = Bad(401, "authorized_party", "token", NOT_SURE, "several audiences", "azp")
    check(shared, bad, claims={"aud": ["client-1", "another"]}, remove=["azp"])


def test_another_authorized_party(shared):
    bad = Bad(401, "authorized_party", "token", NOT_SURE, "authorized party", "azp")
    check(shared, bad, claims={"aud": ["client-1", "another"], "azp": "another"})


def test_another_issuer(shared):
    bad = Bad(401, "issuer", "token", NOT_SURE, "another issuer", "letter by letter")
    check(shared, bad, claims={"iss": "https://elsewhere.example"})


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512"])
def test_another_algorithm(shared, algorithm):
    bad = Bad(401, "algorithm", "token", NOT_SURE, "RS256", "RS256")
    check(shared, bad, algorithm=algorithm)


def test_signed_by_another_key(shared):
    bad = Bad(401, "signature", "token", NOT_SURE, "signature doesn't hold", "key_set_url")
    check(shared, bad, key=STRANGER)


def test_the_nonce_of_another_login(shared):
    bad = Bad(401, "nonce", "token", NOT_SURE, "another login", "again")
    check(shared, bad, claims={"nonce": "made-up"})


def test_no_nonce(shared):
    bad = Bad(401, "nonce", "token", NOT_SURE, "another login", "again")
    check(shared, bad, remove=["nonce"])


def test_an_unknown_deployment(shared):
    headlines = ("This course isn’t connected yet", "Dieser Kurs ist noch nicht verbunden")
    bad = Bad(403, "deployment_unknown", "deployment", headlines, "administrator's yes", "allow")
    check(shared, bad, claims={f"{LTI}deployment_id": "another"})


def claims_of(campus):
    """The names of all claims that this LMS sends."""
    form = campus.form(Browser(), campus.student, campus.link())
    return list(jwt.decode(form["id_token"], options={"verify_signature": False}))
