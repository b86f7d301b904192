"""A launch by a client that nobody here wrote, with its own rules for cookies and forms."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import requests


def test_a_launch_by_requests_with_its_own_cookie_jar(campus):
    link = campus.link("window")
    with requests.Session() as session:
        login = session.get(
            f"{campus.url}/lti/login",
            params=campus.lms.login_parameters(campus.student, link),
            allow_redirects=False,
            timeout=10,
        )
        form = campus.lms.launch_form(campus.student, link, login.headers["Location"])
        launch = session.post(
            f"{campus.url}/lti/launch", data=form, allow_redirects=False, timeout=10
        )
        assert launch.status_code == 303
        joined = dict(parse_qsl(urlsplit(launch.headers["Location"]).query))
        assert joined["userID"]
        in_class = session.get(launch.headers["Location"], timeout=10)
        assert in_class.status_code == 200
    assert campus.meetingz.meetings[joined["meetingID"]].participants
