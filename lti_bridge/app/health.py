"""Alive, ready, measured: what load balancers and Prometheus ask."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify

from lti_bridge.app.watching import exposition
from lti_bridge.errors import SchemaOutOfDate, StoreError
from lti_bridge.jobs import late_jobs
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


def noticed(bridge: Bridge) -> list[str]:
    """What doesn't keep this node from taking launches, and somebody should look at: services that
    are left alone, and jobs that nobody runs. Other nodes see the same: taking this one out of the
    load balancer would mend nothing.
    """
    found = [
        f"service: {one.name} is left alone: {one.health.reason}."
        for one in bridge.services.all()
        if one.health.state != "closed"
    ]
    try:
        runs = bridge.store.job_runs.all()
    except StoreError:
        return found
    if not runs:
        found.append("jobs: none has ever run. Start lti-bridge worker, or serve --with-worker.")
    found += [
        f"jobs: {one.name} {f'fails: {one.outcome}' if one.outcome else 'is not run'}."
        " See lti-bridge jobs list."
        for one in late_jobs(runs, int(time.time() * 1000))
    ]
    return found


def blueprint(bridge: Bridge) -> Blueprint:
    """``/healthz``, ``/readyz``, ``/metrics``."""
    urls = Blueprint("health", __name__)

    @urls.get("/healthz")
    def healthz() -> Response:
        return jsonify(alive=True)

    @urls.get("/readyz")
    def readyz() -> Response:
        lacking = missing(bridge)
        seen = [] if lacking else noticed(bridge)
        response = jsonify(ready=not lacking, missing=lacking, noticed=seen)
        response.status_code = 503 if lacking else 200
        return response

    @urls.get("/metrics")
    def metrics() -> Response:
        told = exposition(bridge.client, bridge.services, bridge.store.job_runs, bridge.store.loads)
        return Response(told, mimetype="text/plain; version=0.0.4")

    return urls
