"""Learning platforms of an administrator's own: added by LTI 1.1, changed, with another secret."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from sqlalchemy import text

from lti_bridge.settings import Security
from tests.functional.administrators import at_work
from tests.functional.test_admin_platforms import added, by_hand, known
from tests.functional.test_budget import traced

SECRET = re.compile(r'<code class="secret" dir="ltr">([^<]+)<')


@pytest.fixture
def ana(campus):
    return at_work(campus, "ana", ["manageConnections"])


def added_old(campus, ana, **changes):
    """The answer to an LMS of LTI 1.1, its number and its secret."""
    host = campus.lms.issuer.removeprefix("http://")
    form = {"name": "Old Sakai", "kind": "other", "hosts": host, "conferencing": "live"}
    answer = ana.post("/platforms/add-old", form | changes)
    assert answer.status == 200, answer.text
    one = campus.bridge.store.administration.all()[-1]
    return answer, one, html.unescape(SECRET.search(answer.text)[1])


def launched(campus, one, secret):
    tool = replace(campus.old_tool, consumer_key=one.consumer_key, secret=secret)
    return campus.launch_old(campus.student, campus.link(), tool=tool).status


def edited(ana, number, **changes):
    """The form of a platform as its page has it, with these changes, as it would be sent."""
    page = ana.get(f"/platforms/{number}/edit").text
    inputs = dict(re.findall(r'<input id="\w+" name="(\w+)" type="\w+" value="([^"]*)"', page))
    chosen = re.findall(r'<select id="\w+" name="(\w+)".*?</select>', page, re.DOTALL)
    for name in chosen:
        select = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL)[0]
        option = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', select)
        inputs[name] = option[1] or option[2]
    values = {name: html.unescape(value) for name, value in inputs.items()} | changes
    return ana.post(f"/platforms/{number}/edit", values)


def test_an_lms_of_lti_1_1_is_added_and_its_people_launch(campus, ana):
    answer, one, secret = added_old(campus, ana)
    for shown in (one.consumer_key, f"{campus.url}/lti/1p1/launch", f"{campus.url}/lti/config.xml"):
        assert shown in answer.text
    assert launched(campus, one, secret) == 303, "at once, by the process that was asked"
    assert launched(campus, one, secret + "x") == 401
    assert secret not in ana.get(f"/platforms/{one.id}").text, "it is shown once"
    (line,) = campus.bridge.store.audit.search("platform.put")
    assert line.after == {"version": "1.1", "consumer_key": one.consumer_key}
    assert secret not in str(campus.bridge.store.audit.search())
    tested = ana.post(f"/platforms/{one.id}/test").text
    assert "last launch: " in tested
    assert "class service: live is there" in tested


def another_secret(ana, one, **form):
    return html.unescape(SECRET.search(ana.post(f"/platforms/{one.id}/secret", form).text)[1])


def in_use(campus, one):
    return campus.bridge.consumers.by_key(one.consumer_key).shared_secret


WAITS = "the learning platform has not used it yet"


def test_the_old_secret_counts_until_the_lms_uses_the_new_one_and_for_an_hour(campus, ana):
    _, one, old = added_old(campus, ana)
    assert launched(campus, one, old) == 303
    new = another_secret(ana, one)
    assert WAITS in ana.get(f"/platforms/{one.id}").text
    assert launched(campus, one, old) == 303
    assert in_use(campus, one) == old, "grades are signed with what the LMS knows"
    assert launched(campus, one, "guessed") == 401
    assert launched(campus, one, new) == 303
    assert in_use(campus, one) == new
    assert WAITS not in ana.get(f"/platforms/{one.id}").text
    assert launched(campus, one, old) == 303, "one of the LMS's servers is behind"
    assert in_use(campus, one) == new
    campus.app.extensions["lti_bridge.journal"].flush()
    past = text("UPDATE connections SET other_secret_until_ms = other_secret_until_ms - 3600000")
    campus.bridge.store.database.write(lambda c: c.execute(past))
    campus.bridge.consumers.forget()
    assert launched(campus, one, old) == 401
    assert launched(campus, one, new) == 303
    line = campus.bridge.store.audit.search("platform.secret")[0]
    assert (line.subject, line.after) == ("Old Sakai", {"at_once": False})
    assert ana.post(f"/platforms/{added(campus, ana)}/secret").status == 400


def test_a_secret_in_the_wrong_hands_counts_no_more(campus, ana):
    _, one, old = added_old(campus, ana)
    waiting = another_secret(ana, one)
    new = another_secret(ana, one, at_once="1")
    assert [launched(campus, one, each) for each in (old, waiting, new)] == [401, 401, 303]
    assert campus.bridge.store.audit.search("platform.secret")[0].after == {"at_once": True}


def test_of_several_new_secrets_the_last_is_waited_for(campus, ana):
    _, one, old = added_old(campus, ana)
    first, second = another_secret(ana, one), another_secret(ana, one)
    assert [launched(campus, one, each) for each in (old, first, second)] == [303, 401, 303]


def test_what_waits_costs_launches_nothing(campus, ana):
    _, one, old = added_old(campus, ana)
    another_secret(ana, one)
    launched(campus, one, old)
    with traced() as statements:
        launched(campus, one, old)
    assert [each.split()[:3] for each in statements.writes] == [["INSERT", "INTO", "nonces"]]


def test_an_old_platform_is_changed(campus, ana):
    _, one, _ = added_old(campus, ana)
    assert edited(ana, one.id, name="Older", hosts="a.example.edu, B.example.edu").status == 303
    now = known(campus, one.id)
    assert (now.name, now.hosts) == ("Older", ("a.example.edu", "b.example.edu"))
    assert now.consumer_key == one.consumer_key


def test_a_platform_is_changed_and_the_line_says_what(campus, ana):
    number = added(campus, ana)
    before = known(campus, number)
    answer = edited(ana, number, name="Renamed", new_deployments="allow", hosts="l.example.edu")
    assert answer.status == 303, answer.text
    now = known(campus, number)
    assert replace(before, name="Renamed", new_deployments="allow", hosts=("l.example.edu",)) == now
    assert campus.bridge.platforms.find(number).new_deployments == "allow", "this process knows"
    (line,) = campus.bridge.store.audit.search("platform.change")
    assert line.before == {"name": "By hand", "hosts": [], "new_deployments": "queue"}
    assert line.after["name"] == "Renamed"
    assert edited(ana, number).status == 303, "nothing else"
    assert campus.bridge.store.audit.search("platform.change")[0].after == {}


def test_with_another_service_rooms_move_there(new_campus):
    campus = new_campus(old_platform='hosts = ["LMS"]')
    ana = at_work(campus)
    url = campus.service.url_for(campus.meetingz_server)
    service = {"name": "second", "kind": "meetingz", "url": url, "secret": "s" * 20}
    assert ana.post("/services/add", service).status == 303
    _, one, secret = added_old(campus, ana)
    assert launched(campus, one, secret) == 303
    store = campus.bridge.store
    assert store.links.of_course(1)[0].service == "live"
    assert edited(ana, one.id, conferencing="second").status == 303
    assert store.links.of_course(1)[0].service == "live", "it may be in use"
    assert edited(ana, one.id, conferencing="live").status == 303
    store.database.write(lambda c: c.execute(text("UPDATE meetings SET confirmed_ms = 0")))
    assert edited(ana, one.id, conferencing="second").status == 303
    assert store.links.of_course(1)[0].service == "second"
    assert store.audit.search("platform.change")[0].after["meetings_moved"] == 1


MISTAKES = (
    ("name", "", "This is needed."),
    ("name", "x" * 256, "at most 255"),
    ("issuer", "no address", "holds blanks"),
    ("key_set_url", "javascript:alert(1)", "is not an http or https URL"),
    ("auth_token_url", "ftp://x.example.edu/", "is not an http or https URL"),
    ("hosts", "<script>", "lms.example.edu"),
    ("meets_connection", "-3", "from 1 up"),
    ("conferencing", "nowhere", "Choose one of these."),
    ("new_deployments", "never", "Choose one of these."),
    ("kind", "webct", "Choose one of these."),
    ("client_id", "client-3", "already"),
)


def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_stays(campus, ana):
    number = added(campus, ana)
    added(campus, ana, client_id="client-3", name="Another")
    before = known(campus, number)
    for field, value, says in MISTAKES:
        answer = edited(ana, number, **{field: value, "auth_audience": "typed before"})
        assert answer.status == 400, field
        assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text), field
        mistake = re.search(rf'class="mistake" id="{field}-wrong"[^>]*>([^<]*)', answer.text)
        assert says in html.unescape(mistake[1])
        assert 'value="typed before"' in answer.text
        assert "<script>" not in answer.text.partition("<main")[2]
        assert known(campus, number) == before
    assert campus.bridge.store.audit.search("platform.change") == []


LISTED_MISTAKES = (
    ("add", {"issuer": "no address"}, "issuer"),
    ("add", {"client_id": "client-1"}, "client_id"),
    ("add", {"kind": "moodle", "issuer": "", "auth_login_url": ""}, "host"),
    ("add-old", {"name": ""}, "old-name"),
    ("add-old", {"hosts": "a b/c"}, "old-hosts"),
    ("invite", {"hosts": "http://x"}, "hosts"),
)


def test_forms_of_the_list_come_back_with_what_was_typed(campus, ana):
    for path, changes, at in LISTED_MISTAKES:
        form = {"name": "Typed", "meets_connection": "77", "kind": "canvas"}
        if path == "add":
            form = by_hand(campus, name="Typed", meets_connection="77")
        answer = ana.post(f"/platforms/{path}", form | {"conferencing": "live"} | changes)
        assert answer.status == 400
        assert re.search(rf'id="{at}"[^>]*aria-invalid="true"', answer.text), at
        assert 'value="77"' in answer.text
    assert len(campus.bridge.store.administration.all()) == 1


def test_private_addresses_are_taken_by_nobody_who_forbids_them(campus):
    from lti_bridge.app.own_lmss import old_platform_values, platform_values
    from lti_bridge.errors import SettingsError

    strict = replace(
        campus.bridge, settings=campus.bridge.settings.model_copy(update={"security": Security()})
    )
    typed = by_hand(campus) | {"meets_connection": 1, "deployment_ids": ()}
    for name in ("kind", "deployments"):
        del typed[name]
    for url in ("http://lms.example.edu/jwks", "https://127.0.0.1/jwks", "https://10.0.0.7/jwks"):
        with pytest.raises(SettingsError, match="key_set_url"):
            platform_values(strict, "other", "", typed | {"key_set_url": url})
    values = old_platform_values(
        strict, "other", {"name": "Old", "meets_connection": 1, "conferencing": "live"}
    )
    assert values.hosts == ()


def test_what_the_settings_file_manages_is_not_changed_here_but_its_policies(campus, ana):
    page = ana.get("/platforms/1").text
    assert "/platforms/1/edit" not in page
    for answer in (
        ana.get("/platforms/1/edit"), ana.post("/platforms/1/edit", {"name": "Mine"})
    ):  # fmt: skip
        assert answer.status == 403
    ana.get("/platforms/1")
    wanted = {"studentsHost": "1", "teacherSubstitute": "1", "assistantsEdit": "1"}
    assert ana.post("/platforms/1/policies", wanted).status == 303
    assert known(campus, 1).policies == {"studentsHost": True, "teacherScheduleOthers": False}
    (line,) = campus.bridge.store.audit.search("platform.policies")
    assert (line.before["studentsHost"], line.after["studentsHost"]) == (False, True)
    wanted |= {"teacherScheduleOthers": "1", "studentsHost": ""}
    assert ana.post("/platforms/1/policies", wanted).status == 303
    assert known(campus, 1).policies == {}


def test_how_late_is_late_is_said_for_each_platform(campus, ana):
    ana.get("/platforms/1")
    usual = {"teacherScheduleOthers": "1", "teacherSubstitute": "1", "assistantsEdit": "1"}
    wanted = usual | {"lateMinutes": "0", "leftEarlyMinutes": " 180 "}
    assert ana.post("/platforms/1/policies", wanted).status == 303
    assert known(campus, 1).policies == {"lateMinutes": 0, "leftEarlyMinutes": 180}
    for wrong in ("181", "-1", "1.5", "ten", "٣", "9" * 30):
        answer = ana.post("/platforms/1/policies", usual | {"lateMinutes": wrong})
        assert answer.status == 400
        assert f'value="{wrong}"' in answer.text
        assert "Give a whole number of minutes, from 0 to 180." in answer.text
        assert known(campus, 1).policies == {"lateMinutes": 0, "leftEarlyMinutes": 180}
    assert ana.post("/platforms/1/policies", usual | {"lateMinutes": ""}).status == 303
    assert known(campus, 1).policies == {}
    *_, line = campus.bridge.store.audit.search("platform.policies")
    assert {"lateMinutes", "leftEarlyMinutes"} <= set(line.before)


def test_whoever_may_not_manage_platforms_changes_none(campus):
    eve = at_work(campus, "eve", ["viewData", "manageAdmins"])
    for path in ("add-old", "1/edit", "1/secret", "1/policies"):
        assert eve.post(f"/platforms/{path}", {"name": "x"}).status == 403, path
    assert eve.get("/platforms/1/edit").status == 403
