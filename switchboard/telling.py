"""How does one task tell what keeps changing, without telling it at every look?

The newest task of a kind is what was told. A sweep asks what there is to say now: nothing new, or
words in the place of those before, or no words: then what was open is closed.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from storage.errors import Duplicate
from storage.store import Rows
from storage.values import Task
from switchboard import notices, tasks
from switchboard.board import Board

US = "the roster"  # who closes what has come about


@dataclass(frozen=True, slots=True)
class Said:
    """The task that was open is closed with the words `closing`; one with `text` is opened."""

    closing: str
    text: str = ""


def tell(board: Board, kind: str, look: Callable[[Rows], Said | None]) -> None:
    """Tell the coordinator what `look` finds; None: all was said. Any process may."""
    with board.store.read() as rows:
        if look(rows) is None:
            return
    now = board.now()
    with suppress(Duplicate), board.store.begin() as rows:  # or another sweep told it this minute
        said = look(rows)
        if said is None:
            return
        tasks.settle(rows, kind, "coordinator", US, said.closing, now)
        if said.text:
            name = f"{kind}:{now:%Y-%m-%dT%H:%M}"
            rows.tasks.add(Task(name, kind, "coordinator", None, None, said.text, now))
            notices.to_coordinators(rows, said.text, now)
