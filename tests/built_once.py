"""What does every test build anew that a server builds once in its life? Here: once per process.

SQLAlchemy keeps what a statement compiles to beside its engine, Jinja what a template compiles to
beside its application, and Werkzeug compiles the code that writes an address for every route it is
given; every test has its own engine, its own application and its own routes.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, event
from werkzeug.routing import Rule

import storage.store
from storage.engine import open_engine

STATEMENTS = 5000  # all of the house's, and none is ever forgotten

_known: dict[str, tuple[Any, Any]] = {}
_compile = Rule._compile_builder


def install() -> None:
    """From now on the stores and the web applications of this process are built faster."""
    storage.store.open_engine = opened
    Rule._compile_builder = compiled_late
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Templates()}


class Templates(BytecodeCache):
    """What each template compiled to, for as long as its text is the same."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if found := self._compiled.get(bucket.key):
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


def opened(url: str) -> Engine:
    """An engine of its own, with the dialect and the statements of the first that connected."""
    engine = open_engine(url)
    kind = engine.dialect.name
    if kind in _known:
        engine.dialect, engine._compiled_cache = _known[kind]
    else:  # a dialect knows its server only after the first connection
        event.listen(engine, "connect", lambda *_: _known.setdefault(kind, _of(engine)))
    return engine


def _of(engine: Engine) -> tuple[Any, Any]:
    engine._compiled_cache.capacity = STATEMENTS
    return engine.dialect, engine._compiled_cache


def compiled_late(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """Most routes never have their address written by a test."""
    compiled: list[Any] = []

    def build(bound: Rule, **values: Any) -> tuple[str, str]:
        if not compiled:
            compiled.append(_compile(rule, append_unknown))
        return compiled[0](bound, **values)

    return build
