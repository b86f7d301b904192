"""The LMS's tokens and keys, read by a library that the LMS doesn't use."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from lti_bridge.errors import NotAllowed, ServiceMissing
from lti_bridge.simulators.lms import CLAIM, Tool, create_lms, demo
from lti_bridge.simulators.serving import Server

from .lms_browser import Browser

LINK = demo.ALGEBRA.link("frame")
TOOL = Tool("client-1", "dep-1", "https://tool.example/login", "https://tool.example/launch", "T")


@pytest.fixture(scope="module")
def shared():
    lms = create_lms(tools=[TOOL])
    with Server(lms) as server:
        lms.issuer = server.url
        yield lms


@pytest.fixture
def lms(shared):
    yield shared
    shared.key_set_fault = None


def _key(lms, token):
    return jwt.PyJWKClient(lms.key_set_url).get_signing_key_from_jwt(token)


def _verified(lms, token, **options):
    return jwt.decode(
        token,
        _key(lms, token),
        algorithms=["RS256"],
        audience="client-1",
        issuer=lms.issuer,
        options={"require": ["iss", "aud", "sub", "exp", "iat", "nonce"]},
        **options,
    )


def _header(token):
    return jwt.get_unverified_header(token)


def _claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def test_the_token_of_an_instructor_holds_every_claim_of_a_launch(lms):
    claims = _verified(lms, lms.token_for(demo.ANA, LINK, "n-1"))
    assert claims.pop("exp") == claims.pop("iat") + 300
    lis = "http://purl.imsglobal.org/vocab/lis/v2/"
    assert claims == {
        "iss": lms.issuer,
        "aud": "client-1",
        "nonce": "n-1",
        "sub": demo.ANA.id,
        "name": "Ana Pereira",
        "given_name": "Ana",
        "family_name": "Pereira",
        "email": "ana.pereira@riverbank.example",
        "locale": "en",
        CLAIM + "message_type": "LtiResourceLinkRequest",
        CLAIM + "version": "1.3.0",
        CLAIM + "deployment_id": "dep-1",
        CLAIM + "target_link_uri": TOOL.launch_url,
        CLAIM + "resource_link": {
            "id": LINK.id,
            "title": LINK.title,
            "description": LINK.description,
        },
        CLAIM + "roles": [
            f"{lis}membership#Instructor",
            f"{lis}institution/person#Faculty",
            f"{lis}institution/person#Instructor",
        ],
        CLAIM + "context": {
            "id": demo.ALGEBRA.id,
            "label": "MATH-101",
            "title": "Algebra I",
            "type": [f"{lis}course#CourseOffering"],
        },
        CLAIM + "tool_platform": {
            "guid": "lms.riverbank.example",
            "name": "Riverbank University",
            "product_family_code": "riverbank",
            "version": "4.2",
            "url": lms.issuer,
        },
        CLAIM + "launch_presentation": {
            "document_target": "iframe",
            "return_url": f"{lms.issuer}/return?course={demo.ALGEBRA.id}",
            "locale": "en",
            "width": 960,
            "height": 720,
        },
        CLAIM + "lis": {
            "course_offering_sourcedid": "riverbank:MATH-101",
            "course_section_sourcedid": "riverbank:MATH-101-1",
            "person_sourcedid": "riverbank:ana.pereira",
        },
        CLAIM + "custom": {"campus": "main"},
    }


def test_roles_are_those_of_the_course_and_of_the_institution(lms):
    roles = {
        user.given_name: [
            uri.rpartition("/")[2]
            for uri in _claims(lms.token_for(user, LINK, "n"))[CLAIM + "roles"]
        ]
        for user in (demo.BEN, demo.TOMAS)
    }
    assert roles == {
        "Ben": ["membership#Learner", "person#Student"],
        "Tomás": ["Instructor#TeachingAssistant", "membership#Instructor", "person#Student"],
    }


def test_two_people_may_differ_in_the_case_of_their_identifier_alone():
    assert demo.BEN.id != demo.SARA.id
    assert demo.BEN.id.lower() == demo.SARA.id.lower()


def test_claims_are_replaced_and_removed(lms):
    token = lms.token_for(
        demo.BEN,
        LINK,
        "n",
        claims={"aud": ["client-1", "x"], "azp": "client-1", CLAIM + "version": "1.4"},
        remove=["email", "sub", "never-there"],
    )
    claims = _claims(token)
    assert claims["aud"] == ["client-1", "x"]
    assert claims["azp"] == "client-1"
    assert claims[CLAIM + "version"] == "1.4"
    assert not claims.keys() & {"email", "sub"}


def test_the_header_names_key_and_algorithm_and_can_be_changed(lms):
    kid = lms.keys.current.kid
    assert _header(lms.token_for(demo.BEN, LINK, "n")) == {
        "typ": "JWT",
        "alg": "RS256",
        "kid": kid,
    }
    changed = lms.token_for(demo.BEN, LINK, "n", headers={"kid": None, "jku": "https://x.example"})
    assert _header(changed) == {"typ": "JWT", "alg": "RS256", "jku": "https://x.example"}


def test_a_token_signed_with_another_key_does_not_verify(lms):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    token = lms.token_for(demo.BEN, LINK, "n", key=other)
    with pytest.raises(jwt.InvalidSignatureError):
        _verified(lms, token)
    assert jwt.decode(token, other.public_key(), algorithms=["RS256"], audience="client-1")


def test_a_token_with_changed_claims_keeps_a_good_signature(lms):
    token = lms.token_for(demo.BEN, LINK, "n", claims={"exp": int(time.time()) - 600})
    with pytest.raises(jwt.ExpiredSignatureError):
        _verified(lms, token)


@pytest.mark.parametrize("algorithm", ["RS384", "RS512"])
def test_other_rsa_algorithms_sign_as_they_say(lms, algorithm):
    token = lms.token_for(demo.BEN, LINK, "n", algorithm=algorithm)
    key = lms.keys.current.private.public_key()
    assert jwt.decode(token, key, algorithms=[algorithm], audience="client-1")["nonce"] == "n"


def test_a_token_without_signature_has_an_empty_third_part(lms):
    token = lms.token_for(demo.BEN, LINK, "n", algorithm="none")
    assert _header(token)["alg"] == "none"
    assert token.endswith(".")


@pytest.mark.parametrize("secret", [None, b"guessed"])
def test_a_token_can_be_signed_with_the_public_key_as_a_secret(lms, secret):
    token = lms.token_for(demo.BEN, LINK, "n", algorithm="HS256", key=secret)
    message, _, signature = token.rpartition(".")
    expected = hmac.digest(secret or lms.keys.current.public_pem, message.encode(), hashlib.sha256)
    assert urlsafe_b64decode(signature + "=") == expected
    assert _header(token)["alg"] == "HS256"


def test_each_link_launches_the_tool_that_it_names(lms):
    with pytest.raises(ServiceMissing):
        create_lms(issuer=lms.issuer).token_for(demo.BEN, LINK, "n")
    assert _claims(lms.token_for(demo.BEN, LINK, "n"))["aud"] == TOOL.client_id


def test_there_is_no_token_for_somebody_outside_the_course(lms):
    with pytest.raises(NotAllowed):
        lms.token_for(demo.TOMAS, demo.LITERATURE.link("frame"), "n")


def test_the_key_set_is_public_cacheable_and_holds_no_private_part(lms):
    answer = Browser().get(lms.key_set_url)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    (key,) = json.loads(answer.body)["keys"]
    assert key.keys() == {"kty", "kid", "use", "alg", "n", "e"}
    assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")


def test_requests_for_the_key_set_are_counted_even_at_once(lms):
    before = lms.jwks_requests

    def ask(_):
        return Browser().get(lms.key_set_url).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(40))) == {200}
    assert lms.jwks_requests == before + 40


def test_after_a_rotation_old_tokens_verify_only_while_the_old_key_is_kept(lms):
    old = lms.token_for(demo.BEN, LINK, "n")
    lms.rotate_keys(keep_old=True)
    new = lms.token_for(demo.BEN, LINK, "n")
    assert _header(old)["kid"] != _header(new)["kid"]
    assert _verified(lms, old)
    assert _verified(lms, new)
    lms.rotate_keys(keep_old=False)
    for gone in (old, new):
        with pytest.raises(jwt.PyJWKClientError):
            _key(lms, gone)
    assert _verified(lms, lms.token_for(demo.BEN, LINK, "n"))


def test_the_key_set_can_be_down(lms):
    lms.key_set_fault = "down"
    assert Browser().get(lms.key_set_url).status == 503


def test_the_key_set_can_be_a_page_of_html(lms):
    lms.key_set_fault = "html"
    answer = Browser().get(lms.key_set_url)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.body.startswith(b"<!doctype html>")


def test_the_key_set_can_be_empty(lms):
    lms.key_set_fault = "empty"
    assert json.loads(Browser().get(lms.key_set_url).body) == {"keys": []}


def test_the_key_set_can_be_slow(lms):
    lms.key_set_fault, lms.key_set_delay = "slow", 0.2
    began = time.monotonic()
    assert json.loads(Browser().get(lms.key_set_url).body)["keys"]
    assert time.monotonic() - began >= 0.2


def test_tokens_may_be_made_by_many_threads(lms):
    made = []

    def make():
        made.extend(lms.token_for(demo.BEN, LINK, f"n-{n}") for n in range(10))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    key = _key(lms, made[0])
    for token in made:
        assert jwt.decode(token, key, algorithms=["RS256"], audience="client-1")
    assert len(made) == 40
