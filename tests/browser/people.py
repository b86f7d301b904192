"""People at a browser: what they do from the LMS's sign-in page on, and what must never happen.

A person clicks what a person can see. Whatever the browser complains about while they do (an error
of a script, a breach of a content security policy, a failed request that wasn't asked for) is kept
and fails the test at its end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Frame,
    FrameLocator,
    Locator,
    Page,
    Request,
    WebError,
    expect,
)

from tests.campus import Campus

SECONDS = 1000.0
PATIENCE = 15 * SECONDS
SCREEN = {"width": 1280, "height": 3000}
"""Nothing has to be scrolled: a page that just grew or shrank, and scrolls for that, has moved what
is clicked at that moment."""
LAPTOP = {"width": 1280, "height": 720}

SESSION = re.compile(rb'name="session" value="([^"]+)"')


class Recorder:
    """Stands in front of the bridge and keeps the session tokens that its pages hold."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.tokens: set[str] = set()
        self.partitioned = True

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            if not self.partitioned:
                headers = [(name, value.replace("; Partitioned", "")) for name, value in headers]
            return start_response(status, headers, *more)

        pieces = self.app(environ, start)
        try:
            body = b"".join(pieces)
        finally:
            getattr(pieces, "close", lambda: None)()
        self.tokens |= {token.decode() for token in SESSION.findall(body)}
        return [body]


@dataclass
class Complaints:
    """What a browser complained about, and what of that a test expects."""

    heard: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Complaints that match are what the test is about."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        return [
            line
            for line in self.heard
            if not any(re.search(pattern, line) for pattern in self.expected)
        ]


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, campus: Campus, context: BrowserContext) -> None:
        self.campus = campus
        self.context = context
        self.complaints = Complaints()
        self.urls: list[str] = []
        context.set_default_timeout(PATIENCE)
        context.on("console", self._hear)
        context.on("weberror", self._hear_error)
        context.on("request", self._note)
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (event) =>"
            " console.error('CSP', event.violatedDirective, event.blockedURI));"
        )
        self.page: Page = context.new_page()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.heard.append(f"{message.text} ({message.location['url']})")

    def _hear_error(self, error: WebError) -> None:
        self.complaints.heard.append(str(error.error))

    def _note(self, request: Request) -> None:
        self.urls += [request.url, request.headers.get("referer", "")]

    def went_through(self, text: str) -> bool:
        """Whether any URL (or Referer) of this browser holds the text."""
        return any(text in unquote(url) for url in self.urls)

    # What people do.

    def sign_in(self, name: str) -> Person:
        self.name = name
        self.page.goto(self.campus.lms.issuer)
        self.page.get_by_role("button", name=name).click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Good to see you")
        return self

    def open_course(self, title: str = "Algebra I", page: Page | None = None) -> Page:
        page = page or self.page
        page.bring_to_front()  # nobody clicks in a tab that another one hides
        page.goto(f"{self.campus.lms.issuer}/courses")
        page.get_by_role("link", name=title).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        return page

    def open_link(self, name: str = "Live class", page: Page | None = None) -> FrameLocator:
        """Click a link that opens inside the course's page; what is in its frame."""
        page = page or self.page
        page.locator(".live-link").get_by_text(name, exact=True).click()
        return page.frame_locator("iframe.tool")

    def go_on_without_scripts(self) -> None:
        """Press Continue on the two pages that otherwise send themselves: login, then launch."""
        frame = self.page.frame_locator("iframe.tool")
        for step in ("login", "launch"):
            form = frame.locator(f"form[action$='/lti/{step}']")
            form.get_by_role("button", name="Continue").click()

    def open_window(self, name: str) -> Page:
        """Click a link that opens a tab of its own; that tab."""
        with self.context.expect_page() as opened:
            self.page.locator(".live-link").get_by_text(name, exact=True).click()
        return opened.value

    def join(self, place: FrameLocator | Page) -> Page:
        """Click Join; the window that opens."""
        button = place.locator("form.actions button")
        self.point_at(button)
        with self.context.expect_page() as opened:
            button.click()
        return opened.value

    def point_at(self, what: Locator) -> None:
        """Move the mouse there, until it is there.

        A tab that has just come to the front shows another site's frame a moment before it
        hands that frame its mouse: a click in between goes to the page around the frame.
        """
        for _ in range(100):
            what.hover()
            if what.evaluate("element => element.matches(':hover')"):
                return
            what.page.mouse.move(0, 0)
            what.page.wait_for_timeout(50)
        raise AssertionError(f"The mouse never came to {what}.")

    def wait_until_shown(self, what: Locator) -> None:
        """Let the pages' clocks run (see ``Town.person``) until they show it by themselves."""
        for _ in range(40):
            self.context.clock.fast_forward(13 * SECONDS)
            try:
                expect(what).to_be_visible(timeout=0.4 * SECONDS)
            except AssertionError:
                continue
            return
        expect(what).to_be_visible(timeout=SECONDS)

    def frame(self, page: Page | None = None) -> Frame:
        """The bridge's page inside the LMS's, once it is there."""
        tool = (page or self.page).locator("iframe.tool").element_handle()
        frame = tool.content_frame() if tool else None
        assert frame is not None
        frame.wait_for_selector("main:not(.handover)")
        return frame

    def wait_for_scripts(self, page: Page | None = None) -> None:
        """Until the page in the LMS's frame, or that page, does by itself what its scripts do."""
        (self.frame() if page is None else page).wait_for_load_state()

    def close(self) -> None:
        self.context.close()


def in_class(page: Page, name: str, role: str) -> None:
    """The class, as the conferencing service shows it, with this person in it."""
    expect(page.locator("#me")).to_have_text(name, timeout=PATIENCE)
    expect(page.locator("#role")).to_have_text(role)


class Town:
    """Everybody of one test."""

    def __init__(self, campus: Campus, browser: Browser) -> None:
        self.campus = campus
        self.recorder = Recorder(campus.bridge_server.app)
        campus.bridge_server.app = self.recorder
        self._browser = browser
        self.people: list[Person] = []

    def person(self, name: str = "", *, patient: bool = False, **wishes: Any) -> Person:
        """Somebody new, signed in where ``name`` says as whom; ``wishes`` as of ``new_context``.

        A ``patient`` one can let their pages' clocks run faster than ours.
        """
        usual = {"locale": "en-GB", "viewport": SCREEN}
        context = self._browser.new_context(**(usual | wishes))
        if patient:
            context.clock.install()
        person = Person(self.campus, context)
        self.people.append(person)
        return person.sign_in(name) if name else person

    def without_partitioned_cookies(self) -> None:
        """From now on the browser knows no partitioned cookies: it gets none to see."""
        self.recorder.partitioned = False

    def go_home(self) -> None:
        """Close every browser; fails if one complained or showed a session in a URL."""
        for person in self.people:
            person.close()
        complaints = [line for person in self.people for line in person.complaints.unexpected()]
        assert not complaints, "\n".join(complaints)
        for person in self.people:
            for token in self.recorder.tokens:
                assert not person.went_through(token), "a session stood in a URL"
