"""The simulated Onstream as a WSGI application."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, get_args

from werkzeug.wrappers import Request

from lti_bridge.simulators.faults import Faults
from lti_bridge.simulators.onstream import recordings, times
from lti_bridge.simulators.onstream.account import Account, Duplicates, Edits
from lti_bridge.simulators.onstream.formats import Format, Ids, Shape, Single
from lti_bridge.simulators.onstream.links import Links
from lti_bridge.simulators.onstream.pages import Pages
from lti_bridge.simulators.onstream.routing import Api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from wsgiref.types import StartResponse, WSGIEnvironment

    from lti_bridge.simulators.onstream.records import File, Mail, Recording, Session, Visit
    from lti_bridge.simulators.serving import Server


def create_onstream(
    *,
    username: str = "johndoe",
    password: str,
    base: str = "/api/2/",
    timezone: str = "UTC",
    dst: bool = False,
    clock: Callable[[], float] = time.time,
    strict: bool = True,
    duplicates: Duplicates = "refuse",
    edits: Edits = "merge",
    voip: bool = False,
    shape: Shape = "nested",
    ids: Ids = "number",
    single: Single = "object",
    only_xml: bool = False,
) -> OnstreamSimulator:
    """An account whose calls go to ``{base}{username}/NAME``, by HTTP Basic.

    Times in calls and answers are the account's wall clock: UTC, plus the offset of ``timezone``
    (a code such as UP1), plus one hour while ``dst`` is on, whatever the season (see
    :mod:`.times`). A ``timezone`` in the body of PUT or POST session is the zone of that body's
    ``start_time``, with the account's DST setting; it isn't kept: answers show the account's own
    zone, and its code. ``clock`` gives UNIX seconds.

    ``strict`` refuses arguments and fields that the document doesn't name (400), and files that
    aren't URLs; without it they are passed over, and ``is_url`` may be missing.

    Where the document leaves things open: ``duplicates``, a second invitee with an address that
    the session has: "refuse" (409) or "double". ``edits``, POST session with
    invited_participants or custom_data: "merge" into what is there or "replace" it. ``voip``:
    sessions have a session_access_code. In JSON: ``shape``, "nested"
    (``{"sessions": {"session": […]}}``), "flat list" (``[…]``) or "items" (``{"item": […]}``);
    ``ids``, "number" or "string" (then all numbers and flags are text); ``single``, one session
    or recording asked for by its id as an "object" or a "list" of one. ``only_xml`` answers XML
    whatever is asked for.

    Raises ValueError for a ``base`` without slashes around it, and for a word that isn't one of
    those named here.
    """
    choices = (Duplicates, duplicates), (Edits, edits), (Shape, shape), (Ids, ids), (Single, single)
    for words, chosen in choices:
        if chosen not in get_args(words):
            raise ValueError(f"{chosen} must be one of {', '.join(get_args(words))}")
    if len(base) < 3 or not (base.startswith("/") and base.endswith("/")):
        raise ValueError("base must start and end with a slash, and name something")
    account = Account(username, _known(timezone), dst, clock, strict, duplicates, edits, voip)
    return OnstreamSimulator(
        Api(account, password, Format(shape, ids, single, only_xml)), Pages(account), base
    )


class OnstreamSimulator:
    """The WSGI application; ``faults`` stands in front of it."""

    def __init__(self, api: Api, pages: Pages, base: str) -> None:
        """Use :func:`create_onstream`."""
        self.base = base
        self.faults = Faults(self._answer)
        self._api = api
        self._pages = pages
        self._account = api.account
        self._lock = threading.RLock()

    @property
    def sessions(self) -> dict[int, Session]:
        """By id, those that weren't deleted; their invitees and files are in them."""
        return self._account.sessions

    @property
    def recordings(self) -> dict[int, Recording]:
        """By id, those that weren't deleted."""
        return self._account.recordings

    @property
    def files(self) -> dict[int, File]:
        """The media library, by id."""
        return self._account.files

    @property
    def mails(self) -> list[Mail]:
        """Invitations that would have been sent, oldest first. None ever is."""
        return self._account.mails

    @property
    def visits(self) -> list[Visit]:
        """Who came into a class, oldest first, and whether they left."""
        return self._account.visits

    @property
    def timezone(self) -> str:
        """The account's code; ValueError for one that isn't in the document."""
        return self._account.timezone

    @timezone.setter
    def timezone(self, code: str) -> None:
        self._account.timezone = _known(code)

    @property
    def dst(self) -> bool:
        """The account's DST setting."""
        return self._account.dst

    @dst.setter
    def dst(self, on: bool) -> None:
        self._account.dst = on

    @property
    def password(self) -> str:
        """The account's; another one refuses the old at once."""
        return self._api.password

    @password.setter
    def password(self, password: str) -> None:
        self._api.password = password

    def add_recording(
        self,
        session_id: int,
        *,
        title: str = "",
        duration_ms: int = 3_600_000,
        made_at: datetime | None = None,
    ) -> Recording:
        """Record a session, which no call can do.

        ``title`` is the session's topic unless given; ``made_at`` (UTC) the clock's time. Raises
        RemoteRejected for a session that isn't there.
        """
        with self._lock:
            return recordings.record(
                self._account, session_id, title=title, duration_ms=duration_ms, made_at=made_at
            )

    def url_for(self, server: Server) -> str:
        """The API's address as a settings file has it: calls go to ``{url}{username}/NAME``."""
        return f"{server.url}{self.base}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        return self.faults(environ, start_response)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        links = Links(request.host_url.rstrip("/"), self.base, self._account.username)
        with self._lock:
            if request.path.startswith(self.base):
                path = request.path.removeprefix(self.base)
                response = self._api.answer(request, path, links)
            else:
                response = self._pages.answer(request)
        return response(environ, start_response)


def _known(timezone: str) -> str:
    if timezone not in times.OFFSETS:
        raise ValueError("timezone must be one of Onstream's codes, such as UP1")
    return timezone
