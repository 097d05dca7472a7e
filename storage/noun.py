"""What do all noun files share? A connection, the clock, and the way rows become values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Executable,
    Row,
    String,
    Table,
    literal_column,
)
from sqlalchemy.dialects import postgresql, sqlite

V = TypeVar("V")
Moved = Callable[[datetime | None], datetime | None]  # an instant, read by a clock set back


class Shape(Generic[V]):
    """A table's columns in the order of a value's fields, and the way there and back."""

    def __init__(self, value: type[V], table: Table) -> None:
        self.value: Callable[..., V] = value
        self.names = tuple(field.name for field in fields(value))  # type: ignore[arg-type]
        self.columns: tuple[Column[Any], ...] = tuple(table.c[name] for name in self.names)

    def of(self, row: Row[Any]) -> V:
        return self.value(*row)

    def maybe(self, row: Row[Any] | None) -> V | None:
        return None if row is None else self.of(row)

    def all(self, rows: Sequence[Row[Any]]) -> list[V]:
        return [self.of(row) for row in rows]

    def facts(self, value: V) -> dict[str, Any]:
        return {name: getattr(value, name) for name in self.names}


def among(column: ColumnElement[str], words: Iterable[str]) -> ColumnElement[bool]:
    """Whether it is one of these words of our own: written out, never a stranger's.

    `in_` with values is spelled anew at every execution, for their number may differ.
    """
    return column.in_([own(word) for word in words])


def own(word: str) -> ColumnElement[str]:
    """A word of our own, written out: never a stranger's.

    A parameter that decides whether a partial index serves (offers_one_live) makes SQLite plan the
    statement anew at every execution: that takes five times as long as the answer.
    """
    return literal_column(f"'{word}'", String)


@dataclass(frozen=True, slots=True)
class Noun:
    """The rows of one noun, inside one transaction."""

    connection: Connection
    now: Callable[[], datetime]

    def _row(self, statement: Executable, **params: Any) -> Row[Any] | None:
        return self.connection.execute(statement, params).first()

    def _rows(self, statement: Executable, **params: Any) -> Sequence[Row[Any]]:
        return self.connection.execute(statement, params).all()

    def _change(self, statement: Executable, **params: Any) -> int:
        """Update or delete, and say how many rows: the heart of every compare-and-swap.

        Of an insert PostgreSQL need not tell: ask it for RETURNING instead.
        """
        return self.connection.execute(statement, params).rowcount

    def _insert(self, table: Table) -> "postgresql.Insert | sqlite.Insert":
        """Return an insert that knows ON CONFLICT, which each database spells by itself."""
        if self.connection.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)
