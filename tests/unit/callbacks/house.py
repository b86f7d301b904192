"""The three addresses served over HTTP, beside a BigBlueButton at its simulator."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import Any

from flask import Flask, g
from sqlalchemy import delete

from lti_bridge.callbacks import CallbackUrls, CallbackViews, blueprint
from lti_bridge.conferencing import Services
from lti_bridge.directory import Visit
from lti_bridge.errors import BridgeError
from lti_bridge.http import Client
from lti_bridge.scheduling import Opener
from lti_bridge.security import Signers
from lti_bridge.settings import Conferencing
from lti_bridge.simulators.bigbluebutton import create_bigbluebutton
from lti_bridge.simulators.serving import Server
from lti_bridge.store import Meeting, Notice, Store
from lti_bridge.store.tables import MeetingRow
from tests.campus import FORM, Answer, ask
from tests.unit.callbacks.tokens import SECRET, bearer, ready
from tests.unit.store.values import KEY, a_meeting

JSON = {"Content-Type": "application/json"}


class House:
    """A meeting of a course, made at the service; the views, and what they were told."""

    def __init__(self, store: Store, stack: ExitStack) -> None:
        self.store = store
        self.simulator = create_bigbluebutton(secret=SECRET)
        service = stack.enter_context(Server(self.simulator))
        client = stack.enter_context(closing(Client(allow_http=True, allow_private_networks=True)))
        settings = Conferencing(
            name="live",
            kind="bigbluebutton",
            url=self.simulator.url_for(service),
            secret=SECRET,
        )
        self.services = Services([settings], client)
        server = stack.enter_context(Server(self._app()))
        self.urls = CallbackUrls(server.url, Signers([KEY]))
        self.ended: list[int] = []
        """Rows of meetings that are said to have ended."""
        self.visits: list[Visit] = []
        views = CallbackViews(
            urls=self.urls,
            meetings=store.meetings,
            notices=store.notices,
            services=self.services,
            ended_here=self.ended.append,
            begin=self._begin,
        )
        server.app = self._app(views)

    def _begin(self) -> Visit:
        self.visits.append(Visit(f"VISIT-{len(self.visits)}", 0.0))
        return self.visits[-1]

    def _app(self, views: CallbackViews | None = None) -> Flask:
        app = Flask("callbacks")
        if views is not None:
            app.register_blueprint(blueprint(views))

        @app.errorhandler(BridgeError)
        def refuse(error: BridgeError) -> tuple[str, int]:
            g.visit.outcome, g.visit.reason = "refused", error.code
            return error.code, error.status

        return app

    def meeting(self, link: str = "link-1", **changes: Any) -> Meeting:
        """A meeting that the service knows; nobody is in yet."""
        made = a_meeting(self.store, link, **changes)
        Opener(self.store.meetings, self.services, callbacks=self.urls.for_meeting).open(made)
        row = self.store.meetings.by_id(made.id)
        assert row is not None
        return row

    def there(self, meeting: Meeting) -> Any:
        """The simulator's meeting."""
        return self.simulator.meetings[meeting.meeting_id]

    def forget(self) -> None:
        """Every meeting is gone here."""
        self.store.database.write(lambda c: c.execute(delete(MeetingRow)))

    def notices(self, meeting: Meeting) -> list[Notice]:
        return self.store.notices.of_meeting(meeting.id)

    # What services send.

    def tell_ended(self, meeting: Meeting, marks: str = "&recordingmarks=true") -> Answer:
        return ask("GET", f"{self.urls.for_meeting(meeting).ended_url}?x=1{marks}")

    def tell_ready(self, meeting: Meeting, record_id: str, **options: Any) -> Answer:
        about = options.pop("about", meeting.meeting_id)
        body = f"signed_parameters={ready(about, record_id, **options)}"
        return ask("POST", self.urls.for_meeting(meeting).recording_ready_url, body, FORM)

    def tell_attended(
        self, meeting: Meeting, body: str, authorization: str | None = None
    ) -> Answer:
        headers = {**JSON, "Authorization": bearer() if authorization is None else authorization}
        return ask("POST", self.urls.for_meeting(meeting).analytics_url, body, headers)
