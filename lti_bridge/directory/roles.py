"""Which role in class a person's LTI roles give (CONTRACT.md, 4).

Roles are read whole: the scope (context, institution, system), the principal role and the
sub-role (LTI 1.3 Core, A.2). Context roles win: Canvas sends the institution's roles along, also
to a course in which that person is a learner. Nobody leads a class for being staff somewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from lti_bridge.store import Role, Standing

Scope = Literal["context", "institution", "system"]

MODERATORS: Final[Mapping[tuple[Scope, str], Role]] = {
    ("context", "Instructor"): "moderator",
    ("context", "TeachingAssistant"): "moderator",
    ("context", "ContentDeveloper"): "moderator",
    ("context", "Administrator"): "moderator",
    ("institution", "Administrator"): "moderator",
    ("system", "Administrator"): "moderator",
    ("system", "SysAdmin"): "moderator",
}
"""Who leads; everyone else attends."""

_URI: Final = re.compile(
    r"http://purl\.imsglobal\.org/vocab/lis/v2/"
    r"(?:(?P<scope>institution|system)/person#(?P<person>\w+)"
    r"|membership#(?P<role>\w+)|membership[/#](?P<principal>\w+)#(?P<sub>\w+))\Z"
)
"""``membership#Instructor#TeachingAssistant`` is Sakai's, for ``membership/Instructor#…``."""
_TEST_USER: Final = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
"""Somebody made up, to see a course as others see it (LTI 1.3 Core, A.2.1.1)."""
_URN: Final = re.compile(
    r"urn:lti:(?P<scope>role|instrole|sysrole):ims/lis/(?P<role>\w+)(?:/(?P<sub>\w+))?\Z"
)
_URN_SCOPES: Final[Mapping[str, Scope]] = {
    "role": "context",
    "instrole": "institution",
    "sysrole": "system",
}
_SHORT: Final = re.compile(r"(?P<role>[A-Za-z]\w*)(?:[/#](?P<sub>\w+))?\Z")
"""Context roles have short names, too (LTI 1.3 Core, A.2.3); only they have, so that a word
nobody knows still keeps a role elsewhere from counting here."""
_PRINCIPAL: Final = frozenset(
    {
        "Administrator",
        "ContentDeveloper",
        "Instructor",
        "Learner",
        "Manager",
        "Member",
        "Mentor",
        "Officer",
    }
)
"""Principal context roles (LTI 1.3 Core, A.2.3). Some are names of sub-roles as well: a
``Learner#Instructor`` learns."""


_ASSISTANT: Final = "TeachingAssistant"
_ONLOOKERS: Final = frozenset({"Mentor", "Observer"})
_ADMINISTRATORS: Final = frozenset({"Administrator", "SysAdmin"})
_SAYS_NOTHING: Final = frozenset({"User", "Member", "None", "Other"})
"""Institution and system roles that everybody with an account has."""


@dataclass(frozen=True, slots=True)
class LtiRole:
    """A role, read."""

    scope: Scope
    name: str
    sub: str = ""


_PLAIN_TEACHER: Final = LtiRole("context", "Instructor")


@lru_cache(maxsize=512)
def parse(text: str) -> LtiRole | None:
    """The role a URI, URN or short name stands for; None for one of another vocabulary."""
    short = _SHORT.match(text)
    if short:
        return LtiRole("context", short["role"], short["sub"] or "")
    uri = _URI.match(text)
    if uri:
        if uri["person"]:
            return LtiRole("system" if uri["scope"] == "system" else "institution", uri["person"])
        return LtiRole("context", uri["role"] or uri["principal"], uri["sub"] or "")
    urn = _URN.match(text)
    if urn:
        return LtiRole(_URN_SCOPES[urn["scope"]], urn["role"], urn["sub"] or "")
    return LtiRole("system", "TestUser") if text == _TEST_USER else None


def role_in_class(texts: Iterable[str], table: Mapping[str, Role]) -> Role:
    """``moderator`` or ``attendee``. ``table``: the platform's own changes, by name or URI.

    A platform's table may name a role as sent (also one of another vocabulary, which then counts
    as a context role), as ``Instructor#TeachingAssistant``, as ``TeachingAssistant`` or as
    ``Instructor``, in this order; names mean context roles.
    """
    leads = any(_one(text, role, table) == "moderator" for text, role in counting(texts, table))
    return "moderator" if leads else "attendee"


def standing_in_class(texts: Iterable[str], table: Mapping[str, Role]) -> Standing:
    """What MEETS would call these roles ("list_course_users"): those that count for the role in
    class, the leading ones apart into administrators and teachers.
    """
    decide = counting(texts, table)
    found = Standing.UNKNOWN
    for text, role in decide:
        if _one(text, role, table) == "moderator":
            leads = Standing.ADMINISTRATOR if role.name in _ADMINISTRATORS else Standing.TEACHER
            found |= leads
        elif role.name not in _ONLOOKERS:
            found |= Standing.STUDENT
    if found:
        return found
    return Standing.NONE_OF_THEM if decide else Standing.STUDENT


def is_assistant(texts: Iterable[str], table: Mapping[str, Role]) -> bool:
    """Whether somebody who leads does so as a teaching assistant only.

    An LMS may send the principal role along with the sub-role (LTI 1.3 Core, A.2.3.2): a plain
    Instructor beside an Instructor#TeachingAssistant doesn't make a teacher.
    """
    decide = counting(texts, table)
    leads = [role for text, role in decide if _one(text, role, table) == "moderator"]
    assists = [role for role in leads if _ASSISTANT in {role.name, role.sub}]
    others = [role for role in leads if role not in assists and role != _PLAIN_TEACHER]
    return bool(assists) and not others


def is_observer(texts: Iterable[str]) -> bool:
    """Whether these roles are those of somebody who looks on (LTI 1.3 Core, A.2): every role in
    the course is Mentor, or there is none and the person is an Observer or Mentor elsewhere.
    """
    roles = [role for text in texts if (role := parse(text)) is not None]
    in_context = [role for role in roles if role.scope == "context"]
    if in_context:
        return all(role.name in _ONLOOKERS for role in in_context)
    return any(role.name in _ONLOOKERS for role in roles) and all(
        role.name in _ONLOOKERS or role.name in _SAYS_NOTHING for role in roles
    )


def counting(texts: Iterable[str], table: Mapping[str, Role]) -> Sequence[tuple[str, LtiRole]]:
    """The roles that decide, as sent and as read.

    Those in the course; without any, a test user's; without that, all there are.
    """
    roles = [(text, role) for text in texts if (role := _read(text, table)) is not None]
    in_context = [pair for pair in roles if pair[1].scope == "context"]
    return in_context or [pair for pair in roles if pair[0] == _TEST_USER] or roles


def _read(text: str, table: Mapping[str, Role]) -> LtiRole | None:
    role = parse(text)
    return LtiRole("context", text) if role is None and text in table else role


def _one(text: str, role: LtiRole, table: Mapping[str, Role]) -> Role:
    for name in _names(text, role) if table else ():
        if name in table:
            return table[name]
    return MODERATORS.get((role.scope, role.name), "attendee")


def _names(text: str, role: LtiRole) -> Iterable[str]:
    yield text
    if role.scope == "context":
        if role.sub:
            yield f"{role.name}#{role.sub}"
            yield f"{role.name}/{role.sub}"
            if role.sub not in _PRINCIPAL:
                yield role.sub
        yield role.name
