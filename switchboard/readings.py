"""Who has seen what we know of a person? A line of the audit for each reader, not for each look."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from storage.store import Rows
from switchboard.board import Board


@dataclass(frozen=True, slots=True)
class Reading:
    """`action` upon `object`, as the audit names them; `facts` tell one version from another."""

    action: str
    object: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def note(board: Board, reader: str, seen: Iterable[Reading]) -> None:
    """Write down, before it is shown (FAILURES E16), what this reader has not read before."""
    with board.store.read() as rows:
        fresh = [one for one in seen if not _was_read(rows, reader, one)]
    if not fresh:
        return
    with board.store.begin() as rows:
        for one in fresh:
            if not _was_read(rows, reader, one):  # their other window was no faster
                rows.audit.write(reader, one.action, one.object, dict(one.facts), board.now())


def _was_read(rows: Rows, reader: str, one: Reading) -> bool:
    wanted = (reader, one.action, one.facts)
    return any(
        (line.actor, line.action, line.facts) == wanted for line in rows.audit.of(one.object)
    )
