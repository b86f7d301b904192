"""What an LMS said in a launch, as it is kept for administrators: what is secret, and what is a
person's own, masked before anything is written.

Of a masked value stays how long it was: enough to see that an LMS sends names and e-mail addresses
at all. Masked is

1. by its name, what is secret (nonces, signatures, tokens, passwords, the picker's ``data``), and
   what describes a person (OpenID Connect Core, 5.1; LTI 1.1's ``lis_person_…``);
2. by its looks, wherever it stands: a JWT, what looks like a token, an e-mail address;
3. a person's own words from above where they come again, in a custom parameter for instance.

Identifiers stay: launches are told apart by them. This runs in the journal's thread, on what may
be anybody's, so it never fails, and no size or depth makes it slow.
"""

from __future__ import annotations

import json
import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, Final
from urllib.parse import unquote

MOST_BYTES: Final = 8192
LONGEST_TEXT: Final = 400
LONGEST_NAME: Final = 200
MOST_ITEMS: Final = 30
MOST_ROWS: Final = 400
DEEPEST: Final = 5
SHORTEST_TOKEN: Final = 12
LARGEST_UNPROVEN: Final = 32 * 1024
"""Who proved nothing is listened to for so long."""
HIDDEN: Final = "•••"

_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_SECRET: Final = re.compile(
    r"nonce|secret|token|passw|passcode|passphrase|pwd|signature|sesskey|session|cookie|credential"
    r"|private|bearer|jwt|result_sourcedid|(?:api|access|encryption|signing)_?key|key_sign"
    r"|(?:access|join|entry|invite|guest)_?code"
    r"|(?:^|_)(?:auth|authorization|otp|pin|pw|key|sig|sid|hash|data)(?:$|_)"
)
_OPEN: Final = frozenset({"oauth_signature_method", "oauth_consumer_key", "consumer_key"})
"""Names that sound secret, and are what one has to see."""
_PERSONAL: Final = re.compile(
    r"lis_person_|person_sourced_?id|e_?mail|phone|mobile|picture|photo|avatar|image|birth|gender"
    r"|pronoun|address|login_?id|nickname|username|profile|website"
    r"|(?:given|family|middle|first|last|full|sur|user|login|screen|display|person|student"
    r"|teacher|preferred|sort(?:able)?|maiden)_?name|name_(?:given|family|middle|full|first|last)"
)
_THINGS: Final = frozenset({"tool_platform", "context", "resource_link", "lti1p1"})
"""Claims whose ``name`` is a thing's."""
_TOKEN: Final = re.compile(
    r"eyJ[\w-]{5,}\.|(?=[A-Za-z]{0,60}[0-9])(?=[0-9]{0,60}[A-Za-z])[A-Za-z0-9]{20,}"
)
_BASE64: Final = re.compile(r"(?=[^+/=]*[+/=])[A-Za-z0-9+/]{20,}={0,2}\Z")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")
_MAIL: Final = re.compile(r"[^\s@<>\"'/:?&=,;]{1,80}@[^\s@]{1,200}\.\w")
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_LETTER: Final = re.compile(r"[^a-z0-9]+")
_IDENTIFIES: Final = re.compile(r"(?:^|_)(?:id|ids|guid|uuid|iss|aud|azp|sub|history|version)\Z")


class Said:
    """What was said in one launch, masked when it is first asked for and never before."""

    __slots__ = ("_kept", "_proven", "_said")

    def __init__(self, said: Mapping[str, Any] | str, *, proven: bool) -> None:
        """As :func:`told` has them."""
        too_long = isinstance(said, str) and len(said) > LARGEST_UNPROVEN
        self._said: Mapping[str, Any] | str = "" if too_long else said
        self._proven = proven
        self._kept: str | None = None

    def __call__(self) -> str:
        """The JSON; what it was made from is let go."""
        if self._kept is None:
            self._kept, self._said = told(self._said, proven=self._proven), ""
        return self._kept


def told(said: Mapping[str, Any] | str, *, proven: bool) -> str:
    """JSON of what was said, at most 8 kB; empty where it can't be read.

    ``said``: claims, LTI 1.1's parameters, or a token nobody checked. ``proven``: its signature
    held. The JSON has ``proven``; ``rows``, each a claim, a name in it (or ""), and its value,
    where a masked one is ``{"hidden": length}``; and ``cut`` where not all was kept.
    """
    claims = _unchecked(said) if isinstance(said, str) else said
    rows = list(islice(_rows(claims), MOST_ROWS + 1))
    cut = len(rows) > MOST_ROWS
    while rows:
        kept = _JSON.encode({"proven": proven, "cut": cut, "rows": rows[:MOST_ROWS]})
        if len(kept.encode("utf-8", "replace")) <= MOST_BYTES:
            return kept
        # What comes first in a token matters most: whose it is, and for whom.
        rows, cut = rows[: len(rows) * 3 // 4], True
    return ""


def _unchecked(token: str) -> Mapping[str, Any]:
    """What a token says whose signature nobody checked; nothing where that can't be read."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        standard = parts[1].replace("-", "+").replace("_", "/")
        claims = json.loads(a2b_base64(standard + "=" * (-len(standard) % 4)))
    except (Base64Error, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _rows(claims: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    mask = _Mask(claims)
    for claim, value in claims.items():
        for path, leaf in _leaves(value, DEEPEST):
            yield _name(claim), _name(".".join(path)), mask.value(claim, path, leaf)


def _leaves(value: Any, depth: int) -> Iterator[tuple[tuple[str, ...], Any]]:
    """What a claim holds, by the names that lead to it; a list of plain values is one."""
    if depth and isinstance(value, Mapping) and value:
        pairs: Iterator[tuple[str, Any]] = ((str(name), each) for name, each in value.items())
    elif depth and isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        pairs = ((str(number), each) for number, each in enumerate(value))
    else:
        yield (), value
        return
    for name, each in pairs:
        for path, leaf in _leaves(each, depth - 1):
            yield (name, *path), leaf


class _Mask:
    """Decides what of one launch is shown."""

    def __init__(self, claims: Mapping[str, Any]) -> None:
        own = {
            value.strip().casefold()
            for claim, value in claims.items()
            if isinstance(value, str) and len(value) <= LONGEST_TEXT and _is_own(str(claim))
        }
        self._words = own - {""}
        self._phrases = [each for each in self._words if len(each) >= 5]

    def value(self, claim: str, path: tuple[str, ...], leaf: Any) -> Any:
        """The value as it is kept."""
        if isinstance(leaf, list):
            return [self._plain(claim, path, each) for each in leaf[:MOST_ITEMS]]
        return self._plain(claim, path, leaf)

    def _plain(self, claim: str, path: tuple[str, ...], value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if not isinstance(value, str | int | float):
            return {"hidden": None} if value else None  # deeper than anybody looks
        hidden, identifies = _judged(claim[:LONGEST_NAME], path)
        if hidden or (isinstance(value, str) and self._gives_away(value, identifies)):
            return {"hidden": len(str(value))}
        if not isinstance(value, str):
            return value
        text = _safe_url(value[:LONGEST_TEXT]) if _WEB.match(value) else value[:LONGEST_TEXT]
        return text if len(value) <= LONGEST_TEXT else f"{text} …"

    def _gives_away(self, value: str, identifies: bool) -> bool:
        """Whether the value is a token or a person's own, whatever it is called."""
        start = value[: LONGEST_TEXT + 100]
        plain = (unquote(start) if "%" in start else start).casefold()
        if plain.strip() in self._words or any(each in plain for each in self._phrases):
            return True
        if _has_mail(plain):
            return True
        # An address is seen to piece by piece.
        return not identifies and not _WEB.match(value) and _is_token(start)


@lru_cache(maxsize=2048)
def _judged(claim: str, path: tuple[str, ...]) -> tuple[bool, bool]:
    """Whether what is called so is masked, and whether it tells things apart."""
    name = _plain_name(path[-1] if path else claim)
    return (
        _is_secret(name) or _is_personal(claim, path),
        _IDENTIFIES.search(name) is not None,
    )


def _is_secret(name: str) -> bool:
    return name not in _OPEN and _SECRET.search(name) is not None


@lru_cache(maxsize=1024)
def _is_own(claim: str) -> bool:
    return _is_personal(claim, ())


def _is_personal(claim: str, path: tuple[str, ...]) -> bool:
    name = _plain_name(path[-1] if path else claim)
    if name in {"name", "custom_name"}:
        return _short(claim) not in _THINGS
    within = any(_PERSONAL.search(_plain_name(each)) for each in path[:-1])
    own = not path or _short(claim) not in _THINGS
    return within or (own and _PERSONAL.search(name) is not None) or _short(claim) == "address"


def _has_mail(text: str) -> bool:
    return "@" in text and _MAIL.search(text) is not None


def _is_token(text: str) -> bool:
    if len(text) < SHORTEST_TOKEN or _DATE.match(text):
        return False
    return _TOKEN.search(text) is not None or _BASE64.match(text) is not None


def _safe_url(url: str) -> str:
    """An address without who signs in there, and without what its query keeps secret."""
    address, mark, rest = url.partition("?")
    address = re.sub(r"//[^/@]*@", f"//{HIDDEN}@", address, count=1)
    pieces = (HIDDEN if _is_token(piece) else piece for piece in address.split("/"))
    query, hash_mark, fragment = rest.partition("#")
    shown = "&".join(_safe_parameter(each) for each in query.split("&"))
    tail = f"{hash_mark}{HIDDEN if _is_token(fragment) else fragment}"
    return f"{'/'.join(pieces)}{mark}{shown}{tail}"


def _safe_parameter(parameter: str) -> str:
    name, mark, value = parameter.partition("=")
    plain = _plain_name(unquote(name))
    hidden = _is_secret(plain) or _PERSONAL.search(plain) or _is_token(unquote(value or name))
    return f"{name if mark else ''}{mark}{HIDDEN}" if hidden else parameter


def _short(claim: str) -> str:
    return claim.rpartition("/")[2]


def _plain_name(name: str) -> str:
    """``returnUrl``, ``return-url`` and ``…/claim/return_url`` are one name."""
    last = _CAMEL.sub("_", _short(name[:LONGEST_NAME]))
    return _NO_LETTER.sub("_", last.lower()).removeprefix("custom_").strip("_")


@lru_cache(maxsize=2048)
def _name(name: str) -> str:
    """The name as it is kept; nobody hides a token or an address in it."""
    if _has_mail(name) or (not _WEB.match(name) and _is_token(name[:LONGEST_NAME])):
        return HIDDEN
    return name[:LONGEST_NAME]
