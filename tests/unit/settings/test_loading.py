"""Right settings files, and wrong ones with the exact line that tells of each mistake."""

import pytest
from pydantic import SecretStr

from lti_bridge.errors import SettingsError
from lti_bridge.settings import Conferencing, load
from tests.unit.settings.files import (
    CONTRACT,
    ENGAGEMENT,
    KEY,
    LIVE,
    MEETS,
    MOODLE,
    OTHER_KEY,
    SAKAI,
    SECURITY,
    TOP,
    WEBINARS,
    mistakes,
    written,
)

ALLOW_HTTP = "[security]\nallow_http = true\n"
ALLOW_PRIVATE = "[security]\nallow_private_networks = true\n"

_PUBLIC = 'give the address browsers reach the bridge at, such as "https://bridge.example.edu"'
_SIGNING = 'give 32 or more random characters, such as "openssl rand -base64 48" prints'
_DATABASE = (
    'give "sqlite:///path/to/bridge.db" or "postgresql+psycopg://user:password@host/database"'
)
_HTTP = "is plain http; give an https URL, or set security.allow_http = true (development only)"
_PRIVATE = (
    "is on a loopback or private address; give a public one,"
    " or set security.allow_private_networks = true (development only)"
)
_CHECKSUM = 'give "sha1", "sha256", "sha384" or "sha512"'
_SERVICE_URL = 'give the service\'s address, such as "https://api.meetingz.ir/KEY/"'
_ZONE = (
    "give the account's time zone in Onstream's codes,"
    ' such as "UTC", "UP1" (UTC+1) or "UM5" (UTC-5)'
)
_HEADERS = 'give fixed headers, such as { X-Api-Key = "value" }'


def changed(text, *changes):
    """The text with each (old, new) replaced; an old that isn't there is a mistake of the test."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def with_key(key):
    return changed(TOP, (KEY, key))


def meets(line):
    return TOP + "[meets]\nurl = 'https://client.meets.example/api'\n" + line


WRONG = [
    # The file as a whole
    ("public_url = \n", "line 1, column 14: is not TOML (Invalid value); write each line as key = \"text\""),
    ("[security", "end of document: is not TOML (Expected ']' at the end of a table declaration); write each line as key = \"text\""),
    ("a = " + "[" * 5000, "file: is nested too deeply; write each table only once"),
    ("a = " + "1" * 5000, "file: can't be read; give the path of a TOML file"),
    # Keys that are missing or unknown
    (changed(TOP, ("public_url ", "# ")), f"public_url: is missing; {_PUBLIC}"),
    (changed(TOP, ("database_url ", "# ")), f"database_url: is missing; {_DATABASE}"),
    (changed(TOP, ("secret_key ", "# ")), f"secret_key: is missing; {_SIGNING}"),
    ("puplic_url = 1\n" + TOP, "puplic_url: is not a key of the settings; did you mean public_url?"),
    ("zebra = 1\n" + TOP, "zebra: is not a key of the settings; the keys here are: public_url, database_url, secret_key, redis_url, security, meets, conferencing, engagement, platform, sso, mail, keys, slides, contact, retention"),
    ("allow_http = true\n" + TOP, "allow_http: is not a key of the settings; it belongs in [security]"),
    ("consumer_key = 'x'\n" + TOP, "consumer_key: is not a key of the settings; it belongs in [[platform]]"),
    (TOP + "[security]\nredis_url = 'redis://h'\n", "security.redis_url: is not a key of the settings; it belongs above the first [table]"),
    (TOP + LIVE + "checksm = 'sha1'\n", "conferencing[0].checksm: is not a key of the settings; did you mean checksum?"),
    ('"a\\nb" = 1\n' + TOP, '"a\\nb": is not a key of the settings; the keys here are: public_url, database_url, secret_key, redis_url, security, meets, conferencing, engagement, platform, sso, mail, keys, slides, contact, retention'),
    # Wrong types
    (changed(TOP, ('"https://bridge.example.edu"', "7")), f"public_url: is a number, not text; {_PUBLIC}"),
    (changed(TOP, (f'"{KEY}"', "true")), f"secret_key: is true or false, not a list; {_SIGNING}"),
    (changed(TOP, (f'"{KEY}"', f'["{KEY}", 2.5]')), f"secret_key[1]: is a number, not text; {_SIGNING}"),
    (TOP + "[security]\nallow_http = 'yes'\n", "security.allow_http: is text, not true or false; give true or false"),
    (TOP + "[retention]\nlaunches_days = 1979-05-27\n", "retention.launches_days: is a date or time, not a whole number; give a number of days from 1 to 3650"),
    (TOP + "[retention]\nlaunches_days = 0\n", "retention.launches_days: is too small; give a number of days from 1 to 3650"),
    (TOP + "[retention]\nlaunches_days = 3651\n", "retention.launches_days: is too large; give a number of days from 1 to 3650"),
    (TOP + "[retention]\nclaims_days = 31\n", "retention.claims_days: is more than launches_days (30); give that many or fewer: claims go with their launch"),
    (TOP + "[retention]\nlaunches_days = 5\nclaims_days = 6\n", "retention.claims_days: is more than launches_days (5); give that many or fewer: claims go with their launch"),
    (TOP + "[retention]\nleft_days = -1\n", "retention.left_days: is too small; give a number of days from 1 to 3650, or 0 for ever"),
    (TOP + "[contact]\nemail = 'A <a@example.edu>'\n", 'contact.email: is not an address of e-mail; give an address of e-mail, such as "privacy@example.edu"'),
    (TOP + "[contact]\nurl = 'javascript:alert(1)'\n", 'contact.url: is not an http or https URL; give a page, such as "https://www.example.edu/privacy"'),
    (TOP + "[retention]\nclaims_days = -1\n", "retention.claims_days: is too small; give a number of days from 0 (none are kept) to launches_days"),
    ("meets = 'https://x.example'\n" + TOP, "meets: is text, not a table; give its keys below a line [meets]"),
    (TOP + "[conferencing]\nname = 'live'\n", "conferencing: is a table, not a list; give the keys of each service below a line [[conferencing]]"),
    ("platform = [1]\n" + TOP, "platform[0]: is a number, not a table; give the keys of each LMS below a line [[platform]]"),
    (changed(TOP + LIVE + MOODLE, ('["1"]', '"1"')), 'platform[0].deployment_ids: is text, not a list; give the deployment IDs as a list of texts, such as ["1"]'),
    (changed(TOP + LIVE + MOODLE, ('["1"]', "[1]")), 'platform[0].deployment_ids[0]: is a number, not text; give the deployment IDs as a list of texts, such as ["1"]'),
    (changed(TOP + LIVE + MOODLE, ('"1.3"', "1.3")), 'platform[0].version: is a number, not text; give "1.1" or "1.3"'),
    (changed(TOP + LIVE + MOODLE, ("connection = 1", "connection = 0")), "platform[0].meets_connection: is too small; give the meetsIdConnection of this LMS, a whole number from 1 up"),
    # Choices
    (changed(TOP + LIVE, ('"meetingz"', '"Meetings"')), 'conferencing[0].kind: is none of its values; did you mean "meetingz"?'),
    (TOP + LIVE + "checksum = 'md5'\n", f"conferencing[0].checksum: is none of its values; {_CHECKSUM}"),
    (changed(TOP + LIVE + MOODLE, ('"Moodle"', '"moodle"')), 'platform[0].type: is none of its values; did you mean "Moodle"?'),
    (meets("unknown = 'ask'\n"), 'meets.unknown: is none of its values; give "pending" or "refuse"'),
    # The signing key
    (with_key("short"), f"secret_key: is shorter than 32 characters; {_SIGNING}"),
    (with_key(""), f"secret_key: is empty; {_SIGNING}"),
    (with_key("at least 32 characters, says the example"), f"secret_key: looks like a placeholder, not like a secret; {_SIGNING}"),
    (with_key("change-me-change-me-change-me-now-please"), f"secret_key: looks like a placeholder, not like a secret; {_SIGNING}"),
    (with_key("x" * 40), f"secret_key: follows a pattern that can be guessed; {_SIGNING}"),
    (with_key("abcacbbcabacabcbacbabcacbabcbacbacba"), f"secret_key: follows a pattern that can be guessed; {_SIGNING}"),
    (with_key("0123456789abcdef" * 2), f"secret_key: follows a pattern that can be guessed; {_SIGNING}"),
    (with_key("abcdefghijklmnopqrstuvwxyz0123456789"), f"secret_key: follows a pattern that can be guessed; {_SIGNING}"),
    (changed(TOP, (f'"{KEY}"', "[]")), f"secret_key: is empty; {_SIGNING}"),
    (changed(TOP, (f'"{KEY}"', f'["{KEY}", "x"]')), f"secret_key[1]: is shorter than 32 characters; {_SIGNING}"),
    (with_key("development-only key, good on loopback"), "secret_key: is the development key, which everybody knows; give one of your own; this one is only for a public_url on loopback"),
    # public_url
    (changed(TOP, ("https://bridge", "ftp://bridge")), f"public_url: is not an http or https URL; {_PUBLIC}"),
    (changed(TOP, ("https://bridge", "http://bridge")), f"public_url: {_HTTP}"),
    (changed(TOP, ("https://bridge", "https://me:pw@bridge")), "public_url: holds a user name or password; give the URL without them"),
    (changed(TOP, ("edu\"", "edu/lti\"")), "public_url: has a path, query or fragment; give only scheme://host[:port]"),
    (changed(TOP, ("edu\"", "edu?a=1\"")), "public_url: has a path, query or fragment; give only scheme://host[:port]"),
    (changed(TOP, ("edu\"", "edu:port\"")), f"public_url: is not a URL; {_PUBLIC}"),
    (changed(TOP, ("edu\"", "edu:0\"")), f"public_url: names no host that can be reached; {_PUBLIC}"),
    (changed(TOP, ("https://bridge.example.edu", "https://")), f"public_url: names no host that can be reached; {_PUBLIC}"),
    (changed(TOP, ("https://bridge.example.edu", "https://[::zz]")), f"public_url: is not a URL; {_PUBLIC}"),
    (changed(TOP, ("https://bridge", "https://b ridge")), "public_url: holds blanks or control characters; take them away"),
    # Databases
    (changed(TOP, ("sqlite:///var/bridge.db", "sqlite://")), 'database_url: names no file that lasts; give "sqlite:///" and the path of the file'),
    (changed(TOP, ("sqlite:///var/bridge.db", "sqlite:///:memory:")), 'database_url: names no file that lasts; give "sqlite:///" and the path of the file'),
    (changed(TOP, ("sqlite:///var/bridge.db", "postgres://me@host/db")), f"database_url: is not an address of SQLite or PostgreSQL that the bridge can use; {_DATABASE}"),
    (changed(TOP, ("sqlite:///var/bridge.db", "postgresql+psycopg://me:p@ss@host/db")), "database_url: can't be read as user:password@host/database; write @, /, : and ? in a password as %40, %2F, %3A and %3F"),
    ("redis_url = '127.0.0.1:6379'\n" + TOP, 'redis_url: is not the address of a Redis server; give "redis://host:6379/0", or leave it out'),
    # Services
    (changed(TOP + LIVE, ("KEY/", "KEY/?a=b")), "conferencing[0].url: has a query or fragment; give it only up to the path"),
    (changed(TOP + LIVE, ("https://api", "http://api")), f"conferencing[0].url: {_HTTP}"),
    (changed(TOP + LIVE, ("api.meetingz.ir", "10.1.2.3")), f"conferencing[0].url: {_PRIVATE}"),
    (changed(TOP + LIVE, ("api.meetingz.ir", "localhost:8080")), f"conferencing[0].url: {_PRIVATE}"),
    (changed(TOP + LIVE, ("api.meetingz.ir", "127.1")), f"conferencing[0].url: {_PRIVATE}"),
    (changed(TOP + LIVE, ("api.meetingz.ir", "[::ffff:192.168.0.1]")), f"conferencing[0].url: {_PRIVATE}"),
    (changed(TOP + LIVE, ("api.meetingz.ir", "[fe80::1]")), f"conferencing[0].url: {_PRIVATE}"),
    (changed(TOP + LIVE, ("api.meetingz.ir", "169.254.169.254")), f"conferencing[0].url: {_PRIVATE}"),
    (changed(TOP + LIVE, ("https://api.meetingz.ir/KEY/", "api.meetingz.ir")), f"conferencing[0].url: is not an http or https URL; {_SERVICE_URL}"),
    (changed(TOP + LIVE, ("secret  ", "# ")), 'conferencing[0].secret: is missing with kind = "meetingz"; give the secret shared with the service, which signs the calls'),
    (changed(TOP + LIVE, ("639259d4-9dd8-4b25-bf01-95f9567eaf4b", "…")), "conferencing[0].secret: is still the example's placeholder; give the secret shared with the service, which signs the calls"),
    (TOP + LIVE + "timezone = 'UP1'\n", 'conferencing[0].timezone: is not used with kind = "meetingz"; take it out'),
    (changed(TOP + WEBINARS, ("username", "# ")), 'conferencing[0].username: is missing with kind = "onstream"; give the account\'s user name'),
    (changed(TOP + WEBINARS, ("password", "# ")), 'conferencing[0].password: is missing with kind = "onstream"; give the account\'s password'),
    (TOP + WEBINARS + "secret = 'sesame'\n", 'conferencing[0].secret: is not used with kind = "onstream"; take it out'),
    (changed(TOP + WEBINARS, ("UP1", "Europe/Paris")), f"conferencing[0].timezone: is not a time zone of Onstream; {_ZONE}"),
    (changed(TOP + WEBINARS, ("UP1", "up1")), 'conferencing[0].timezone: is not a time zone of Onstream; did you mean "UP1"?'),
    (TOP + LIVE + changed(WEBINARS, ('"webinars"', '"live"')), "conferencing[1].name: is the same as in conferencing[0]; give each its own"),
    (changed(TOP + ENGAGEMENT, ("account", "# ")), 'engagement.account: is missing; give the organisation account\'s name, such as "companyname"'),
    (changed(TOP + ENGAGEMENT, ("https://meet", "http://meet")), f"engagement.url: {_HTTP}"),
    # MEETS
    (meets("username = 'me'\n"), "meets.password: is missing beside username; give both or neither"),
    (meets("password = 'sesame'\n"), "meets.username: is missing beside password; give both or neither"),
    (meets("username = 'm:e'\npassword = 'sesame'\n"), "meets.username: has a colon in it; HTTP Basic allows none in a user name"),
    (meets("headers = { 'X Key' = 'sesame' }\n"), 'meets.headers."X Key": is not a header\'s name; use letters, digits and hyphens, such as X-Api-Key'),
    (meets("headers = { X-Key = '' }\n"), f"meets.headers.X-Key: is empty; {_HEADERS}"),
    (meets('headers = { X-Key = "a\\r\\nb" }\n'), "meets.headers.X-Key: holds line breaks or control characters; write it as one plain line"),
    (meets("headers = 'X-Key: a'\n"), f"meets.headers: is text, not a table; {_HEADERS}"),
    (meets("params = { '[key]' = '' }\n"), 'meets.params."[key]": is empty; give fixed query parameters, such as { key = "value" }'),
    (changed(TOP + MEETS, ("client.meets.example", "me:pw@client.meets.example")), "meets.url: holds a user name or password; give the URL without them"),
    # Platforms
    (changed(TOP + LIVE + MOODLE, ('conferencing     = "live"', 'conferencing = "alive"')), 'platform[0].conferencing: names no conferencing service; the names there are: "live"'),
    (TOP + SAKAI, "platform[0].conferencing: names no conferencing service; add a [[conferencing]] table"),
    (changed(TOP + LIVE + MOODLE, ("issuer", "# ")), 'platform[0].issuer: is missing with version = "1.3"; give the issuer (platform ID) exactly as the LMS shows it, such as "https://moodle.example.edu"'),
    (changed(TOP + LIVE + MOODLE, ("key_set_url", "# ")), 'platform[0].key_set_url: is missing with version = "1.3"; give the LMS\'s public key set (JWKS) URL'),
    (changed(TOP + LIVE + MOODLE, ('"https://moodle.example.edu"', '"moodle.example.edu"')), 'platform[0].issuer: is not an http or https URL; give the issuer (platform ID) exactly as the LMS shows it, such as "https://moodle.example.edu"'),
    (changed(TOP + LIVE + MOODLE, ('"https://moodle.example.edu"', '"http://moodle.example.edu"')), f"platform[0].issuer: {_HTTP}"),
    (changed(TOP + LIVE + MOODLE, ('"https://moodle.example.edu"', '"https://moodle.example.edu#x"')), "platform[0].issuer: has a query or fragment; copy it from the LMS exactly as it stands there"),
    (changed(TOP + LIVE + MOODLE, ("https://moodle.example.edu/mod/lti/certs.php", "https://127.0.0.1/certs")), f"platform[0].key_set_url: {_PRIVATE}"),
    (changed(TOP + LIVE + MOODLE, ("auth.php", "auth.php#x")), "platform[0].auth_login_url: has a fragment; give it without # and what follows"),
    (changed(TOP + LIVE + MOODLE, ('"AbC123"', '" AbC123"')), "platform[0].client_id: has blanks around it; take them away"),
    (changed(TOP + LIVE + MOODLE, ('"AbC123"', f'"{"a" * 256}"')), "platform[0].client_id: is longer than 255 characters; shorten it"),
    (changed(TOP + LIVE + MOODLE, ('"Campus Moodle"', '"Campus\\u0007Moodle"')), "platform[0].name: holds line breaks or control characters; write it as one plain line"),
    (TOP + LIVE + MOODLE + "shared_secret = 'sesame'\n", 'platform[0].shared_secret: is not used with version = "1.3"; take it out'),
    (changed(TOP + LIVE + SAKAI, ("shared_secret", "# ")), 'platform[0].shared_secret: is missing with version = "1.1"; give the LTI 1.1 shared secret set in the LMS'),
    (changed(TOP + LIVE + SAKAI, ('"sakai"', '""')), "platform[0].consumer_key: is empty; give the LTI 1.1 consumer key set in the LMS"),
    (TOP + LIVE + SAKAI + "issuer = 'https://sakai.example.edu'\n", 'platform[0].issuer: is not used with version = "1.1"; take it out'),
    (TOP + LIVE + MOODLE + changed(SAKAI, ("Old Sakai", "Campus Moodle")), "platform[1].name: is the same as in platform[0]; give each its own"),
    (TOP + LIVE + MOODLE + changed(MOODLE, ("Campus Moodle", "Other Moodle")), "platform[1].client_id: is, with issuer, the same as in platform[0]; give each its own"),
    (TOP + LIVE + SAKAI + changed(SAKAI, ("Old Sakai", "Older Sakai")), "platform[1].consumer_key: is the same as in platform[0]; give each its own"),
    (TOP + LIVE + MOODLE + "hosts = ['lms.example.edu:0']\n", "platform[0].hosts[0]: is not a host name; give the bare name, such as lms.example.edu"),
    (TOP + LIVE + MOODLE + "hosts = ['lms.example.edu:x']\n", "platform[0].hosts[0]: is not a host name; give the bare name, such as lms.example.edu"),
    (TOP + LIVE + MOODLE + "hosts = ['::1:80:x']\n", "platform[0].hosts[0]: is not a host name; give the bare name, such as lms.example.edu"),
    (TOP + LIVE + MOODLE + "hosts = ['https://lms.example.edu']\n", "platform[0].hosts[0]: is not a host name; give the bare name, such as lms.example.edu"),
    (TOP + LIVE + MOODLE + "roles = { 'a role' = 'moderator' }\n", 'platform[0].roles."a role": is not a role; use a role\'s name, such as Instructor, or its whole URI as key'),
    (TOP + LIVE + MOODLE + "roles = { Instrutor = 'moderator' }\n", "platform[0].roles.Instrutor: is not a role; did you mean Instructor?"),
    (TOP + LIVE + MOODLE + "roles = { Mentor = 'host' }\n", 'platform[0].roles.Mentor: is none of its values; give changes of roles, such as { Mentor = "moderator" }'),
    (TOP + LIVE + MOODLE + "new_deployments = 'never'\n", 'platform[0].new_deployments: is none of its values; give "queue" or "allow"'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line"), WRONG, ids=[f"{n}-{line[:40]}" for n, (_, line) in enumerate(WRONG)]
)
def test_a_mistake_is_one_line_naming_file_key_wrong_and_right(tmp_path, text, line):
    assert mistakes(tmp_path, text) == [f"bridge.toml: {line}"]


def test_the_contracts_example_loads(tmp_path):
    settings = load(written(tmp_path, CONTRACT), {})

    assert settings.public_url == "https://bridge.example.edu"
    assert settings.database_url.get_secret_value() == "sqlite:///var/bridge.db"
    assert [key.get_secret_value() for key in settings.secret_key] == [KEY]
    assert settings.redis_url == SecretStr("redis://127.0.0.1:6379/0")
    assert (settings.security.allow_http, settings.security.allow_private_networks) == (
        False,
        False,
    )
    assert settings.meets is not None
    assert settings.meets.url == "https://client.meets.example/api/v1"
    assert (settings.meets.username, settings.meets.unknown) == ("", "pending")
    live, webinars = settings.conferencing
    assert (live.name, live.kind, live.url) == ("live", "meetingz", "https://api.meetingz.ir/KEY/")
    assert live.secret == SecretStr("639259d4-9dd8-4b25-bf01-95f9567eaf4b")
    assert (webinars.username, webinars.timezone) == ("johndoe", "UP1")
    assert settings.engagement is not None
    assert settings.engagement.account == "companyname"
    moodle, sakai = settings.platform
    assert (moodle.version, moodle.deployment_ids) == ("1.3", ("1",))
    assert moodle.auth_audience == "https://api.brightspace.com/auth/token"
    assert (moodle.hosts, dict(moodle.roles), moodle.new_deployments) == ((), {}, "queue")
    assert (sakai.consumer_key, sakai.shared_secret) == ("sakai", SecretStr("sakai-shared"))
    assert settings.retention.launches_days == 30


def test_three_keys_are_enough(tmp_path):
    settings = load(written(tmp_path, TOP), {})
    assert settings.meets is None
    assert settings.engagement is None
    assert settings.redis_url is None
    assert settings.conferencing == ()
    assert settings.platform == ()


def test_all_mistakes_are_told_at_once_in_the_order_of_the_settings(tmp_path):
    text = changed(CONTRACT, ("https://bridge", "http://bridge"), ("UP1", "UP0"), ("AbC123", ""))
    lines = mistakes(tmp_path, text + "launches = 1\n", {"LTI_BRIDGE_NOTHING": "1"})
    assert [line.split(": ")[1] for line in lines] == [
        "public_url",
        "conferencing[1].timezone",
        "platform[0].client_id",
        "platform[1].launches",
        "LTI_BRIDGE_NOTHING",
    ]


def test_one_url_may_have_several_mistakes(tmp_path):
    text = changed(TOP + LIVE, ("https://api.meetingz.ir", "http://me:pw@127.0.0.1"))
    assert mistakes(tmp_path, text) == [
        "bridge.toml: conferencing[0].url: holds a user name or password; give the URL without them",
        f"bridge.toml: conferencing[0].url: {_HTTP}",
        f"bridge.toml: conferencing[0].url: {_PRIVATE}",
    ]


@pytest.mark.parametrize("kind", ["meetingz", "mconf", "bigbluebutton"])
def test_the_checksum_is_by_kind_unless_given(tmp_path, kind):
    text = changed(TOP + LIVE, ('"meetingz"', f'"{kind}"'))
    usual = {"meetingz": "sha1", "mconf": "sha1", "bigbluebutton": "sha256"}[kind]
    assert load(written(tmp_path, text), {}).conferencing[0].checksum == usual
    text += "checksum = 'sha512'\n"
    assert load(written(tmp_path, text), {}).conferencing[0].checksum == "sha512"


def test_a_table_of_another_kind_has_no_checksum_mistake_of_its_own(tmp_path):
    text = changed(TOP + LIVE, ('"meetingz"', '"zoom"'))
    assert [line.split(": ")[1] for line in mistakes(tmp_path, text)] == ["conferencing[0].kind"]


def test_plain_http_is_let_through_where_the_settings_say_so(tmp_path):
    text = changed(
        TOP + ALLOW_HTTP + LIVE, ("https://bridge", "http://bridge"), ("https://api", "http://api")
    )
    assert load(written(tmp_path, text), {}).public_url == "http://bridge.example.edu"


def test_private_addresses_are_let_through_where_the_settings_say_so(tmp_path):
    text = changed(TOP + ALLOW_PRIVATE + LIVE, ("api.meetingz.ir", "[::1]:8443"))
    assert load(written(tmp_path, text), {}).conferencing[0].url == "https://[::1]:8443/KEY/"


@pytest.mark.parametrize("address", ["8.8.8.8", "[2001:4860:4860::8888]", "localhost.example.edu"])
def test_public_addresses_need_no_leave(tmp_path, address):
    text = changed(TOP + LIVE, ("api.meetingz.ir", address))
    assert load(written(tmp_path, text), {}).conferencing[0].url == f"https://{address}/KEY/"


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "bridge.localhost"])
def test_the_development_key_is_good_on_loopback(tmp_path, host):
    text = changed(with_key("development-only key, good on loopback"), ("bridge.example.edu", host))
    assert load(written(tmp_path, text), {}).public_url == f"https://{host}"


def test_the_development_key_is_found_in_a_list_too(tmp_path):
    text = changed(TOP, (f'"{KEY}"', f'["{KEY}", "development-only key, good on loopback"]'))
    assert [line.split(": ")[1] for line in mistakes(tmp_path, text)] == ["secret_key[1]"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://bridge.example.edu/", "https://bridge.example.edu"),
        ("HTTPS://Bridge.Example.EDU:443", "https://bridge.example.edu"),
        ("https://bridge.example.edu:8443", "https://bridge.example.edu:8443"),
        ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]"),
    ],
)
def test_public_url_is_kept_as_browsers_write_origins(tmp_path, given, kept):
    text = changed(TOP, ("https://bridge.example.edu", given))
    assert load(written(tmp_path, text), {}).public_url == kept


def test_slashes_are_added_to_a_conferencing_url_and_taken_from_the_others(tmp_path):
    text = changed(CONTRACT, ("KEY/", "KEY"), ("api/v1", "api/v1/"), ("1.0/rest", "1.0/rest/"))
    settings = load(written(tmp_path, text), {})
    assert settings.conferencing[0].url == "https://api.meetingz.ir/KEY/"
    assert settings.meets is not None
    assert settings.meets.url == "https://client.meets.example/api/v1"
    assert settings.engagement is not None
    assert settings.engagement.url == "https://meetandengage.com/api/1.0/rest"


@pytest.mark.parametrize(
    "issuer", ["https://Moodle.example.edu/", "https://moodle.example.edu:443"]
)
def test_an_issuer_is_never_changed(tmp_path, issuer):
    text = changed(TOP + LIVE + MOODLE, ('"https://moodle.example.edu"', f'"{issuer}"'))
    assert load(written(tmp_path, text), {}).platform[0].issuer == issuer


def test_issuers_that_differ_by_a_slash_are_two(tmp_path):
    second = changed(MOODLE, ("Campus", "Other"), ('edu"', 'edu/"'))
    assert len(load(written(tmp_path, TOP + LIVE + MOODLE + second), {}).platform) == 2


@pytest.mark.parametrize("choice", ["queue", "allow"])
def test_a_platform_may_leave_its_deployments_open(tmp_path, choice):
    text = changed(TOP + LIVE + MOODLE, ("deployment_ids", f"new_deployments = '{choice}' # "))
    platform = load(written(tmp_path, text), {}).platform[0]
    assert (platform.deployment_ids, platform.new_deployments) == ((), choice)


def test_roles_are_names_or_uris(tmp_path):
    roles = {
        "Mentor": "moderator",
        "Tutor": "moderator",
        "Instructor/GuestInstructor": "attendee",
        "urn:lti:role:ims/lis/TeachingAssistant": "attendee",
        "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor": "attendee",
    }
    table = ", ".join(f"'{role}' = '{value}'" for role, value in roles.items())
    text = (
        TOP
        + LIVE
        + MOODLE
        + f"roles = {{ {table} }}\nhosts = ['LMS.example.edu', '::1', 'old.example.edu:8080']\n"
    )
    platform = load(written(tmp_path, text), {}).platform[0]
    assert platform.roles == roles
    assert platform.hosts == ("lms.example.edu", "::1", "old.example.edu:8080")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////var/lib/bridge.db",
        "postgresql+psycopg://bridge@db/bridge",
        "postgresql+psycopg://bridge:p%40ss@[::1]:5432/bridge?sslmode=require",
        "postgresql+psycopg:///bridge?host=/run/postgresql",
    ],
)
def test_databases_the_bridge_can_use(tmp_path, url):
    text = changed(TOP, ("sqlite:///var/bridge.db", url))
    assert load(written(tmp_path, text), {}).database_url.get_secret_value() == url


@pytest.mark.parametrize(
    "url", ["redis://h", "rediss://u:p@h:6379/0", "unix:///run/redis.sock?db=1"]
)
def test_redis_servers(tmp_path, url):
    settings = load(written(tmp_path, f"redis_url = '{url}'\n" + TOP), {})
    assert settings.redis_url == SecretStr(url)


def test_a_list_of_keys_keeps_its_order(tmp_path):
    text = changed(TOP, (f'"{KEY}"', f'["{OTHER_KEY}", "{KEY}"]'))
    keys = load(written(tmp_path, text), {}).secret_key
    assert [key.get_secret_value() for key in keys] == [OTHER_KEY, KEY]


def test_a_file_that_is_not_there(tmp_path):
    file = tmp_path / "none.toml"
    with pytest.raises(SettingsError) as caught:
        load(str(file), {})
    assert caught.value.problems == (
        f"{file}: file: can't be read (No such file or directory); give the path of a TOML file",
    )


def test_a_directory_is_no_settings_file(tmp_path):
    with pytest.raises(SettingsError, match=r"file: can't be read \(Is a directory\)"):
        load(tmp_path, {})


def test_a_path_no_system_can_hold():
    with pytest.raises(SettingsError) as caught:
        load("a\0b.toml", {})
    assert caught.value.problems == (
        '"a\\u0000b.toml": file: can\'t be read; give the path of a TOML file',
    )


def test_a_file_that_is_not_utf_8_is_told_by_its_line(tmp_path):
    file = tmp_path / "bridge.toml"
    file.write_bytes(b"# fine\nname = 'caf\xe9'\n")
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    assert caught.value.problems == (f"{file}: line 2: is not UTF-8; save the file as UTF-8 text",)


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    file = tmp_path / "bridge.toml"
    file.write_text(TOP, encoding="utf-8-sig")
    assert load(file, {}).public_url == "https://bridge.example.edu"


def test_deeply_nested_tables_are_just_unknown_keys(tmp_path):
    lines = mistakes(tmp_path, TOP + f"[meetsx.{'a.' * 5000}a]\n[security{'.a' * 5000}]\n")
    assert [line.split(": ")[1] for line in lines] == ["security.a", "meetsx"]


def test_a_long_unknown_key_is_cut_short(tmp_path):
    (line,) = mistakes(tmp_path, "k" * 5000 + " = 1\n" + TOP)
    assert line.startswith(f'bridge.toml: "{"k" * 80}…": is not a key')


def test_no_line_holds_the_secret_that_is_wrong(tmp_path):
    text = changed(
        CONTRACT,
        (KEY, "Sesame-1"),
        ("sqlite:///var/bridge.db", "mysql://me:Sesame-2@host/db"),
        ("639259d4-9dd8-4b25-bf01-95f9567eaf4b", "Sesame-3\\n"),
        ("redis://127.0.0.1:6379/0", "Sesame-4"),
        (
            "headers  = {}",
            "headers = { X = 'Sesame-5\u0007' }".replace("'", '"').replace("\u0007", "\\u0007"),
        ),
        ("https://onstream.example", "https://u:Sesame-6@onstream.example"),
    )
    lines = mistakes(tmp_path, text)
    assert len(lines) == 6
    assert "Sesame" not in "\n".join(lines)


def test_the_error_drags_no_value_along(tmp_path):
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, with_key("short")), {})
    assert caught.value.__context__ is None


def test_security_tables_both_false_is_the_default(tmp_path):
    assert (
        load(written(tmp_path, TOP), {}).security
        == load(written(tmp_path, TOP + SECURITY), {}).security
    )


def test_a_model_made_directly_gets_the_usual_checksum():
    made = Conferencing(
        name="live", kind="bigbluebutton", url="http://127.0.0.1:1/bbb", secret=SecretStr("s")
    )
    assert (made.checksum, made.url) == ("sha256", "http://127.0.0.1:1/bbb/")
