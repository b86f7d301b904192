"""What each key of the settings is for: the words of ``docs/settings.md``, in Markdown.

What may be given is in the models, which also say it where it is wrong; this says why one would.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EXPLAINED: Final[Mapping[str, str]] = {
    "public_url": (
        "The address browsers reach the bridge at: `https://host[:port]` and no path. Every "
        "absolute URL is built from it."
    ),
    "database_url": (
        "`sqlite:///bridge.db` (relative to the working directory; four slashes for an "
        "absolute path) for one machine, `postgresql+psycopg://user:password@host/database` "
        "for several. Write `@`, `/`, `:` and `?` in a password as `%40`, `%2F`, `%3A`, "
        "`%3F`."
    ),
    "secret_key": (
        "Secret, or a list of secrets. Signs links, states and sessions. At least 32 random "
        "characters (`openssl rand -base64 48`); placeholders and patterns are refused. To "
        "change it without signing anybody out, put the new key first in a list: the first "
        "signs, all verify; `lti-bridge db reseal` then makes the old one dispensable."
    ),
    "redis_url": (
        "`redis://host:6379/0`: rate limits are counted across nodes. Without it each server "
        "process counts its own. Needs the package of the extra `redis` (`pip install "
        '"lti-bridge[redis]"`). While it doesn\'t answer, people get into class all the same, '
        "and nobody can try a passcode; see [guests.md](guests.md)."
    ),
    "security.allow_http": (
        "`public_url`, called services and the LMS's addresses may be plain `http`."
    ),
    "security.allow_private_networks": ("Called services may be on loopback or private addresses."),
    "security.proxies": (
        'Addresses or networks of your own proxies, such as `["127.0.0.1", "10.0.0.0/8"]`. '
        "Only what these wrote into `X-Forwarded-For` is believed; without them, everybody "
        "behind a proxy counts as one where tries are limited."
    ),
    "meets.url": (
        'The "API and authentication base" of the MEETS manual. A final slash is taken off.'
    ),
    "meets.username": "For HTTP Basic, with `password`.",
    "meets.password": "What belongs to `username`.",
    "meets.headers": "Headers sent with every call; the values are secrets.",
    "meets.params": "Query parameters sent with every call; the values are secrets.",
    "meets.unknown": (
        'What to do with an ID that MEETS doesn\'t know: `"pending"` lets the person in and '
        'asks again later, `"refuse"` doesn\'t let them in.'
    ),
    "conferencing.name": "A name of your own; platforms refer to it.",
    "conferencing.kind": (
        '`"meetingz"`, `"mconf"`, `"bigbluebutton"` or `"onstream"`. What each can do: '
        "[services.md](services.md)."
    ),
    "conferencing.url": (
        "The service's address; a final slash is added. Calls go to `{url}api/NAME`, those of"
        " Onstream to `{url}{username}/NAME`."
    ),
    "conferencing.secret": 'Signs the calls. Needed for all kinds but `"onstream"`.',
    "conferencing.checksum": (
        '`"sha1"`, `"sha256"`, `"sha384"` or `"sha512"`. Default: `"sha256"` for '
        '`"bigbluebutton"`, `"sha1"` for `"meetingz"` and `"mconf"`.'
    ),
    "conferencing.username": 'The account. Needed for `"onstream"`, and only there.',
    "conferencing.password": 'The account\'s. Needed for `"onstream"`, and only there.',
    "conferencing.timezone": (
        "The account's own time zone, in Onstream's codes: `UTC`, `UP1` (UTC+1), `UM35` "
        "(UTC-3:30) …, all of them in [services.md](services.md). Without it the account's "
        'clock is taken as UTC. Only for `"onstream"`.'
    ),
    "conferencing.daylight_saving": (
        "When the account's clock is an hour ahead: `\"auto\"` by the calendar of the zone's "
        'places, `"on"` always, `"off"` never. Only for `"onstream"`.'
    ),
    "conferencing.send_timezone": (
        'Name the zone with each session, where the account needs that. Only for `"onstream"`.'
    ),
    "conferencing.experimental": (
        "Show links as slides, by calls that the API's description calls experimental. Only "
        'for `"onstream"`.'
    ),
    "engagement.url": (
        "The API's address, `https://meetandengage.com/api/1.0/rest`. A final slash is taken off."
    ),
    "engagement.key": "The key of a pair made in the Control Panel.",
    "engagement.secret": "The pair's secret.",
    "engagement.account": "The organisation account's name.",
    "engagement.since": 'The first day to collect, `"2026-09-01"` (UTC).',
    "engagement.data_methods": (
        "The data methods to collect: the built-in one, and your account's own."
    ),
    "engagement.match_people": (
        "Whether reports join rows to people by their e-mail address, and so name them."
    ),
    "engagement.email_columns": (
        "Columns that hold the address, as a list; capitals don't matter. The first that a "
        "row has counts."
    ),
    "platform.name": "A name of your own.",
    "platform.type": (
        '`"BlackboardLearn"`, `"Canvas"`, `"Moodle"`, `"Totara"`, `"Desire2Learn"` or `"Other"`.'
    ),
    "platform.version": '`"1.3"` or `"1.1"`.',
    "platform.issuer": (
        "The issuer (platform ID), exactly as the LMS shows it: it is compared byte by byte, "
        "a final slash counts. `issuer` and `client_id` together are unique."
    ),
    "platform.client_id": "The client ID the LMS gave to the bridge.",
    "platform.deployment_ids": (
        "The deployments known to be yours. For others see `new_deployments`. Only 1.3."
    ),
    "platform.auth_login_url": "The authentication request URL (OIDC authorization endpoint).",
    "platform.auth_token_url": "The access token URL.",
    "platform.key_set_url": "The public key set (JWKS) URL.",
    "platform.auth_audience": (
        "`aud` of token requests, where it isn't `auth_token_url` (Brightspace: "
        "`https://api.brightspace.com/auth/token`). Only 1.3."
    ),
    "platform.consumer_key": "The consumer key; unique.",
    "platform.shared_secret": "The shared secret.",
    "platform.meets_connection": "`meetsIdConnection` of this LMS, from 1 up.",
    "platform.conferencing": ("The `name` of the `[[conferencing]]` service its courses meet on."),
    "platform.hosts": (
        'Further host names under which browsers see the LMS, `["lms.example.edu"]`, with the'
        ' port if it isn\'t the usual one (`"lms.example.edu:8443"`): people may be sent back '
        "there, and its pages may show ours. With LTI 1.1 give them all, since nothing else "
        "names any; see [lti-1.1.md](lti-1.1.md)."
    ),
    "platform.roles": (
        'Changes to the role table: a role\'s name or URI, and `"moderator"` or `"attendee"`: '
        '`{ Mentor = "moderator" }`.'
    ),
    "platform.new_deployments": (
        "A launch from a deployment that isn't listed: `\"queue\"` keeps it for the admin's "
        'yes, `"allow"` lets it in. Only 1.3.'
    ),
    "sso.issuer": (
        "The identity provider's issuer; its configuration is read below "
        "`/.well-known/openid-configuration`."
    ),
    "sso.client_id": "The client ID that the identity provider gave the bridge.",
    "sso.client_secret": "The client secret that belongs to it.",
    "sso.groups_claim": (
        "The claim of the ID token that names somebody's groups: a list, or one text."
    ),
    "sso.groups": (
        'What each group may do: `{ bridge-admins = ["manageAdmins", "viewData"] }`. Who is '
        "in several may do all of it."
    ),
    "keys.rotate_days": (
        "Days after which a new key follows the one that signs, 1 to 3650; `0`: never by "
        "itself. Where an LMS was given the key by hand instead of the address of the key "
        "set, `0` keeps it from being surprised."
    ),
    "mail.host": "The mail server's name. It may well be in your own network.",
    "mail.port": '587 with `"starttls"`, 465 with `"implicit"`, 25 with `"none"`.',
    "mail.tls": (
        '`"starttls"`, `"implicit"` (TLS from the beginning) or `"none"`; the last only with '
        "`security.allow_http`."
    ),
    "mail.username": "Only if the server wants us to sign in.",
    "mail.password": "Belongs to `username`.",
    "mail.sender": (
        'Whom letters are from: `"classes@example.edu"` or `"Classes <classes@example.edu>"`.'
    ),
    "slides.max_mb": (
        "Megabytes that a file may have, and all files of a class, or of a series, together."
    ),
    "slides.max_files": "How many files a class, or a series, may have.",
    "contact.name": "Who it is.",
    "contact.email": "Their address of e-mail.",
    "contact.url": "A page of theirs.",
    "retention.launches_days": "Days that the launch list is kept, 1 to 3650.",
    "retention.claims_days": (
        "Days that a launch's claims are kept with it, masked, 0 to `launches_days`; `0`: "
        "none are. See [admin.md](admin.md#launches)."
    ),
    "retention.engagement_days": "Days of Meet & Engage's data that are kept, 1 to 3650.",
    "retention.attendance_days": (
        "Days that the bridge knows who was in a class, and what a teacher said of it, 1 to "
        "3650. Where attendance counts for a grade, all of it stays for as long as one of its"
        " classes was held within these days; scores in the gradebook stay in any case."
    ),
    "retention.scores_days": (
        "Days after the last class of a column that scores for attendance are kept, 1 to "
        "3650; `0`: for ever. What the LMS's gradebook has stays there."
    ),
    "retention.left_days": (
        "Days that it is known who was in a course that they left, and that people are known "
        "who belong to no course any more and of whom nothing else is kept, 1 to 3650; `0`: "
        "for ever."
    ),
    "retention.unseen_days": (
        "Days that people stay in a course of whom nothing was seen since, no launch, no "
        "class, and no roster that names them, 1 to 3650; `0`: for ever."
    ),
    "retention.recordings_days": (
        "Days that the bridge still knows of a recording that its service has no more, 1 to 3650."
    ),
    "retention.slides_days": "Days that slides are kept after their last class, 1 to 3650.",
    "retention.guest_links_days": (
        "Days that guests' links are still listed after they ended, 1 to 3650."
    ),
    "retention.notices_days": (
        "Days that it is kept what services told by themselves of classes, 1 to 3650."
    ),
    "retention.invitations_days": (
        "Days that people's own ways into a class are kept, of services that make one for "
        "each person, 1 to 3650."
    ),
    "retention.reminders_days": (
        "Days after a class that it is known who was reminded of it, 1 to 3650."
    ),
    "retention.feeds_days": (
        "Days that calendars' addresses are known that were taken back, 1 to 3650; then they "
        "are unknown."
    ),
    "retention.meets_events_days": (
        "Days that the copy of MEETS' events is kept of a course whose page nobody opens, 1 "
        "to 3650."
    ),
    "retention.invites_days": (
        "Days that invitations to register an LMS are listed after they ended, 1 to 3650."
    ),
    "retention.loads_days": (
        "Days that it is known how busy the conferencing services were, 1 to 3650: of every "
        "minute for three days, of every hour after that."
    ),
}
"""By the key with its table before it."""

DEFAULTS: Final[Mapping[str, str]] = {
    "conferencing.checksum": "by kind",
    "engagement.since": "30 days back",
    "platform.issuer": "needed for 1.3",
    "platform.client_id": "needed for 1.3",
    "platform.auth_login_url": "needed for 1.3",
    "platform.auth_token_url": "needed for 1.3",
    "platform.key_set_url": "needed for 1.3",
    "platform.consumer_key": "needed for 1.1",
    "platform.shared_secret": "needed for 1.1",
    "mail.port": "by `tls`",
}
"""Of keys whose default isn't the same for everybody."""
