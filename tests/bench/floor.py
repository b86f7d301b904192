"""The floor: the same server and two Flask routes with nothing but what no launch can do without.

A redirect with a nonce; then the token's signature (the key object kept), one insert, one SHA-1,
and a redirect. No state, no claims, no course, no person, no meeting.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from flask import Flask, Response, request

CREATE = "CREATE TABLE IF NOT EXISTS floor_nonces (nonce TEXT PRIMARY KEY, used BIGINT)"


class _Sqlite:
    def __init__(self, url: str) -> None:
        self._lock = threading.Lock()
        path = url.removeprefix("sqlite:///")
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(CREATE)

    def insert(self, nonce: str) -> None:
        with self._lock:
            self._connection.execute(
                "INSERT INTO floor_nonces VALUES (?, ?)", (nonce, int(time.time()))
            )


class _Postgresql:
    def __init__(self, url: str) -> None:
        self._local = threading.local()
        self._url = url.replace("postgresql+psycopg://", "postgresql://")
        self._mine().execute(CREATE)

    def _mine(self) -> psycopg.Connection[Any]:
        if not hasattr(self._local, "connection"):
            self._local.connection = psycopg.connect(self._url, autocommit=True)
        connection: psycopg.Connection[Any] = self._local.connection
        return connection

    def insert(self, nonce: str) -> None:
        self._mine().execute("INSERT INTO floor_nonces VALUES (%s, %s)", (nonce, int(time.time())))


def create() -> Flask:
    """For granian's factory; FLOOR_DATABASE and FLOOR_KEY say where."""
    url = os.environ["FLOOR_DATABASE"]
    store = _Sqlite(url) if url.startswith("sqlite") else _Postgresql(url)
    key: Any = load_pem_public_key(Path(os.environ["FLOOR_KEY"]).read_bytes())
    padding, algorithm = PKCS1v15(), SHA256()
    app = Flask("floor", static_folder=None)

    @app.post("/lti/login")
    def login() -> Response:
        nonce = secrets.token_urlsafe(18)
        where = (
            f"http://127.0.0.1/auth?login_hint={request.form['login_hint']}&state=s&nonce={nonce}"
        )
        return Response(status=303, headers={"Location": where})

    @app.post("/lti/launch")
    def launch() -> Response:
        from base64 import urlsafe_b64decode

        header, claims, signature = request.form["id_token"].encode().split(b".")
        key.verify(urlsafe_b64decode(signature + b"=="), header + b"." + claims, padding, algorithm)
        said = json.loads(urlsafe_b64decode(claims + b"=="))
        store.insert(said["nonce"])
        query = f"fullName={said['sub']}&meetingID=m&password=p"
        checksum = hashlib.sha1(f"join{query}secret".encode()).hexdigest()  # noqa: S324 - the API's
        where = f"http://127.0.0.1/api/join?{query}&checksum={checksum}"
        return Response(status=303, headers={"Location": where})

    return app
