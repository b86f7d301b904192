"""A form as it is read: what is wrong is kept beside its field, for the page to show it there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask_babel import LazyString, lazy_gettext

from lti_bridge.admin.wording import REFUSALS
from lti_bridge.directory.policies import are_minutes
from lti_bridge.errors import MalformedRequest, NotAllowed, SettingsError

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

LARGEST_NUMBER: Final = 2**31
MOST_HOSTS: Final = 20
LONGEST: Final = 2000
"""Of what was typed so much is shown again."""
NEEDED: Final = lazy_gettext("This is needed.")
NO_NUMBER: Final = lazy_gettext("Give a whole number, from 1 up.")
NO_MINUTES: Final = lazy_gettext("Give a whole number of minutes, from 0 to 180.")
NO_HOST: Final = lazy_gettext("Give names such as lms.example.edu.")
NO_NAME: Final = lazy_gettext("A name has at most 255 characters that can be seen.")
NO_DEPLOYMENT: Final = lazy_gettext("A deployment ID has 1 to 255 characters.")
OTHER_NAME: Final = lazy_gettext("This isn’t the platform’s name.")
NO_CHOICE: Final = lazy_gettext("Choose one of these.")
BY_CODE: Final[Mapping[str, tuple[str, LazyString]]] = {
    "host_missing": ("host", lazy_gettext("Say where people see it.")),
    "platform_taken": (
        "client_id", lazy_gettext("There is a platform of this issuer and client ID already.")
    ),
    "managed_by_file": (
        "client_id",
        lazy_gettext("The settings file has a platform of this issuer and client ID."),
    ),
    "service_taken": ("name", lazy_gettext("There is a service of this name already.")),
    "name_missing": ("name", NEEDED),
    "name_taken": ("name", REFUSALS["name_taken"]),
    "password_weak": ("new", REFUSALS["password_weak"]),
}  # fmt: skip
"""Which field it belongs to, by the error's code."""
FIELDS: Final[Mapping[str, str]] = {"deployment_ids": "deployments", "type": "kind"}
"""What a key of the settings is called in the form, where that differs."""

_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
_BLANKS: Final = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field."""

    says: str | LazyString
    in_english: bool = False
    """In the words of the settings file, which are English."""


class Fields:
    """Reads a form. A field that is wrong reads as if it were empty, and stands in ``wrong``."""

    def __init__(self, form: MultiDict[str, str]) -> None:
        """``form`` as it was sent."""
        self._form: Final = form
        self.wrong: Final[dict[str, Wrong]] = {}

    @property
    def typed(self) -> Mapping[str, str]:
        """What was typed, to be shown again."""
        return {name: value[:LONGEST] for name, value in self._form.items() if name != "form"}

    def text(self, name: str) -> str:
        """Without blanks around it."""
        return self._form.get(name, "").strip()

    def words(self, name: str) -> tuple[str, ...]:
        """What stands between blanks and commas."""
        return tuple(_BLANKS.sub(" ", self._form.get(name, "")).split())

    def name(self, *, needed: bool) -> str:
        """What something is to be called."""
        name = " ".join(self._form.get("name", "").split())
        if len(name) > 255 or not name.isprintable():
            self._note("name", NO_NAME)
            return ""
        if needed and not name:
            self._note("name", NEEDED)
        return name

    def number(self, name: str) -> int | None:
        """A whole number from 1 up; None for none."""
        text = self.text(name)
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or not 0 < int(text[:12]) < LARGEST_NUMBER:
            self._note(name, NO_NUMBER)
            return None
        return int(text[:12])

    def minutes(self, name: str) -> int | None:
        """A policy's minutes; None for none."""
        text = self.text(name)
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or not are_minutes(int(text[:12])):
            self._note(name, NO_MINUTES)
            return None
        return int(text[:12])

    def hosts(self, name: str) -> tuple[str, ...]:
        """Host names, in lower case."""
        hosts = tuple(each.lower() for each in self.words(name))
        if len(hosts) > MOST_HOSTS or not all(_HOST.fullmatch(each) for each in hosts):
            self._note(name, NO_HOST)
            return ()
        return hosts

    def one_of(self, name: str, known: Collection[str], *, needed: bool) -> str:
        """One of what is known; empty for none."""
        value = self._form.get(name, "")
        if value not in known and (needed or value):
            self._note(name, NO_CHOICE)
            return ""
        return value

    @contextmanager
    def noting(self) -> Iterator[None]:
        """What is raised within about a value stands beside its field, and goes no further."""
        try:
            yield
        except SettingsError as error:
            for problem in error.problems:
                key, _, says = problem.partition(": ")
                key = key.partition("[")[0]
                self.wrong.setdefault(FIELDS.get(key, key), Wrong(says, in_english=True))
        except (MalformedRequest, NotAllowed) as error:
            if error.code not in BY_CODE:
                raise
            name, says = BY_CODE[error.code]
            self._note(name, says)

    def _note(self, name: str, says: LazyString) -> None:
        self.wrong.setdefault(name, Wrong(says))
