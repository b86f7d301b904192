"""What the doctor finds of conferencing services."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from lti_bridge.app.doctor import examine
from lti_bridge.settings import Conferencing
from lti_bridge.store.keys import DAY_MS
from lti_bridge.store.tables import ConnectionRow, ServiceRow, ToolKeyRow
from tests.campus import MEETINGZ_SECRET
from tests.mailbox import a_mailbox, mail_table

KINDS = ("meetingz", "mconf", "bigbluebutton", "onstream")


def found(campus):
    """Its findings of services, by their names."""
    every = {one.what: one for one in examine(campus.bridge)}
    return {
        what.removeprefix("conferencing "): one
        for what, one in every.items()
        if what.startswith("conferencing ")
    }


def rest(campus, name="live", *, resting=True):
    campus.bridge.store.services.rest(name, resting=resting)
    campus.restart()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_asked_and_said_to_be_well(new_campus, kind):
    finding = found(new_campus(kind=kind))["live"]
    assert (finding.well, finding.remedy) == (True, "")
    assert finding.says == f"{kind} answers, and takes our secret"


def test_one_at_rest_is_well_and_said_to_rest(campus):
    rest(campus)
    finding = found(campus)["live"]
    assert finding.well
    assert finding.says.endswith("at rest: no new meetings")
    rest(campus, resting=False)
    assert "rest" not in found(campus)["live"].says


def test_an_admins_own_is_looked_at_after_those_of_the_file(campus):
    settings = campus.bridge.services.entry("live").settings
    own = Conferencing(
        name="backup", kind="meetingz", url=settings.url, secret=SecretStr(MEETINGZ_SECRET)
    )
    campus.bridge.store.services.save(own, 1)
    rest(campus, "backup")
    findings = found(campus)
    assert list(findings) == ["live", "backup"]
    assert findings["backup"].says.endswith("at rest: no new meetings")
    assert "at rest" not in findings["live"].says


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_takes_another_secret_is_not_well_and_says_what_to_do(new_campus, kind):
    campus = new_campus(kind=kind)
    if kind == "onstream":
        campus.service.password = "another"
    else:
        campus.service.secret = "another"
    finding = found(campus)["live"]
    assert not finding.well
    assert finding.remedy
    assert MEETINGZ_SECRET not in f"{finding}"


def test_one_that_is_down_is_not_well_whether_or_not_it_rests(campus):
    rest(campus)
    campus.service.faults.set("down")
    finding = found(campus)["live"]
    assert not finding.well
    assert "live" in finding.says


def test_an_admins_own_that_cant_be_read_is_said_with_what_to_do(campus):
    own = Conferencing(
        name="own", kind="mconf", url="https://mconf.example/x/", secret=SecretStr(MEETINGZ_SECRET)
    )
    campus.bridge.store.services.save(own, 1)
    spoil = update(ServiceRow).where(ServiceRow.name == "own").values(settings="{")
    campus.bridge.store.database.write(lambda c: c.execute(spoil))
    campus.restart()
    findings = found(campus)
    assert not findings["own"].well
    assert "conferencing add own" in findings["own"].says
    assert findings["live"].well, "it keeps no other from work"


def key_of(campus, days):
    """What it finds of the bridge's own key, were that so old."""
    made_ms = int(time.time() * 1000) - days * DAY_MS
    change = update(ToolKeyRow).values(created_ms=made_ms)
    campus.bridge.store.database.write(lambda c: c.execute(change))
    campus.restart()
    return next(one for one in examine(campus.bridge) if one.what == "key")


@pytest.mark.parametrize(("days", "says"), [(0, "0 days"), (1, "1 day"), (92, "92 days")])
def test_how_long_the_bridges_own_key_has_signed(campus, days, says):
    finding = key_of(campus, days)
    assert finding.well
    assert finding.says.endswith(f" signs, since {says}")


def test_a_rotation_that_is_overdue_is_told_of_with_what_to_do(campus):
    finding = key_of(campus, 93)
    assert not finding.well
    assert finding.says.endswith("since 93 days: it should have been followed after 90")
    assert "lti-bridge keys rotate" in finding.remedy
    campus.bridge.store.keys.follow()
    followed = next(one for one in examine(campus.bridge) if one.what == "key")
    assert followed.well
    assert followed.says.endswith("1 more published")


def test_where_keys_never_rotate_none_is_overdue(new_campus):
    campus = new_campus(top="keys = { rotate_days = 0 }")
    assert key_of(campus, 4000).well


def of_lti_1p1(campus):
    every = {one.what: one for one in examine(campus.bridge)}
    return every["LTI 1.1 of Riverbank of before"]


def test_a_platform_of_lti_1_1_is_well_where_its_key_and_hosts_are_known(new_campus):
    campus = new_campus(old_platform='hosts = ["LMS"]')
    finding = of_lti_1p1(campus)
    assert finding.well
    assert finding.says.endswith(campus.lms.issuer.removeprefix("http://"))


def test_one_without_hosts_is_told_what_that_means(new_campus):
    finding = of_lti_1p1(new_campus(old_platform=""))
    assert finding.well
    assert "hosts is empty" in finding.says


def test_one_whose_secret_cannot_be_opened_is_not_well(new_campus):
    campus = new_campus(old_platform="")
    statement = update(ConnectionRow).where(ConnectionRow.version == "1.1")
    campus.bridge.store.database.write(
        lambda c: c.execute(statement.values(shared_secret_sealed="of another key"))
    )
    finding = of_lti_1p1(campus)
    assert not finding.well
    assert finding.remedy.startswith("Start the server once")


def token_of(campus):
    (one,) = [one for one in examine(campus.bridge) if one.what == "token of Riverbank"]
    return one


def test_the_lms_gives_a_token_for_the_roster(campus):
    assert (token_of(campus).well, token_of(campus).says) == (True, "takes our signature")


def test_an_lms_that_grants_no_roster_knows_the_bridge_all_the_same(campus):
    tool = campus.lms.tools["client-1"]
    campus.lms.add_tool(replace(tool, scopes=()))
    found = token_of(campus)
    assert found.well
    assert found.says == "takes our signature, and offers no roster"


def test_an_lms_that_does_not_know_the_bridge_is_not_well_and_says_what_to_do(campus):
    campus.lms.tools.clear()
    found = token_of(campus)
    assert not found.well
    assert "refuses the bridge an access token: invalid_client" in found.says
    assert "client_id" in found.remedy


def test_an_lms_without_a_token_url_is_asked_for_none(campus):
    with campus.bridge.store.database.writing.begin() as connection:
        connection.execute(update(ConnectionRow).values(auth_token_url=None))
    assert not [one for one in examine(campus.bridge) if one.what.startswith("token of")]


def of_mail(campus):
    return next(one for one in examine(campus.bridge) if one.what == "mail")


def test_the_mail_server_is_asked_where_there_is_one(new_campus):
    with a_mailbox() as box:
        campus = new_campus(top=mail_table(box))
        finding = of_mail(campus)
        assert (finding.well, box.letters, box.lines) == (True, [], 1)
    away = of_mail(campus)
    assert not away.well
    assert "mail.host" in away.remedy


def test_without_one_nothing_is_said_of_it(campus):
    assert "mail" not in [one.what for one in examine(campus.bridge)]
