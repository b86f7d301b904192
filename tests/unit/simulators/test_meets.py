"""The simulated MEETS against its manual, over real sockets."""

import base64
import http.client
import json
from urllib.parse import quote

import pytest

from lti_bridge.simulators.meets import create_meets
from lti_bridge.simulators.serving import Server

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
COURSE = "/api/v1/from_lti_id_context"
USER = "/api/v1/from_lti_id_user"


@pytest.fixture
def meets():
    return create_meets()


@pytest.fixture
def server(meets):
    with Server(meets) as server:
        yield server


def send(server, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


def ask(server, method, path, body=None, headers=None):
    status, _, raw = send(server, method, path, body, headers)
    answer = json.loads(raw)
    assert answer.pop("status") == status
    return status, answer


def get(server, path, headers=None, **given):
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in given.items())
    return ask(server, "GET", f"{path}?{query}", headers=headers)


def post(server, path, **given):
    body = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in given.items())
    return ask(server, "POST", path, body, FORM)


def test_identifiers_become_numbers_by_get_and_by_post(meets, server):
    course = meets.add_course(1, "tLr83M1d")
    user = meets.add_user(1, "XjQ35e42")
    expected = (200, {"meetsIdCourse": course}), (200, {"meetsIdUser": user})
    for call in (get, post):
        assert call(server, COURSE, meetsIdConnection=1, ltiIdContext="tLr83M1d") == expected[0]
        assert call(server, USER, meetsIdConnection=1, ltiIdUser="XjQ35e42") == expected[1]
    assert meets.calls == {"from_lti_id_context": 2, "from_lti_id_user": 2}


def test_an_identifier_keeps_its_number_and_connections_are_apart(meets):
    first = meets.add_user(1, "u")
    assert meets.add_user(1, "u") == first
    assert meets.add_user(2, "u") != first
    assert meets.add_user(1, "U") != first


def test_answers_are_unformatted_json(meets, server):
    meets.add_course(1, "c")
    status, headers, body = send(server, "GET", f"{COURSE}?meetsIdConnection=1&ltiIdContext=c")
    assert (status, dict(headers)["Content-Type"]) == (200, "application/json")
    assert b" " not in body


def test_unknown_identifiers_are_404_with_an_error(server):
    status, answer = get(server, USER, meetsIdConnection=1, ltiIdUser="nobody")
    assert (status, answer) == (404, {"error": 'User with LTI user ID "nobody" not found'})
    assert get(server, COURSE, meetsIdConnection=1, ltiIdContext="none")[0] == 404


def test_an_unknown_connection_is_404_also_when_learning(meets, server):
    for meets.learn in (False, True):
        status, answer = get(server, USER, meetsIdConnection=9, ltiIdUser="u")
        assert (status, answer["error"]) == (404, 'Connection with ID "9" not found')
    meets.add_connection(9)
    assert get(server, USER, meetsIdConnection=9, ltiIdUser="u")[0] == 200


def test_learning_makes_numbers_up_and_keeps_them():
    with Server(create_meets(learn=True, connections=(7,))) as server:
        found = [
            get(server, USER, meetsIdConnection=7, ltiIdUser=name)[1]["meetsIdUser"]
            for name in ("a", "b", "a")
        ]
        assert found == [1, 2, 1]


@pytest.mark.parametrize("missing", ["meetsIdConnection", "ltiIdUser"])
@pytest.mark.parametrize("call", [get, post])
def test_a_required_parameter_that_is_missing_or_empty_is_400(server, call, missing):
    given = {"meetsIdConnection": "1", "ltiIdUser": "u"}
    expected = (400, {"error": f'Missing required parameter "{missing}"'})
    assert call(server, USER, **{**given, missing: ""}) == expected
    assert call(server, USER, **{k: v for k, v in given.items() if k != missing}) == expected


@pytest.mark.parametrize("connection", ["x", "1.0", "-1", "１", "1 "])
def test_a_connection_that_is_no_number_is_400(server, connection):
    assert get(server, USER, meetsIdConnection=connection, ltiIdUser="u")[0] == 400


@pytest.mark.parametrize(("call", "limit"), [(get, 512), (post, 4096)])
@pytest.mark.parametrize("letter", ["x", "é", "/"])
def test_values_over_the_limit_are_ignored_counted_decoded(meets, server, call, limit, letter):
    longest = letter * (limit // len(letter.encode()))
    meets.add_user(1, longest)
    assert call(server, USER, meetsIdConnection=1, ltiIdUser=longest)[0] == 200
    status, answer = call(server, USER, meetsIdConnection=1, ltiIdUser=longest + "x")
    assert (status, answer["error"]) == (400, 'Missing required parameter "ltiIdUser"')


def test_a_plus_is_a_plus_and_a_space_is_percent_encoded(meets, server):
    plus, space = meets.add_user(1, "a+b"), meets.add_user(1, "a b")
    path = f"{USER}?meetsIdConnection=1&ltiIdUser="
    assert ask(server, "GET", f"{path}a+b")[1] == {"meetsIdUser": plus}
    assert ask(server, "GET", f"{path}a%2Bb")[1] == {"meetsIdUser": plus}
    assert ask(server, "GET", f"{path}a%20b")[1] == {"meetsIdUser": space}
    body = "meetsIdConnection=1&ltiIdUser=a+b"
    assert ask(server, "POST", USER, body, FORM)[1] == {"meetsIdUser": plus}


def test_identifiers_of_any_characters_come_through(meets, server):
    odd = "&=?#%/ '\"<é>\u202eعلی😀+\n"
    number = meets.add_course(2, odd)
    for call in (get, post):
        found = call(server, COURSE, meetsIdConnection=2, ltiIdContext=odd)
        assert found == (200, {"meetsIdCourse": number})


@pytest.mark.parametrize("value", ["%", "%4", "%zz", "a%", '"', "<", "[", "|", "%FF", "%C3"])
def test_values_not_encoded_by_rfc_3986_are_400(server, value):
    query = f"meetsIdConnection=1&ltiIdUser={value}"
    assert ask(server, "GET", f"{USER}?{query}")[0] == 400
    assert ask(server, "POST", USER, query, FORM)[0] == 400


def test_a_repeated_parameter_is_400(server):
    query = "meetsIdConnection=1&ltiIdUser=a&ltiIdUser=b"
    assert ask(server, "GET", f"{USER}?{query}")[0] == 400


def test_a_post_reads_its_body_and_not_its_url(meets, server):
    meets.add_user(1, "u")
    path = f"{USER}?meetsIdConnection=1&ltiIdUser=u"
    assert ask(server, "POST", path, "", FORM)[0] == 400


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", ""])
def test_a_post_of_another_content_type_is_415(server, kind):
    body = "meetsIdConnection=1&ltiIdUser=u"
    assert ask(server, "POST", USER, body, {"Content-Type": kind})[0] == 415


def test_a_charset_behind_the_content_type_is_fine(meets, server):
    meets.add_user(1, "u")
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    body = "meetsIdConnection=1&ltiIdUser=u"
    assert ask(server, "POST", USER, body, headers)[0] == 200


def test_other_methods_are_405(server):
    assert ask(server, "PUT", USER, "", FORM)[0] == 405


@pytest.mark.parametrize(
    "path", ["/api/v1/list_meetings", "/api/v1/", "/api/v1", "/from_lti_id_user", f"{USER}/x"]
)
def test_other_functions_are_404(meets, server, path):
    assert ask(server, "GET", path)[0] == 404
    assert not meets.calls


def basic(pair):
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def test_basic_authentication_is_required_when_set():
    meets = create_meets(username="api", password="pässword", learn=True)
    with Server(meets) as server:
        path = f"{USER}?meetsIdConnection=1&ltiIdUser=u"
        assert ask(server, "GET", path, headers=basic("api:pässword"))[0] == 200
        for headers in ({}, basic("api:wrong"), basic("ape:pässword"), {"Authorization": "x"}):
            status, sent, _ = send(server, "GET", path, headers=headers)
            assert (status, dict(sent)["WWW-Authenticate"]) == (401, 'Basic realm="MEETS"')
        assert meets.calls["from_lti_id_user"] == 1


def test_a_header_is_required_when_set():
    with Server(create_meets(header=("X-Api-Key", "k3y"), learn=True)) as server:
        given = {"meetsIdConnection": 1, "ltiIdUser": "u"}
        assert get(server, USER, {"x-api-key": "k3y"}, **given)[0] == 200
        assert get(server, USER, {"X-Api-Key": "key"}, **given)[0] == 401
        assert "WWW-Authenticate" not in dict(send(server, "GET", USER)[1])


def test_a_query_parameter_is_required_when_set_also_by_post():
    with Server(create_meets(param=("token", "t+k"), learn=True)) as server:
        given = {"meetsIdConnection": 1, "ltiIdUser": "u"}
        assert get(server, USER, **given, token="t+k")[0] == 200
        assert get(server, USER, **given, token="other")[0] == 401
        assert get(server, USER, **given)[0] == 401
        assert post(server, f"{USER}?token=t%2Bk", **given)[0] == 200
        assert post(server, USER, **given, token="t+k")[0] == 401


def test_the_credentials_come_before_the_function():
    with Server(create_meets(username="a", password="b")) as server:
        assert ask(server, "GET", "/api/v1/list_users")[0] == 401


def test_the_base_is_free_and_its_url_is_told():
    meets = create_meets(base="/deep/er/", learn=True)
    with Server(meets) as server:
        assert meets.url_for(server) == f"{server.url}/deep/er"
        assert (
            get(server, "/deep/er/from_lti_id_user", meetsIdConnection=1, ltiIdUser="u")[0] == 200
        )


def test_the_rare_error_that_is_not_json(meets, server):
    meets.faults.set("500")
    status, _, body = send(server, "GET", USER)
    assert status == 500
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    assert meets.faults.count("/from_lti_id_user") == 1
