"""Administrators at the admin pages, over HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from lti_bridge.admin import Passwords
from lti_bridge.store import PERMISSIONS
from tests.campus import FORM, Answer, Browser, Campus

PASSWORD = "correct horse battery"
NOW_MS = 1_760_000_000_000
_FORM = re.compile(r'name="form" value="([0-9a-f]{64})"')
_PASSWORDS = Passwords()
_HASH = _PASSWORDS.hashed(PASSWORD)


def let_in(campus: Campus, name: str = "ana", permissions=PERMISSIONS) -> None:
    """As ``lti-bridge admin create`` does."""
    assert campus.bridge.store.administrators.add(name, _HASH, permissions, NOW_MS)


@dataclass
class AtWork:
    """A browser on the admin pages."""

    campus: Campus
    browser: Browser = field(default_factory=Browser)
    form: str = ""

    @property
    def cookie(self) -> str:
        return self.browser.cookies.get("lti-bridge-admin", "")

    def get(self, path: str) -> Answer:
        """A page; its forms' value is remembered."""
        answer = self.browser.ask("GET", f"{self.campus.url}/admin{path}")
        found = _FORM.search(answer.text)
        self.form = found[1] if found else self.form
        return answer

    def post(self, path: str, values=(), **headers: str) -> Answer:
        """A form as the page last seen would send it; ``values`` may name one several times."""
        pairs = [*dict(values).items()] if isinstance(values, dict) else list(values)
        if not any(name == "form" for name, _ in pairs):
            pairs.append(("form", self.form))
        sent = {**FORM, "Origin": self.campus.url}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self._send(f"{self.campus.url}/admin{path}", urlencode(pairs), sent)

    def _send(self, url: str, body: str, headers: dict[str, str]) -> Answer:
        from tests.campus import ask

        cookies = "; ".join(f"{n}={v}" for n, v in self.browser.cookies.items())
        answer = ask("POST", url, body, {**headers, "Cookie": cookies})
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.browser.cookies[name] = value
        return answer

    def sign_in(self, name: str = "ana", password: str = PASSWORD, code: str = "") -> Answer:
        self.get("/sign-in")
        answer = self.post("/sign-in", {"name": name, "password": password, "code": code})
        if answer.status == 303:
            self.get("/me")
        return answer


def at_work(campus: Campus, name: str = "ana", permissions=PERMISSIONS) -> AtWork:
    """Somebody who is let in, and signed in."""
    let_in(campus, name, permissions)
    someone = AtWork(campus)
    assert someone.sign_in(name).status == 303
    return someone
