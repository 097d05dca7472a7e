"""What kinds of columns have the tables, and how are their indexes and keys named?"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Dialect,
    Integer,
    MetaData,
)
from sqlalchemy.types import DateTime, TypeDecorator

from ivr.call import Coming, Guest, How, Role

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# 64-bit everywhere (FAILURES D24); SQLite needs plain INTEGER to number rows itself.
Serial = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite keeps it naive, so the zone is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone: storage takes aware instants only")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else value.replace(tzinfo=UTC)


class Answers(TypeDecorator[dict[str, str]]):
    """Named answers as JSON; none were asked where a row is older than the column."""

    impl = JSON
    cache_ok = True

    def process_result_value(
        self,
        value: dict[str, str] | None,
        dialect: Dialect,  # noqa: ARG002  (its signature)
    ) -> dict[str, str]:
        return value or {}


class Guests(TypeDecorator[tuple[Guest, ...]]):
    """Who else is in a call, as JSON; nobody where a row is older than the column."""

    impl = JSON
    cache_ok = True

    def process_bind_param(
        self,
        value: tuple[Guest, ...] | None,
        dialect: Dialect,  # noqa: ARG002  (its signature)
    ) -> list[dict[str, Any]] | None:
        return [asdict(one) | {"since": one.since.isoformat()} for one in value or ()] or None

    def process_result_value(
        self,
        value: list[dict[str, Any]] | None,
        dialect: Dialect,  # noqa: ARG002  (its signature)
    ) -> tuple[Guest, ...]:
        return tuple(_guest(one) for one in value or ())


def _guest(facts: dict[str, Any]) -> Guest:
    told = {
        "role": Role(facts["role"]),
        "state": Coming(facts["state"]),
        "how": facts["how"] and How(facts["how"]),
        "since": datetime.fromisoformat(facts["since"]),
    }
    return Guest(**facts | told)
