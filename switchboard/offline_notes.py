"""What happened while the database was gone, and how does it get there afterwards?

Each process appends to a file of its own, one line for each fact, on the disk before the answer
leaves. When the database is back, any process takes the files over and replays them; the inbox
keys make sure that a line counts once, however often it is replayed (FAILURES R1, D8).
"""

import contextlib
import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import structlog

from ivr.call import Call
from ivr.events import Arrived, Event, LedOffline, LegEnded, PassEnded
from storage.errors import Duplicate, StoreDown
from storage.store import Rows
from switchboard import arrivals, calls, tasks
from switchboard.board import Board
from telephony.forms import ArrivalFacts

log = structlog.get_logger()

WRITTEN, TAKEN = ".jsonl", ".taken"  # still appended to; being replayed


@dataclass(frozen=True, slots=True)
class Note:
    """One fact. `what`: led (to people's phones), talked, passed (and hung up), ended."""

    key: str
    what: str
    sid: str
    line: str
    shown: str | None
    at: datetime
    talked: bool = False


def append(board: Board, note: Note) -> bool:
    """Write one line and wait for the disk. False: it would not take it (D10), the call goes on."""
    line = json.dumps(asdict(note), default=datetime.isoformat).encode() + b"\n"
    try:
        with _held(_own(board)) as descriptor:
            os.write(descriptor, line)
            os.fsync(descriptor)
    except OSError as error:
        log.error("not noted", call=note.sid, what=note.what, why=str(error))  # noqa: TRY400
        return False
    return True


def left_over(board: Board) -> bool:
    """Whether anything waits to be replayed."""
    return any(True for _ in _files(board.settings.snapshot_dir))


def replay(board: Board) -> None:
    """Bring every note into the database, oldest first, then forget the files.

    Raises StoreDown when the database takes no writes: what is left waits for the next time.
    """
    board.store.probe()
    files = [_taken_over(path) for path in _files(board.settings.snapshot_dir)]
    notes = sorted(_read(files), key=lambda note: note.at)
    talked = {note.sid for note in notes if note.talked}
    failed = [note for note in notes if not _replayed(board, note, spoke=note.sid in talked)]
    for path in files:
        with contextlib.suppress(FileNotFoundError):  # another process was faster
            # After a mistake of ours it is kept for a human, and never tried again.
            path.replace(path.with_suffix(".failed")) if failed else path.unlink()
    log.info("replayed what happened without the database", notes=len(notes), failed=len(failed))


def _replayed(board: Board, note: Note, *, spoke: bool) -> bool:
    try:
        _enter(board, note, spoke=spoke)
    except StoreDown:
        raise
    except Exception:
        log.exception("a note could not be replayed", call=note.sid, what=note.what)
        return False
    return True


def _enter(board: Board, note: Note, *, spoke: bool) -> None:
    for _ in range(2):  # somebody was faster: another replay, or the call's own arrival
        with contextlib.suppress(Duplicate):
            _keep(board, note, spoke=spoke)
            return


def _keep(board: Board, note: Note, *, spoke: bool) -> None:
    key = f"offline:{note.key}"
    with board.store.begin() as rows:
        call, _, seen = rows.calls.lock_leg_with_answer(note.sid, key)
        if seen:
            return
        if call is None:
            call = _begun(board, rows, note)
        calls.take(board, rows, call, _event(note), key)
        if note.what == "led" and not spoke:
            tasks.open_for(rows, "came_offline", "supervisor", note.at, call_id=call.id)


def _begun(board: Board, rows: Rows, note: Note) -> Call:
    """A call whose arrival we did not take in: it begins with the first that was noted of it."""
    facts = ArrivalFacts(note.sid, board.line(note.line).number, note.shown)
    call = arrivals.newcomer(board, facts, note.at)
    events: list[Event] = [Arrived(at=note.at, next_at=note.at)]
    if note.what == "passed":  # somebody was rung for them, though the disk did not take that
        events.append(LedOffline(at=note.at))
    calls.enter(board, rows, call, events, note.key if note.what == "led" else None)
    return rows.calls.lock(call.id) or call


def _event(note: Note) -> Event:
    if note.what == "passed":
        return PassEnded(at=note.at, talked=note.talked, hung_up=True)
    if note.what == "ended":
        return LegEnded(at=note.at)
    return LedOffline(at=note.at, talked=note.talked)


# -- the files --------------------------------------------------------------------------------


def _own(board: Board) -> Path:
    name = re.sub(r"[^A-Za-z0-9.-]", "-", board.worker)
    return board.settings.snapshot_dir / f"offline-{name}{WRITTEN}"


@contextlib.contextmanager
def _held(path: Path) -> Iterator[int]:
    """Open for appending, under the lock without which nobody takes the file over."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _still(path, descriptor):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _still(path: Path, descriptor: int) -> bool:
    """Whether the name still means this file: it may have been taken over while we waited."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _files(folder: Path) -> Iterator[Path]:
    for suffix in (WRITTEN, TAKEN):
        yield from folder.glob(f"offline-*{suffix}")


def _taken_over(path: Path) -> Path:
    if path.suffix == TAKEN:  # a replay was interrupted, or runs elsewhere
        return path
    taken = path.with_name(f"{path.name}.{os.urandom(4).hex()}{TAKEN}")
    with contextlib.suppress(FileNotFoundError), _held(path):
        path.replace(taken)
    return taken


def _read(files: Iterable[Path]) -> Iterator[Note]:
    for path in files:
        with contextlib.suppress(FileNotFoundError):
            for line in path.read_bytes().splitlines():
                yield from _parsed(line)


def _parsed(line: bytes) -> Iterator[Note]:
    try:
        facts = json.loads(line)
        yield Note(**facts | {"at": datetime.fromisoformat(facts["at"])})
    except (ValueError, TypeError, KeyError):  # torn by a crash: its webhook was never answered
        log.warning("a line without a meaning was left out", length=len(line))
