"""What a secret must look like; as in `values`, no message repeats any of it."""

from __future__ import annotations

import re
from itertools import pairwise

from pydantic import SecretStr

from lti_bridge.settings.values import mistake

DEVELOPMENT_MARK = "development-only"
"""A signing key holding this is known to everybody; `checks` lets it be used on loopback only."""

_SHORTEST_KEY = 32
_FEWEST_CHARACTERS = 8
_PLACEHOLDERS = re.compile(
    r"at least 32|change.?(me|this|it)|place.?holder|example|replace|your.?(secret|key)|secret.?key"
    r"|insert|default|qwerty|super.?secret|foobar"
)
_DATABASE = re.compile(
    r"postgresql\+psycopg://([^@]*@)?(\[[0-9A-Fa-f:.]+\]|[^:/?@\[\]]*)(:[0-9]{1,5})?/[^/?@]+(\?.*)?"
)
_REDIS = re.compile(r"(rediss?://([^@/]*@)?[^@/:?\s]+(:[0-9]{1,5})?(/[0-9]*)?|unix://\S+)(\?\S*)?")


def secret(value: SecretStr) -> SecretStr:
    """Any secret: there, real and on one line."""
    text = value.get_secret_value()
    if not text.strip():
        raise mistake("is empty")
    if text.strip() in ("…", "..."):
        raise mistake("is still the example's placeholder")
    if not text.isprintable():
        raise mistake("holds line breaks or control characters", "write it as one plain line")
    return value


def secret_or_empty(value: SecretStr) -> SecretStr:
    """As :func:`secret`, but may be left empty."""
    return secret(value) if value.get_secret_value() else value


def signing_key(value: SecretStr) -> SecretStr:
    """At least 32 characters that nobody can guess: no example, no pattern, no counting."""
    key = secret(value).get_secret_value().strip()
    lowered = key.lower()
    if len(key) < _SHORTEST_KEY:
        raise mistake(f"is shorter than {_SHORTEST_KEY} characters")
    if DEVELOPMENT_MARK not in lowered and _PLACEHOLDERS.search(lowered):
        raise mistake("looks like a placeholder, not like a secret")
    if len(set(key)) < _FEWEST_CHARACTERS or _repeats(key) or _counts(key):
        raise mistake("follows a pattern that can be guessed")
    return value


def one_or_many(value: object) -> object:
    """One secret stands for a list of one."""
    return (value,) if isinstance(value, (str, SecretStr)) else value


def database_url(value: SecretStr) -> SecretStr:
    """SQLite with a file, or PostgreSQL by psycopg 3, as SQLAlchemy writes them."""
    url = secret(value).get_secret_value()
    if url.startswith("sqlite"):
        file = url.removeprefix("sqlite:///")
        if file == url or not file or file.startswith((":memory:", "?")):
            raise mistake("names no file that lasts", 'give "sqlite:///" and the path of the file')
    elif not url.startswith("postgresql+psycopg://"):
        raise mistake("is not an address of SQLite or PostgreSQL that the bridge can use")
    elif not _DATABASE.fullmatch(url):
        raise mistake(
            "can't be read as user:password@host/database",
            "write @, /, : and ? in a password as %40, %2F, %3A and %3F",
        )
    return value


def redis_url(value: SecretStr) -> SecretStr:
    """A Redis server over TCP, TLS or a socket."""
    if not _REDIS.fullmatch(secret(value).get_secret_value()):
        raise mistake("is not the address of a Redis server")
    return value


def _repeats(key: str) -> bool:
    """Whether the key is one piece written twice or more; found as itself in its own double."""
    return key in (key + key)[1:-1]


def _counts(key: str) -> bool:
    """Whether most characters are the neighbours of the one before ("abcdef…", "987654…")."""
    steps = [abs(ord(after) - ord(before)) <= 1 for before, after in pairwise(key)]
    return sum(steps) > len(steps) * 0.6
