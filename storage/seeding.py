"""How is a whole month put into a database at once? One statement a table: demo and tests."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from enum import Enum
from typing import Any

from sqlalchemy import delete, insert

from storage.store import Rows
from storage.tables import metadata

KEPT = {"roles", "audit"}  # given by the migration; append-only


def wipe(rows: Rows) -> None:
    """Remove every row that may be removed: for a fresh start of the demo alone."""
    for table in reversed(metadata.sorted_tables):
        if table.name not in KEPT:
            rows.calls.connection.execute(delete(table))


def plant(rows: Rows, batches: Mapping[str, Sequence[Any]]) -> None:
    """Add rows (mappings, or values named as their columns) to tables by name."""
    for name, batch in batches.items():
        if batch:
            facts = [one if isinstance(one, Mapping) else _facts(one) for one in batch]
            rows.calls.connection.execute(insert(metadata.tables[name]), facts)


def _facts(value: Any) -> dict[str, Any]:
    """`dataclasses.asdict` copies every leaf, which takes longer than the insert."""
    named = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: fact.value if isinstance(fact, Enum) else fact for name, fact in named.items()}
