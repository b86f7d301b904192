"""What every campus of a test process would compile anew is compiled once.

A campus is five applications with fresh Jinja environments, some two hundred addresses, and engines
that have seen no statement. To compile these took more than half of the time of a test that opens a
page; what comes of it is the same each time. Nothing here changes what a page shows or where an address leads.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing.rules import Rule


class _InMemory(BytecodeCache):
    """Templates' code, by their file and what stands in it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


def keep_templates() -> None:
    """For every Flask application that is made from now on."""
    options = {**flask.Flask.jinja_options, "bytecode_cache": _InMemory()}
    flask.Flask.jinja_options = options


def keep_addresses() -> None:
    """What builds a rule's address follows from the rule's own text and defaults."""
    kept: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
    compile_it = Rule._compile_builder

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), append_unknown)
        if key not in kept:
            kept[key] = compile_it(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = compiled


def keep_statements() -> None:
    """SQL, by its statement and the kind of database: all of a kind are the same server here."""
    kept: dict[type, LRUCache[Any, Any]] = {}

    def shared(engine: Engine) -> LRUCache[Any, Any]:
        return kept.setdefault(type(engine.dialect), LRUCache(5_000))

    Engine._compiled_cache = property(shared, lambda _engine, _own: None)
    DefaultDialect.__hash__ = lambda dialect: hash(type(dialect))
    DefaultDialect.__eq__ = lambda one, other: type(one) is type(other)


def spare_the_collector() -> None:
    """What is loaded now stays to the end: no collection has to look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
