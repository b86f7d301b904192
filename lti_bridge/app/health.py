"""Alive, ready, measured: what load balancers and Prometheus ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify

from lti_bridge.app.watching import exposition
from lti_bridge.errors import SchemaOutOfDate, StoreError
from lti_bridge.store import schema

if TYPE_CHECKING:
    from lti_bridge.app.wiring import Bridge


def missing(bridge: Bridge) -> list[str]:
    """What keeps this node from taking launches, in words; empty when it is ready."""
    try:
        schema.check(bridge.store.database)
    except SchemaOutOfDate as error:
        return [f"schema: {error.message} {error.remedy}"]
    except StoreError as error:
        return [f"database: {error.message} {error.remedy}"]
    try:
        bridge.store.keys.every()
    except StoreError as error:
        return [f"key: {error.message} {error.remedy}"]
    return []


def blueprint(bridge: Bridge) -> Blueprint:
    """``/healthz``, ``/readyz``, ``/metrics``."""
    urls = Blueprint("health", __name__)

    @urls.get("/healthz")
    def healthz() -> Response:
        return jsonify(alive=True)

    @urls.get("/readyz")
    def readyz() -> Response:
        lacking = missing(bridge)
        response = jsonify(ready=not lacking, missing=lacking)
        response.status_code = 503 if lacking else 200
        return response

    @urls.get("/metrics")
    def metrics() -> Response:
        told = exposition(bridge.client, bridge.services)
        return Response(told, mimetype="text/plain; version=0.0.4")

    return urls
