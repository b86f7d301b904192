"""The rooms, wired together: what a server, a worker and the commands have in common."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lti_bridge import __version__
from lti_bridge.app.watching import count_remote
from lti_bridge.conferencing import Entry, Services
from lti_bridge.directory import Directory, Forgetting, Policies
from lti_bridge.engagement_api import EngagementClient
from lti_bridge.http import Client, MailServer
from lti_bridge.launch import ConsumerBook, KeySets, PlatformBook
from lti_bridge.lms_api import AccessTokens, LmsTransport
from lti_bridge.meets_api import MeetsClient
from lti_bridge.security import shared_counter
from lti_bridge.store import Snapshot, Store, open_store, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from limits.storage import Storage

    from lti_bridge.settings import Conferencing, Settings


QUIET_SECONDS: Final = 12 * 3600
"""A meeting that nobody joined for so long isn't running any more."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """Everything that doesn't know the web."""

    settings: Settings
    store: Store
    client: Client
    services: Services
    meets: MeetsClient | None
    engagement: EngagementClient | None
    directory: Directory
    forgetting: Forgetting
    """What it takes for this process to remember nobody who was erased."""
    platforms: PlatformBook
    consumers: ConsumerBook
    key_sets: KeySets
    lms: LmsTransport
    tokens: AccessTokens
    forget_services: Callable[[], None]
    """Read the services that admins added anew, at the next question."""
    counter: Storage | None = None
    """Where nodes count together how often something is tried; None: each counts its own."""

    def prepare(self) -> None:
        """Bring the database to where launches can begin; safe to run from several nodes.

        SQLite is upgraded; another database must have been (``lti-bridge db upgrade``). Raises
        :class:`lti_bridge.errors.StoreError`.
        """
        database = self.store.database
        if database.is_sqlite:
            schema.upgrade(database)
        else:
            schema.check(database)
        now_ms = int(time.time() * 1000)
        self.store.platforms.synchronise(self.settings.platform, now_ms)
        self.store.services.synchronise(self.settings.conferencing, now_ms)
        self.follow_platforms()
        self.store.keys.all()

    def follow_platforms(self) -> int:
        """Let courses meet on the service that their platform names now; how many moved."""
        quiet_ms = int((time.time() - QUIET_SECONDS) * 1000)
        return self.store.meetings.follow_platforms(self.services.names(), quiet_ms)

    def policies_of(self, platform: int) -> Policies:
        """What the people of an LMS may do; as usual where there is no such platform."""
        known = self.platforms.find(platform) or self.consumers.find(platform)
        return Policies.of(known.policies if known else {})

    def close(self) -> None:
        """Give connections and threads back."""
        self.client.close()
        self.store.close()


def secret_keys(settings: Settings) -> list[str]:
    """The secret keys in plain, for signing and sealing."""
    return [key.get_secret_value() for key in settings.secret_key]


def mail_server(settings: Settings) -> MailServer | None:
    """The door for e-mail; None where the settings have no mail server."""
    if settings.mail is None:
        return None
    return MailServer(settings.mail, urlsplit(settings.public_url).hostname or "localhost")


def assemble(settings: Settings) -> Bridge:
    """The bridge of these settings. Opens nothing yet.

    Raises :class:`lti_bridge.errors.SettingsError` where they ask for what isn't installed.
    """
    redis_url = settings.redis_url
    store = open_store(settings.database_url.get_secret_value(), secret_keys(settings))
    client = Client(
        allow_http=settings.security.allow_http,
        allow_private_networks=settings.security.allow_private_networks,
        user_agent=f"lti-bridge/{__version__}",
        observe=count_remote,
    )
    meets = MeetsClient(settings.meets, client) if settings.meets else None
    services = Snapshot(lambda: _entries(settings.conferencing, store))
    tokens = AccessTokens(client, lambda: store.keys.all()[0])
    directory = Directory(
        store.people, meets, settings.meets.unknown if settings.meets else "pending"
    )
    forgetting = Forgetting(store.persons.erasures)
    forgetting.also(directory.forget_people)
    return Bridge(
        settings=settings,
        store=store,
        client=client,
        services=Services(
            settings.conferencing,
            client,
            invitations=store.invitations,
            current=services.current,
        ),
        meets=meets,
        engagement=(
            EngagementClient(settings.engagement, client, store.call_slots)
            if settings.engagement
            else None
        ),
        directory=directory,
        forgetting=forgetting,
        platforms=PlatformBook(store.platforms, beside=forgetting.look),
        consumers=ConsumerBook(store.platforms, beside=forgetting.look),
        key_sets=KeySets(client, store.platforms),
        lms=LmsTransport(client, tokens),
        tokens=tokens,
        forget_services=services.forget,
        counter=shared_counter(redis_url.get_secret_value()) if redis_url else None,
    )


def _entries(configured: Sequence[Conferencing], store: Store) -> Sequence[Entry]:
    """The settings file's services, whose settings are this process's own, and the admins'."""
    stored = store.services.all()
    resting = {each.name for each in stored if each.resting}
    own = [each.settings for each in stored if each.settings is not None]
    names = {each.name for each in configured}
    both = [*configured, *(each for each in own if each.name not in names)]
    return [Entry(settings, resting=settings.name in resting) for settings in both]
