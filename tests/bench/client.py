"""The load: whole launches over keep-alive sockets, each with a fresh signed token.

It is lean on purpose. Its own cost (an RSA signature above all) is not in the server's figures, but
it shares the machine.
"""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote_plus, urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


@dataclass(frozen=True, slots=True)
class Person:
    """Who launches, and where."""

    sub: str
    course: str = "course-0"
    waits: bool = False
    """By a link whose students wait until a teacher is in."""


@dataclass
class Outcome:
    """What a round of launches came to."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    took: float = 0.0

    @property
    def joined(self) -> int:
        return self.statuses.get(303, 0)


class Lms:
    """Signs tokens as a platform would; the key object is kept."""

    def __init__(self, issuer: str, key: RSAPrivateKey, kid: str) -> None:
        self.issuer, self._key = issuer, key
        self._header = _b64(json.dumps({"alg": "RS256", "typ": "JWT", "kid": kid}).encode())

    def token(self, person: Person, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": "client-1", "sub": person.sub, "nonce": nonce,
            "iat": now, "exp": now + 300,
            "name": f"Person {person.sub}", "given_name": "Person", "family_name": person.sub,
            "email": f"{person.sub}@example.edu", "locale": "en",
            f"{LTI}version": "1.3.0",
            f"{LTI}message_type": "LtiResourceLinkRequest",
            f"{LTI}deployment_id": "1",
            f"{LTI}target_link_uri": "https://bridge.example.edu/lti/launch",
            f"{LTI}roles": [
                f"{MEMBERSHIP}Learner",
                "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student",
            ],
            f"{LTI}context": {"id": person.course, "title": "Algebra I", "label": "ALG1",
                              "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"]},
            f"{LTI}resource_link": {"id": "link-1", "title": "Live class"},
            f"{LTI}tool_platform": {"guid": "guid", "name": "LMS", "product_family_code": "lms"},
            f"{LTI}launch_presentation": {
                "document_target": "window", "locale": "en", "return_url": f"{self.issuer}/return",
            },
            f"{LTI}custom": {"campus": "main", "wait_for_moderator": str(person.waits).lower()},
            f"{LTI}lis": {"person_sourcedid": person.sub},
        }  # fmt: skip
        signed = self._header + b"." + _b64(json.dumps(claims, separators=(",", ":")).encode())
        signature = self._key.sign(signed, PKCS1v15(), SHA256())
        return (signed + b"." + _b64(signature)).decode()


class Connection:
    """One keep-alive connection of one visitor after another."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self.host = f"{host}:{port}"
        self._host = self.host.encode()
        self._socket = socket.create_connection(self._address)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.body = b""
        """Of the last answer."""

    def post(
        self, path: bytes, body: bytes, cookie: bytes = b"", bearer: bytes = b""
    ) -> tuple[int, dict[bytes, bytes]]:
        self._socket.sendall(
            b"POST " + path + b" HTTP/1.1\r\nHost: " + self._host
            + b"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
            + str(len(body)).encode()
            + (b"\r\nCookie: " + cookie if cookie else b"")
            + (b"\r\nAuthorization: Bearer " + bearer if bearer else b"")
            + b"\r\n\r\n" + body
        )  # fmt: skip
        return self._answer()

    def _answer(self) -> tuple[int, dict[bytes, bytes]]:
        data = b""
        while b"\r\n\r\n" not in data:
            more = self._socket.recv(65536)
            if not more:
                raise ConnectionError("closed without an answer")
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        length = int(headers.get(b"content-length", b"0"))
        while len(body) < length:
            body += self._socket.recv(65536)
        self.body = body
        return int(lines[0].split()[1]), headers

    def close(self) -> None:
        self._socket.close()


def launch(connection: Connection, lms: Lms, person: Person) -> int:
    """Login and launch; the launch's status."""
    login = (
        f"iss={quote_plus(lms.issuer)}&login_hint={person.sub}&client_id=client-1"
        f"&target_link_uri={quote_plus(f'http://{connection.host}/lti/launch')}"
        "&lti_message_hint=hint"
    )
    status, headers = connection.post(b"/lti/login", login.encode())
    if status != 303:
        raise AssertionError(f"login answered {status}")
    query = parse_qs(urlsplit(headers[b"location"].decode()).query)
    cookie = headers.get(b"set-cookie", b"").partition(b";")[0]
    token = lms.token(person, query["nonce"][0])
    body = f"state={quote_plus(query['state'][0])}&id_token={token}"
    status, _ = connection.post(b"/lti/launch", body.encode(), cookie)
    return status


def run(
    address: tuple[str, int],
    lms: Lms,
    people: Iterable[Person],
    *,
    threads: int = 6,
    per_second: float | None = None,
) -> Outcome:
    """Everybody launches once: as fast as it goes, or evenly at ``per_second``."""
    crowd = list(people)
    outcome = Outcome()
    began = time.perf_counter()

    def some(mine: list[tuple[int, Person]]) -> tuple[list[float], dict[int, int]]:
        seconds: list[float] = []
        statuses: dict[int, int] = {}
        connection = Connection(*address)
        for number, person in mine:
            due = began + number / per_second if per_second else time.perf_counter()
            if (wait := due - time.perf_counter()) > 0:
                time.sleep(wait)
            status = launch(connection, lms, person)
            seconds.append(time.perf_counter() - due)
            statuses[status] = statuses.get(status, 0) + 1
        connection.close()
        return seconds, statuses

    numbered = list(enumerate(crowd))
    with ThreadPoolExecutor(threads) as pool:
        for seconds, statuses in pool.map(some, [numbered[n::threads] for n in range(threads)]):
            outcome.seconds += seconds
            for status, count in statuses.items():
                outcome.statuses[status] = outcome.statuses.get(status, 0) + count
    outcome.took = time.perf_counter() - began
    return outcome


def _b64(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")
