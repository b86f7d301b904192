from __future__ import annotations

import re

import pytest

from lti_bridge.conferencing.family import answers
from lti_bridge.errors import RemoteMalformed, RemoteRejected, RemoteUnavailable
from tests.unit.conferencing.services import answered, failed, ok


def read(body, status=200, kind="text/xml"):
    return answers.read(answered(body, status, kind), service="live", call="create")


def read_json(body, status=200, kind="application/json"):
    return answers.read_json(answered(body, status, kind), service="live", call="tracks")


def test_success_is_the_document_itself():
    root = read(ok("<a> 1411067830029 </a><b> true\n</b><c/><d>FALSE</d>"))
    assert answers.number(root, "a") == answers.moment(root, "a") == 1411067830029
    assert answers.flag(root, "b")
    assert answers.text(root, "c") == answers.text(root, "missing") == ""
    assert answers.number(root, "c") is None
    assert not answers.flag(root, "missing")
    assert [answers.maybe(root, name) for name in "abcd"] == [None, True, None, False]


@pytest.mark.parametrize(
    "text", ["", "-1", "1.5", "1e3", "twelve", "٣", "1" * 19, "0x10", "1_0", "<x/>"]
)
def test_what_is_no_number_is_none(text):
    assert answers.number(read(ok(f"<n>{text}</n>")), "n") is None


@pytest.mark.parametrize("text", ["", "0", "-1", "9" * 18, "253402300800000", "yesterday"])
def test_what_is_no_time_of_any_calendar_is_none(text):
    assert answers.moment(read(ok(f"<n>{text}</n>")), "n") is None


def test_unknown_elements_attributes_and_order_do_not_matter():
    root = read(
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- hello --><response script="x">'
        "<more><running>false</running></more><running>true</running><a/><a/>"
        "<returncode>\n  SUCCESS </returncode></response>"
    )
    assert answers.flag(root, "running")


@pytest.mark.parametrize("code", ["SUCCESS", "success", " Success\n"])
def test_the_returncode_may_be_written_in_small_letters(code):
    read(f"<response><returncode>{code}</returncode></response>")
    read_json(f'{{"response": {{"returncode": "{code.strip()}"}}}}')


def test_names_in_every_script_are_read():
    root = read(ok("<n>کلاس زیست‌شناسی &amp; 🎓</n>"))
    assert answers.text(root, "n") == "کلاس زیست‌شناسی & 🎓"


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8", "utf-16"])
def test_an_answer_may_come_in_another_encoding(encoding):
    body = f'<?xml version="1.0" encoding="{encoding}"?>{ok("<n>é</n>")}'.encode(encoding)
    assert answers.text(read(body), "n") == "é"
    assert answers.text(read(b"\xef\xbb\xbf" + ok("<n>é</n>").encode()), "n") == "é"


@pytest.mark.parametrize("inner", ["", "<messageKey/>", "<message>No, Ann</message>"])
def test_a_refusal_without_key_is_one_too(inner):
    with pytest.raises(RemoteRejected) as refusal:
        read(f"<response><returncode>FAILED</returncode>{inner}</response>")
    assert refusal.value.code == "failed"
    assert "Ann" not in str(refusal.value)
    assert refusal.value.remedy


def test_a_key_with_html_or_a_novel_in_it_is_cut_down():
    with pytest.raises(RemoteRejected) as refusal:
        read(failed(f"&lt;script&gt;{'x' * 500}"))
    assert re.fullmatch("[a-zA-Z/]{60}", refusal.value.code)


@pytest.mark.parametrize("code", ["", "OK", "success?"])
def test_a_returncode_that_is_neither_is_a_refusal(code):
    with pytest.raises(RemoteRejected):
        read(f"<response><returncode>{code}</returncode></response>")
    with pytest.raises(RemoteRejected):
        read_json(f'{{"response": {{"returncode": "{code}"}}}}')


BOMB = (
    '<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<response><returncode>SUCCESS</returncode><n>&b;</n></response>"
)
FILE = (
    '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    "<response><returncode>SUCCESS</returncode><n>&f;</n></response>"
)
NO_XML = [
    "",
    " ",
    "SUCCESS",
    "<html><body>Please wait</body></html>",
    "<!DOCTYPE html><html><br></html>",
    ok()[:-5],
    ok() + "more",
    ok() + ok(),
    "<response/>",
    "<response><messageKey>notFound</messageKey></response>",
    "<answer><returncode>SUCCESS</returncode></answer>",
    "<response><data><returncode>SUCCESS</returncode></data></response>",
    '<response xmlns="x"><returncode>SUCCESS</returncode></response>',
    '{"returncode": "SUCCESS"}',
    BOMB,
    FILE,
    '<!DOCTYPE response SYSTEM "http://127.0.0.1:1/x.dtd">' + ok(),
    '<?xml version="1.0" encoding="klingon"?>' + ok(),
    '<?xml version="1.0" encoding="utf-7"?>' + ok(),
    ok("<n>&undefined;</n>"),
    ok("<n>&#xD800;</n>"),
    ok("<n>\x01</n>"),
    ok("<n>\x00</n>"),
    b"\xff\xfe\x00",
    ok("<n>é</n>").encode("iso-8859-1"),
]


@pytest.mark.parametrize("body", NO_XML)
def test_what_is_no_answer_of_the_api_is_malformed(body):
    for reading in (read, read_json):
        with pytest.raises(RemoteMalformed) as failure:
            reading(body, kind="text/html; charset=utf-8")
        assert "text/html" in failure.value.message
        assert "HTTP 200" in failure.value.message


@pytest.mark.parametrize(
    "body",
    [
        "null",
        "[]",
        "{}",
        '"response"',
        "1" * 5000,
        '{"response": null}',
        '{"response": []}',
        '{"response": "SUCCESS"}',
        '{"response": {}}',
        '{"response": {"returncode": null}}',
        '{"response": {"returncode": {"SUCCESS": 1}}}',
        "[" * 100_000,
        '{"response":' * 10_000,
        b"\xff\xfe\x00\xd8",
        ok(),  # a success in XML tells nothing of what was asked
    ],
)
def test_what_is_no_json_of_the_api_is_malformed(body):
    with pytest.raises(RemoteMalformed):
        read_json(body)


def test_json_is_handed_over_as_it_is():
    body = '{"response": {"returncode": "SUCCESS", "messageKey": "noRecordings", "tracks": []}}'
    assert read_json(body)["tracks"] == []
    assert read_json(body, kind="text/plain")["messageKey"] == "noRecordings"


@pytest.mark.parametrize("key", ['"paramError"', '"<paramError>"'])
def test_a_refusal_in_json_has_its_key(key):
    body = f'{{"response": {{"returncode": "FAILED", "messageKey": {key}, "message": "Ann"}}}}'
    with pytest.raises(RemoteRejected) as refusal:
        read_json(body)
    assert refusal.value.code == "paramError"
    assert "Ann" not in str(refusal.value)


@pytest.mark.parametrize("key", ["7", "null", "[]", '{"a": 1}', '""'])
def test_a_refusal_in_json_may_lack_a_key(key):
    with pytest.raises(RemoteRejected) as refusal:
        read_json(f'{{"response": {{"returncode": "FAILED", "messageKey": {key}}}}}')
    assert refusal.value.code == "failed"


def test_where_json_is_asked_a_refusal_in_xml_is_one_too():
    with pytest.raises(RemoteRejected) as refusal:
        read_json(failed("checksumError"), kind="text/xml")
    assert refusal.value.code == "checksumError"
    with pytest.raises(RemoteUnavailable):
        read_json('{"response": {"returncode": "SUCCESS"}}', status=500)


def test_a_deep_document_breaks_nothing():
    assert read(ok("<a>" * 100_000 + "</a>" * 100_000)) is not None


def test_a_content_type_is_repeated_only_in_part_and_may_be_missing():
    with pytest.raises(RemoteMalformed, match="no content type"):
        read("", kind="")
    with pytest.raises(RemoteMalformed) as failure:
        read("", kind="text/<script>" + "x" * 500)
    assert "<" not in failure.value.message
    assert len(failure.value.message) < 250


def test_a_word_of_a_json_answer_is_text_that_utf_8_can_hold():
    assert answers.word("فا") == "فا"
    assert answers.word("a\ud800b") == "a?b"
    for other in (None, 1, [], {"a": 1}, True):
        assert answers.word(other) == ""
