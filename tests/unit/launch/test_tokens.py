"""Signature first, then who it is from, for whom, and when (Security Framework 1.0, 5.1.3)."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.errors import LaunchRefused, MalformedRequest, NotAuthentic
from lti_bridge.launch.tokens import verify
from tests.unit.launch.values import FUZZ, NONCE, NOW, RING, a_platform, claims, signed

PUBLIC = RING.current.private.public_key()


def find_key(platform, kid):
    if kid != RING.current.kid:
        raise NotAuthentic("unknown", code="kid_unknown")
    return PUBLIC


def check(token, nonce=NONCE, **platform):
    return verify(token, a_platform(**platform), nonce, find_key, lambda: NOW)


def refused(**changes):
    with pytest.raises(NotAuthentic) as caught:
        check(RING.sign(claims(**changes)))
    return caught.value.code


def encoded(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


HUGE_NUMBER = b'{"a":' + b"9" * 5000 + b"}"


def test_a_good_token_is_believed():
    token = check(RING.sign(claims()))
    assert token.claims["sub"] == "usr:7c1e"
    assert token.expires == NOW + 300
    assert len(token.digest) == 44


def test_the_same_token_has_the_same_digest_and_another_has_not():
    one, other = RING.sign(claims()), RING.sign(claims(sub="usr:0e93"))
    assert check(one).digest == check(one).digest != check(other).digest


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS384", "RS512"])
def test_only_rs256_is_taken(algorithm):
    with pytest.raises(NotAuthentic) as caught:
        check(RING.sign(claims(), algorithm=algorithm))
    assert caught.value.code == "algorithm"


@pytest.mark.parametrize("alg", ["None", "NONE", "rs256", "HS256", "", None, 1, ["RS256"]])
def test_the_header_can_not_choose_the_algorithm(alg):
    with pytest.raises(NotAuthentic) as caught:
        check(RING.sign(claims(), headers={"alg": alg}))
    assert caught.value.code == "algorithm"


def test_a_header_that_calls_itself_rs256_is_checked_as_rs256():
    for algorithm in ("none", "HS256", "RS384"):
        token = RING.sign(claims(), algorithm=algorithm, headers={"alg": "RS256"})
        with pytest.raises(NotAuthentic) as caught:
            check(token)
        assert caught.value.code == "signature"


def test_critical_extensions_are_refused_since_none_is_known():
    with pytest.raises(NotAuthentic):
        check(RING.sign(claims(), headers={"crit": ["b64"], "b64": False}))


@pytest.mark.parametrize("kid", [None, "", 0, 17, [], {}, ["x"]])
def test_a_token_names_its_key(kid):
    with pytest.raises(NotAuthentic) as caught:
        check(RING.sign(claims(), headers={"kid": kid}))
    assert caught.value.code == "kid_missing"


def test_a_signature_of_another_key_does_not_hold():
    stranger = generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(NotAuthentic) as caught:
        check(RING.sign(claims(), key=stranger))
    assert caught.value.code == "signature"


@pytest.mark.parametrize("part", [0, 1, 2])
def test_nothing_of_a_token_can_be_exchanged(part):
    parts = RING.sign(claims()).split(".")
    parts[part] = RING.sign(claims(sub="usr:0e93"), headers={"typ": "x"}).split(".")[part]
    with pytest.raises(NotAuthentic) as caught:
        check(".".join(parts))
    assert caught.value.code == "signature"


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b",
        "a.b.c.d",
        "é.é.é",
        "\ud800.\ud800.\ud800",
        f"{encoded([])}.{encoded({})}.",
        f"{encoded({})}.{encoded([])}.",
        f"{encoded(b'{')}.{encoded({})}.",
        f"{encoded(b'null')}.{encoded(b'null')}.",
        f"{encoded(b'[' * 100_000)}.{encoded({})}.",
        f"{encoded(b'[' * 100_000 + b']' * 100_000)}.{encoded({})}.",
        f"{encoded(HUGE_NUMBER)}.{encoded({})}.",
        f"{encoded({'alg': 'RS256'})}x.{encoded({})}.",
        f"{encoded(bytes([255, 254, 0]))}.{encoded({})}.",
    ],
)
def test_what_is_no_token_is_malformed(token):
    with pytest.raises(MalformedRequest) as caught:
        check(token)
    assert caught.value.code == "token_malformed"


@pytest.mark.parametrize("junk", ["!", " ", "\n", "=", "=A", "é"])
def test_signs_that_base64url_has_not_are_not_passed_over(junk):
    header, body, signature = RING.sign(claims()).split(".")
    for token in (
        f"{junk}{header}.{body}.{signature}",
        f"{header}.{body}.{signature[:10]}{junk}{signature[10:]}",
    ):
        with pytest.raises(LaunchRefused):
            check(token)


def test_padding_that_some_libraries_leave_on_does_no_harm():
    header, body, signature = RING.sign(claims()).split(".")
    padded = signature + "=" * (-len(signature) % 4)
    assert check(f"{header}.{body}.{padded}").claims["nonce"] == NONCE


@pytest.mark.parametrize(
    "iss", ["https://lms.example.edu/", "https://LMS.example.edu", "", None, 1, [], ..., ["x"]]
)
def test_the_issuer_is_compared_letter_by_letter(iss):
    assert refused(iss=iss) == "issuer"


@pytest.mark.parametrize(
    "aud", ["client-2", "CLIENT-1", "", None, 1, {}, [], ["client-2"], [["client-1"]], ...]
)
def test_a_token_for_another_tool_is_refused(aud):
    assert refused(aud=aud) == "audience"


@pytest.mark.parametrize(
    ("aud", "azp"),
    [
        (["client-1", "client-2"], ...),
        (["client-1", "client-2"], "client-2"),
        (["client-1", "client-2"], None),
        (["client-1", "client-2"], ["client-1"]),
        (["client-1"], "client-2"),
        ("client-1", "client-2"),
        ("client-1", None),
        ("client-1", ""),
    ],
)
def test_of_several_audiences_or_if_named_we_must_be_the_authorized_party(aud, azp):
    assert refused(aud=aud, azp=azp) == "authorized_party"


@pytest.mark.parametrize(
    ("aud", "azp"),
    [
        ("client-1", ...),
        ("client-1", "client-1"),
        (["client-1"], ...),
        (["client-1"], "client-1"),
        (["client-2", "client-1", 5], "client-1"),
    ],
)
def test_every_right_way_to_name_us(aud, azp):
    assert check(RING.sign(claims(aud=aud, azp=azp)))


@pytest.mark.parametrize("times", [{"exp": NOW - 59}, {"exp": NOW - 60}, {"iat": NOW + 59}])
def test_clocks_may_be_a_minute_apart(times):
    assert check(RING.sign(claims(**times)))
    assert check(RING.sign(claims(nbf=NOW + 59)))


@pytest.mark.parametrize(
    ("times", "code"),
    [
        ({"exp": NOW - 61}, "expired"),
        ({"iat": NOW + 61}, "from_the_future"),
        ({"nbf": NOW + 61}, "from_the_future"),
    ],
)
def test_but_no_more(times, code):
    assert refused(**times) == code


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        float("-inf"),
        "1760000300",
        True,
        None,
        [],
        {},
        10**400,
        -(10**400),
        1e300,
    ],
)
def test_times_are_numbers_of_a_possible_size(claim, value):
    assert refused(**{claim: value}) == f"{claim}_missing"


@pytest.mark.parametrize("claim", ["exp", "iat"])
def test_times_must_be_there(claim):
    assert refused(**{claim: ...}) == f"{claim}_missing"


@pytest.mark.parametrize("nonce", [..., None, "", 1, "another", "é", [NONCE]])
def test_the_nonce_is_that_of_this_login(nonce):
    assert refused(nonce=nonce) == "nonce"


def test_half_a_surrogate_pair_is_no_nonce():
    with pytest.raises(NotAuthentic) as caught:
        check(signed(json.dumps(claims(nonce="\ud800")).encode()))
    assert caught.value.code == "nonce"


def test_a_token_in_another_unicode_form_is_the_same_json():
    assert check(signed(json.dumps(claims()).encode("utf-16"))).claims["nonce"] == NONCE


@FUZZ
@given(st.text() | st.binary().map(encoded) | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*"))
def test_whatever_is_sent_is_refused_in_an_orderly_way(token):
    with pytest.raises(LaunchRefused):
        check(token)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@FUZZ
@given(
    st.dictionaries(st.sampled_from(["alg", "kid", "crit", "typ"]), _JSON),
    st.dictionaries(st.sampled_from(["iss", "aud", "azp", "exp", "iat", "nbf", "nonce"]), _JSON),
)
def test_members_of_any_type_are_refused_in_an_orderly_way(header, body):
    token = f"{encoded(header)}.{encoded(body)}.{encoded(b'x')}"
    with pytest.raises(LaunchRefused):
        check(token)
    signed = json.loads(json.dumps({**claims(), **body}))
    try:
        check(RING.sign(signed))
    except LaunchRefused:
        return
    assert {"nonce", "iss"} & body.keys() == set()
