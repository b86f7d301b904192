"""The pages of learning platforms."""

from __future__ import annotations

import html
import re

import pytest

from lti_bridge.store import InviteTerms, PlatformValues
from tests.campus import OLD_SECRET, Browser
from tests.functional.administrators import NOW_MS, at_work


@pytest.fixture
def ana(campus):
    return at_work(campus, "ana", ["manageConnections"])


def by_hand(campus, **changes):
    """The form of the campus's own LMS under another client ID."""
    lms = campus.lms.issuer
    return {
        "name": "By hand",
        "kind": "other",
        "client_id": "client-2",
        "deployments": "d1, d2",
        "issuer": lms,
        "auth_login_url": f"{lms}/lti/auth",
        "auth_token_url": f"{lms}/lti/token",
        "key_set_url": f"{campus.lms_server.url}/lti/jwks",
        "conferencing": "live",
    } | changes


def added(campus, ana, **changes):
    answer = ana.post("/platforms/add", by_hand(campus, **changes))
    assert answer.status == 303, answer.text
    return int(re.search(r"/platforms/(\d+)", answer.location)[1])


def known(campus, number):
    return next(one for one in campus.bridge.store.administration.all() if one.id == number)


def test_what_the_settings_file_manages_is_shown_as_such(campus, ana):
    page = ana.get("/platforms").text
    assert "Riverbank" in page
    assert "managed by the settings file" in page
    one = ana.get("/platforms/1").text
    assert "deployment-1" in one
    assert "Remove" not in one
    for path, values in (
        ("rest", {}),
        ("remove", {"name": "Riverbank"}),
        ("deployment", {"deployment": "deployment-1"}),
        ("role", {"role": "Mentor", "to": "moderator"}),
    ):
        answer = ana.post(f"/platforms/1/{path}", values)
        assert answer.status in {400, 403}, path
    assert known(campus, 1).active


def test_an_invitation_is_shown_once_and_lets_an_lms_register(campus, ana):
    ana.get("/platforms")
    page = ana.post("/platforms/invite", {"name": "Invited", "hosts": "lms.example.edu"}).text
    url = html.unescape(re.search(r'<code class="secret" dir="ltr">([^<]+)<', page)[1])
    assert url.startswith(f"{campus.url}/lti/register?invite=")
    secret = url.partition("invite=")[2]
    assert secret not in ana.get("/platforms").text
    invite = campus.bridge.store.registrations.find_invite(secret)
    assert invite.terms.name == "Invited"
    assert invite.terms.hosts == ("lms.example.edu",)
    assert secret not in str(campus.bridge.store.audit.search())
    assert ana.post("/platforms/revoke-invite", {"invite": invite.id}).status == 303
    assert ana.post("/platforms/revoke-invite", {"invite": invite.id}).status == 400


@pytest.mark.parametrize(
    "values",
    [{"hosts": "http://x"}, {"kind": "webct"}, {"meets_connection": "0"}, {"meets_connection": "x"},
     {"conferencing": "nowhere"}, {"name": "a\tb\x07"}, {"name": "x" * 256}],
)  # fmt: skip
def test_an_invitation_that_makes_no_sense_is_refused(campus, ana, values):
    assert ana.post("/platforms/invite", values).status == 400
    assert campus.bridge.store.registrations.invites() == []


def test_one_added_by_hand_is_tested_rests_wakes_and_its_people_launch(campus, ana):
    number = added(campus, ana)
    assert known(campus, number).client_id == "client-2"
    tested = ana.post(f"/platforms/{number}/test").text
    assert "key set: " in tested
    assert "clock: " in tested
    assert "token endpoint: " in tested
    assert ana.post(f"/platforms/{number}/rest").status == 303
    assert not known(campus, number).active
    assert "at rest" in ana.get("/platforms").text
    assert ana.post(f"/platforms/{number}/rest", {"wake": "1"}).status == 303
    assert known(campus, number).active


def test_the_test_of_the_campus_is_well_and_says_what_is_wrong(campus, ana):
    page = ana.post("/platforms/1/test").text
    assert page.count(">well<") == 3, page
    campus.lms.key_set_fault = "html"
    page = ana.post("/platforms/1/test").text
    assert ">wrong<" in page


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"issuer": "no address"}, 400), ({"client_id": ""}, 400), ({"name": ""}, 400),
     ({"kind": ""}, 400), ({"conferencing": "nowhere"}, 400), ({"meets_connection": "-3"}, 400),
     ({"client_id": "client-1"}, 400), ({"kind": "moodle", "issuer": "", "auth_login_url": ""}, 400)],
)  # fmt: skip
def test_one_that_cannot_be_added_is_refused(campus, ana, changes, status):
    answer = ana.post("/platforms/add", by_hand(campus, **changes))
    assert answer.status == status, answer.text
    assert len(campus.bridge.store.administration.all()) == 1


def test_a_deployment_that_waits_is_let_in_by_a_yes(new_campus):
    campus = new_campus()
    ana = at_work(campus, "ana", ["manageConnections"])
    claim = "https://purl.imsglobal.org/spec/lti/claim/deployment_id"

    def launch():
        return campus.launch(
            campus.student, campus.link("frame"), claims={claim: "another"}, browser=Browser()
        )

    assert launch().status == 403
    page = ana.get("/platforms").text
    assert "another" in page.partition("Waiting for your yes")[2]
    yes = {"deployment": "another", "allow": "1"}
    assert ana.post("/platforms/1/deployment", yes).status == 303
    assert launch().status == 200
    assert ana.post("/platforms/1/deployment", {"deployment": "another"}).status == 303
    assert launch().status == 403
    (no, allowed) = campus.bridge.store.audit.search("platform.deployment")
    assert (no.after["is"], allowed.after["is"]) == ("refused", "allowed")


@pytest.mark.parametrize("deployment", ["", " ", "x" * 256, "a\0b"])
def test_what_is_no_deployment_is_refused(ana, deployment):
    values = {"deployment": deployment, "allow": "1"}
    assert ana.post("/platforms/1/deployment", values).status == 400


def test_roles_are_changed_and_as_usual_again(campus, ana):
    number = added(campus, ana)
    role = {"role": "Mentor", "to": "moderator"}
    assert ana.post(f"/platforms/{number}/role", role).status == 303
    assert "leads the class" in ana.get(f"/platforms/{number}").text.partition("Roles that")[2]
    assert ana.post(f"/platforms/{number}/role", {**role, "to": ""}).status == 303
    for wrong in ({"role": "Mentor", "to": "king"}, {"role": "", "to": "attendee"}):
        assert ana.post(f"/platforms/{number}/role", wrong).status == 400
    back, there = campus.bridge.store.audit.search("platform.role")
    assert (there.before, there.after) == ({"Mentor": "as usual"}, {"Mentor": "moderator"})
    assert (back.before, back.after) == ({"Mentor": "moderator"}, {"Mentor": "as usual"})


def test_removing_asks_once_more_with_what_would_be_lost(campus, ana):
    campus.launch(campus.student, campus.link("frame"))
    assert campus.bridge.store.removal.holdings(1, 0).people == 1
    number = added(campus, ana)
    asked = ana.get(f"/platforms/{number}/remove").text
    assert "This would be lost for good" in asked
    assert ana.post(f"/platforms/{number}/remove", {"name": "Riverbank"}).status == 400
    assert ana.post(f"/platforms/{number}/remove", {"name": "By hand"}).status == 303
    assert [one.id for one in campus.bridge.store.administration.all()] == [1]
    (line,) = campus.bridge.store.audit.search("platform.remove")
    assert line.before["courses"] == line.before["people"] == line.before["meetings"] == 0


def test_a_platform_of_lti_1_1_is_shown_without_its_secret(new_campus):
    campus = new_campus(old_platform='hosts = ["LMS"]')
    ana = at_work(campus, "ana", ["manageConnections"])
    page = ana.get("/platforms").text
    assert "Riverbank of before" in page
    one = ana.get("/platforms/2").text
    assert OLD_SECRET not in page + one
    tested = ana.post("/platforms/2/test").text
    assert "key and secret: its key is known" in tested
    assert "can’t be asked anything" in tested


@pytest.mark.parametrize("number", ["0", "99", "999999999999999999999999"])
def test_a_platform_that_is_not_there(ana, number):
    assert ana.get(f"/platforms/{number}").status == 400
    assert ana.post(f"/platforms/{number}/rest").status == 400


@pytest.mark.parametrize(
    "values", [{}, {"registration": "7"}, {"registration": "7", "accept": "1"}]
)
def test_a_registration_that_is_not_there(ana, values):
    assert ana.post("/platforms/registration", values).status == 400


def test_a_registration_that_waits_is_decided(campus, ana):
    registrations = campus.bridge.store.registrations
    form = by_hand(campus)
    values = campus.bridge.store.administration.all()[0]
    for number, accepts in ((1, ""), (2, "1")):
        invite, _ = registrations.invite(InviteTerms(), NOW_MS, NOW_MS + 10)
        wanted = PlatformValues(
            name="Registered", type="Other", preset="other", issuer=values.issuer,
            client_id=f"client-{number + 1}", auth_login_url=form["auth_login_url"],
            auth_token_url=form["auth_token_url"], auth_audience="",
            key_set_url=form["key_set_url"], meets_connection=2, conferencing="live",
        )  # fmt: skip
        begun = registrations.begin(invite.id, wanted, NOW_MS)
        assert registrations.finish(begun, wanted, {}, NOW_MS).state == "waiting"
        assert "Registered" in ana.get("/platforms").text.partition("Waiting for your yes")[2]
        decision = {"registration": str(begun), "accept": accepts}
        assert ana.post("/platforms/registration", decision).status == 303
    assert [one.client_id for one in campus.bridge.store.administration.all()][1:] == ["client-3"]
    assert campus.bridge.platforms.by_issuer(values.issuer, "client-3").name == "Registered"
    actions = [line.action for line in campus.bridge.store.audit.search("registration")]
    assert actions == ["platform.accept", "platform.refuse"]
