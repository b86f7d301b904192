"""The settings as frozen models, a class for each table of the file.

A field's ``description`` says what belongs there: a mistake's line ends in "give " and it.
The models check each key alone; what depends on other keys is in `checks`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StrictBool,
    StrictInt,
)

from lti_bridge.settings import secret_values, values

Text = Annotated[str, AfterValidator(values.text)]
Secret = Annotated[SecretStr, AfterValidator(secret_values.secret)]
SigningKey = Annotated[SecretStr, AfterValidator(secret_values.signing_key)]
BaseUrl = Annotated[str, AfterValidator(values.base_url)]
EndpointUrl = Annotated[str, AfterValidator(values.endpoint_url)]

Checksum = Literal["sha1", "sha256", "sha384", "sha512"]

Days = Annotated[StrictInt, Field(ge=1, le=3650, description="a number of days from 1 to 3650")]
DaysOrEver = Annotated[
    StrictInt, Field(ge=0, le=3650, description="a number of days from 1 to 3650, or 0 for ever")
]

_LARGEST_ID = 2**31 - 1


def _usual_checksum(checked: dict[str, Any]) -> Checksum:
    return "sha256" if checked.get("kind") == "bigbluebutton" else "sha1"


class Table(BaseModel):
    """A table of the settings file: its keys and no others, never changed, no value in errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Security(Table):
    """Who is trusted; what is allowed is only good for development."""

    allow_http: StrictBool = Field(default=False, description="true or false")
    allow_private_networks: StrictBool = Field(default=False, description="true or false")
    proxies: tuple[Annotated[str, AfterValidator(values.network)], ...] = Field(
        default=(),
        description="the addresses or networks of your own proxies as a list of texts,"
        ' such as ["127.0.0.1", "10.0.0.0/8"]',
    )


class Meets(Table):
    """Where the numeric IDs come from, and how we sign in there."""

    # Some installations carry the credential in this address.
    url: BaseUrl = Field(
        repr=False,
        description='the "API and authentication base" of MEETS, such as'
        ' "https://client.meets.example/api"',
    )
    username: Annotated[str, AfterValidator(values.login_name)] = Field(
        default="", description="the user name for HTTP Basic, or leave it out"
    )
    password: Annotated[SecretStr, AfterValidator(secret_values.secret_or_empty)] = Field(
        default=SecretStr(""), description="the password for HTTP Basic, or leave it out"
    )
    headers: Mapping[Annotated[str, AfterValidator(values.header_name)], Secret] = Field(
        default={}, description='fixed headers, such as { X-Api-Key = "value" }'
    )
    params: Mapping[Text, Secret] = Field(
        default={}, description='fixed query parameters, such as { key = "value" }'
    )
    unknown: Literal["pending", "refuse"] = Field(
        default="pending", description='"pending" or "refuse"'
    )


class Conferencing(Table):
    """A web-conferencing service.

    Calls go to ``{url}api/NAME``, those of Onstream to ``{url}{username}/NAME``.
    """

    name: Text = Field(description='a name of your own for the service, such as "live"')
    kind: Literal["meetingz", "mconf", "bigbluebutton", "onstream"] = Field(
        description='"meetingz", "mconf", "bigbluebutton" or "onstream"'
    )
    url: Annotated[str, AfterValidator(values.directory_url)] = Field(
        description='the service\'s address, such as "https://api.meetingz.ir/KEY/"'
    )
    secret: Secret | None = Field(
        default=None, description="the secret shared with the service, which signs the calls"
    )
    checksum: Checksum = Field(
        default_factory=_usual_checksum, description='"sha1", "sha256", "sha384" or "sha512"'
    )
    username: Text = Field(default="", description="the account's user name")
    password: Secret | None = Field(default=None, description="the account's password")
    timezone: Annotated[str, AfterValidator(values.onstream_zone)] | None = Field(
        default=None,
        description="the account's time zone in Onstream's codes,"
        ' such as "UTC", "UP1" (UTC+1) or "UM5" (UTC-5)',
    )
    daylight_saving: Literal["auto", "on", "off"] = Field(
        default="auto",
        description='"auto" (by the calendar of the zone), "on" (always an hour ahead) or "off"',
    )
    send_timezone: StrictBool = Field(default=False, description="true or false")
    experimental: StrictBool = Field(default=False, description="true or false")


class Engagement(Table):
    """Organisation data of Meet & Engage."""

    url: BaseUrl = Field(
        description='the address of the API, such as "https://meetandengage.com/api/1.0/rest"'
    )
    key: Text = Field(description="the key of the pair made in Meet & Engage's Control Panel")
    secret: Secret = Field(description="the secret of the pair made in the Control Panel")
    account: Text = Field(description='the organisation account\'s name, such as "companyname"')
    since: Annotated[str, AfterValidator(values.day)] = Field(
        default="", description='the first day to collect, such as "2026-09-01"'
    )
    data_methods: tuple[Text, ...] = Field(
        default=("standard",),
        description='the data methods to collect as a list of texts, such as ["standard"]',
    )
    match_people: StrictBool = Field(default=False, description="true or false")
    email_columns: tuple[Text, ...] = Field(
        default=("EmailAddress", "Email", "E-mail", "Email Address", "E-mail Address", "UserEmail"),
        description='names of the columns that hold an e-mail address, such as ["EmailAddress"]',
    )


_PRESETS: Final[Mapping[str, str]] = {
    "BlackboardLearn": "blackboard",
    "Canvas": "canvas",
    "Desire2Learn": "brightspace",
    "Moodle": "moodle",
    "Totara": "moodle",
}


class Platform(Table):
    """An LMS. Version 1.3 knows it by issuer and client_id, version 1.1 by consumer_key."""

    name: Text = Field(description='a name of your own for the LMS, such as "Campus Moodle"')
    type: Literal["BlackboardLearn", "Canvas", "Moodle", "Totara", "Desire2Learn", "Other"] = Field(
        description='"BlackboardLearn", "Canvas", "Moodle", "Totara", "Desire2Learn" or "Other"'
    )
    version: Literal["1.1", "1.3"] = Field(description='"1.1" or "1.3"')
    issuer: Annotated[str, AfterValidator(values.issuer)] = Field(
        default="",
        description="the issuer (platform ID) exactly as the LMS shows it,"
        ' such as "https://moodle.example.edu"',
    )
    client_id: Text = Field(default="", description="the client ID that the LMS gave to this tool")
    deployment_ids: tuple[Text, ...] = Field(
        default=(), description='the deployment IDs as a list of texts, such as ["1"]'
    )
    auth_login_url: EndpointUrl = Field(
        default="", description="the LMS's authentication request URL (OIDC authorization endpoint)"
    )
    auth_token_url: EndpointUrl = Field(default="", description="the LMS's access token URL")
    key_set_url: EndpointUrl = Field(default="", description="the LMS's public key set (JWKS) URL")
    auth_audience: Text | None = Field(
        default=None, description="the audience of token requests, or leave it out"
    )
    consumer_key: Text = Field(default="", description="the LTI 1.1 consumer key set in the LMS")
    shared_secret: Secret | None = Field(
        default=None, description="the LTI 1.1 shared secret set in the LMS"
    )
    meets_connection: Annotated[StrictInt, Field(ge=1, le=_LARGEST_ID)] = Field(
        description="the meetsIdConnection of this LMS, a whole number from 1 up"
    )
    conferencing: Text = Field(description="the name of a [[conferencing]] service")
    hosts: tuple[Annotated[str, AfterValidator(values.host)], ...] = Field(
        default=(),
        description='further host names of the LMS as a list of texts, such as ["lms.example.edu"]',
    )
    roles: Mapping[
        Annotated[str, AfterValidator(values.role)], Literal["moderator", "attendee"]
    ] = Field(default={}, description='changes of roles, such as { Mentor = "moderator" }')
    new_deployments: Literal["queue", "allow"] = Field(
        default="queue", description='"queue" or "allow"'
    )

    @property
    def preset(self) -> str:
        """What is known of its type: the preset's name, or empty."""
        return _PRESETS.get(self.type, "")


class Mail(Table):
    """A mail server, by which people are reminded of their classes."""

    host: Annotated[str, AfterValidator(values.bare_host)] = Field(
        description='the mail server\'s name, such as "mail.example.edu"'
    )
    port: Annotated[StrictInt, Field(ge=1, le=65535)] | None = Field(
        default=None, description="a port from 1 to 65535, or leave it out"
    )
    tls: Literal["starttls", "implicit", "none"] = Field(
        default="starttls", description='"starttls", "implicit" or "none"'
    )
    username: Text = Field(default="", description="the user name, or leave it out")
    password: Secret | None = Field(default=None, description="the password, or leave it out")
    sender: Annotated[str, AfterValidator(values.sender)] = Field(
        description='whom letters are from, such as "Classes <classes@example.edu>"'
    )


class Keys(Table):
    """The bridge's own key pairs."""

    rotate_days: Annotated[StrictInt, Field(ge=0, le=3650)] = Field(
        default=90, description="a number of days from 1 to 3650, or 0 for never"
    )


class Slides(Table):
    """Files that teachers give their classes beforehand."""

    max_mb: Annotated[StrictInt, Field(ge=1, le=200)] = Field(
        default=30, description="a number of megabytes from 1 to 200"
    )
    max_files: Annotated[StrictInt, Field(ge=1, le=50)] = Field(
        default=10, description="a number of files from 1 to 50"
    )


Permission = Literal[
    "manageAdmins", "manageConnections", "viewData", "manageConferencingAccounts", "manageContent"
]


class Sso(Table):
    """Single sign-on to the admin pages, by OpenID Connect."""

    issuer: Annotated[str, AfterValidator(values.issuer)] = Field(
        description="the identity provider's issuer, such as"
        ' "https://login.example.edu/realms/staff"'
    )
    client_id: Text = Field(description="the client ID that the identity provider gave the bridge")
    client_secret: Secret = Field(description="the client secret that belongs to it")
    groups_claim: Text = Field(
        default="groups", description='the claim that names somebody\'s groups, such as "groups"'
    )
    groups: Mapping[Text, tuple[Permission, ...]] = Field(
        description='what each group may do, such as { bridge-admins = ["manageAdmins"] }'
    )


class Retention(Table):
    """How long things are kept, in days."""

    launches_days: Days = 30
    claims_days: Annotated[StrictInt, Field(ge=0, le=3650)] = Field(
        default=7, description="a number of days from 0 (none are kept) to launches_days"
    )
    attendance_days: Days = 730
    scores_days: DaysOrEver = 0
    left_days: DaysOrEver = 365
    unseen_days: DaysOrEver = 1095
    recordings_days: Days = 90
    notices_days: Days = 30
    invitations_days: Days = 30
    reminders_days: Days = 1
    feeds_days: Days = 30
    guest_links_days: Days = 30
    slides_days: Days = 180
    meets_events_days: Days = 180
    engagement_days: Days = 400
    invites_days: Days = 90
    loads_days: Days = 400


class Contact(Table):
    """Whom people ask about what is stored of them."""

    name: Annotated[str, AfterValidator(values.text_or_empty)] = Field(
        default="", description='who it is, such as "Data protection office"'
    )
    email: Annotated[str, AfterValidator(values.mailbox_or_empty)] = Field(
        default="", description='an address of e-mail, such as "privacy@example.edu"'
    )
    url: Annotated[str, AfterValidator(values.url_or_empty)] = Field(
        default="", description='a page, such as "https://www.example.edu/privacy"'
    )


class Settings(Table):
    """Everything an operator decides. Secrets are ``SecretStr``: no ``repr()`` shows them."""

    public_url: Annotated[str, AfterValidator(values.public_url)] = Field(
        description='the address browsers reach the bridge at, such as "https://bridge.example.edu"'
    )
    database_url: Annotated[SecretStr, AfterValidator(secret_values.database_url)] = Field(
        description='"sqlite:///path/to/bridge.db"'
        ' or "postgresql+psycopg://user:password@host/database"'
    )
    secret_key: Annotated[
        tuple[SigningKey, ...],
        BeforeValidator(secret_values.one_or_many),
        Field(min_length=1),
    ] = Field(description='32 or more random characters, such as "openssl rand -base64 48" prints')
    redis_url: Annotated[SecretStr, AfterValidator(secret_values.redis_url)] | None = Field(
        default=None, description='"redis://host:6379/0", or leave it out'
    )
    security: Security = Field(default=Security(), description="its keys below a line [security]")
    meets: Meets | None = Field(default=None, description="its keys below a line [meets]")
    conferencing: tuple[Conferencing, ...] = Field(
        default=(), description="the keys of each service below a line [[conferencing]]"
    )
    engagement: Engagement | None = Field(
        default=None, description="its keys below a line [engagement]"
    )
    platform: tuple[Platform, ...] = Field(
        default=(), description="the keys of each LMS below a line [[platform]]"
    )
    sso: Sso | None = Field(default=None, description="its keys below a line [sso]")
    mail: Mail | None = Field(default=None, description="its keys below a line [mail]")
    keys: Keys = Field(default=Keys(), description="its keys below a line [keys]")
    slides: Slides = Field(default=Slides(), description="its keys below a line [slides]")
    contact: Contact = Field(default=Contact(), description="its keys below a line [contact]")
    retention: Retention = Field(
        default=Retention(), description="its keys below a line [retention]"
    )
