"""At which numbered points can a process of ours be made to die, and how?

The program under test knows nothing of it: a test process puts these points around functions of
the rooms before it starts serving, so there is nothing that a setting could switch on in
production, and nothing to pay there. A point is armed by a file of its number, whose word is KILL
or STOP; the first process that comes by takes the file and the consequence (FAILURES D1-D4).
"""

import functools
import importlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


class Point(NamedTuple):
    where: str  # module:function or module:Class.method
    when: str  # before | after
    says: str


POINTS: dict[int, Point] = dict(
    enumerate(
        (
            # a webhook
            Point("switchboard.arrivals:arrive", "before", "an arrival verified, nothing written"),
            Point("storage.calls:Calls.add", "before", "mid transaction: the journal, no call"),
            Point("storage.calls:Calls.add", "after", "mid transaction: a call not committed"),
            Point("switchboard.arrivals:arrive", "after", "an arrival committed, not answered"),
            Point("storage.calls:Calls.lock_with_answer", "after", "a call locked, undecided"),
            Point("storage.calls:Calls.save", "after", "mid transaction: saved, no journal"),
            Point("storage.journal:Journal.add", "after", "mid transaction: journal, no effects"),
            Point("storage.errands:Errands.add", "after", "all written, not committed"),
            Point("switchboard.calls:handle_found", "after", "committed, not answered"),
            Point("storage.calls:Calls.lock_for_lap", "after", "a lap locked"),
            Point("switchboard.calls:another_lap", "after", "a lap committed, not answered"),
            Point("switchboard.calls:happened", "before", "a deadline found, not acted on"),
            Point("switchboard.calls:happened", "after", "a fact of our own committed"),
            # what a step owes our own tables
            Point("switchboard.effects:_carry_out", "before", "committed, and owed still"),
            Point("storage.journal:Journal.carried_out", "after", "carried out, not committed"),
            # offers and acceptance
            Point("storage.offers:Offers.add", "after", "mid transaction: offers written"),
            Point("switchboard.offers:sweep", "after", "offers committed"),
            Point("storage.calls:Calls.claim", "after", "mid transaction: a caller, no journal"),
            Point("storage.offers:Offers.accept", "after", "mid transaction: an offer won"),
            Point("switchboard.offers:accept", "after", "accepted and committed, not answered"),
            # errands
            Point("storage.errands:Errands.claim_due", "after", "claimed, not committed"),
            Point("switchboard.errands:_carry_out", "before", "claimed and committed, no REST"),
            Point("telephony.carrier:Carrier.move", "before", "about to move a leg"),
            Point("telephony.carrier:Carrier.move", "after", "a leg moved, not recorded"),
            Point("telephony.carrier:Carrier.ring", "before", "about to ring a phone"),
            Point("telephony.carrier:Carrier.ring", "after", "a phone rings, sid not recorded"),
            Point("telephony.carrier:Carrier.end", "before", "about to end a leg"),
            Point("telephony.carrier:Carrier.end", "after", "a leg ended, not recorded"),
            Point("storage.errands:Errands.settle", "after", "settled, not committed"),
            Point("switchboard.errands:_carry_out", "after", "carried out, not settled"),
            # promises
            Point("storage.attempts:Attempts.add", "after", "mid transaction: an attempt"),
            Point("storage.attempts:Attempts.hear", "after", "the first word claimed, not kept"),
            Point("switchboard.phones:person", "after", "a person picked up, not answered"),
            Point("switchboard.followups:sweep", "after", "a promise offered"),
            # backup cell phones
            Point("storage.offers:Offers.hear", "after", "a phone's first word claimed, not kept"),
            Point("switchboard.phones:answered", "after", "a phone picked up, not answered"),
            Point("switchboard.phones:pressed", "before", "1 was pressed, nothing written"),
            # the clock's own
            Point("storage.heartbeats:Heartbeats.beat", "after", "swept, heartbeat not kept"),
            Point("switchboard.reconcile:_check", "before", "the carrier is about to be asked"),
            # without the database
            Point("switchboard.offline_notes:append", "before", "a fact not yet on the disk"),
            Point("switchboard.offline_notes:append", "after", "a fact on the disk, not answered"),
            Point("switchboard.offline_notes:_enter", "after", "a note replayed, its file there"),
            Point("switchboard.snapshot:_write", "before", "a snapshot not yet written"),
        ),
        start=1,
    )
)
SIGNALS = {"KILL": signal.SIGKILL, "STOP": signal.SIGSTOP}


def arm(folder: Path, number: int, word: str) -> None:
    """The next process that passes `number` gets it."""
    aside = folder / f"aside-{number}"
    aside.write_text(word)
    aside.rename(folder / str(number))


def disarm(folder: Path, number: int) -> bool:
    """Take it back; False: somebody has taken it already."""
    try:
        (folder / str(number)).unlink()
    except FileNotFoundError:
        return False
    return True


def fired(folder: Path) -> list[tuple[int, int]]:
    """Who was hit where: (process id, point); each is told once."""
    found = []
    for path in folder.glob("hit-*"):
        _, pid, number = path.name.split("-")
        path.unlink()
        found.append((int(pid), int(number)))
    return found


def install(folder: Path) -> None:
    """Put every point into the modules of this process; raises when one is not there any more."""
    for number, point in POINTS.items():
        module, _, path = point.where.partition(":")
        owner: Any = importlib.import_module(module)
        *classes, name = path.split(".")
        for one in classes:
            owner = getattr(owner, one)
        setattr(owner, name, _mortal(getattr(owner, name), folder, number, point.when))


def _mortal(work: Callable[..., Any], folder: Path, number: int, when: str) -> Callable[..., Any]:
    @functools.wraps(work)
    def wrapped(*given: Any, **named: Any) -> Any:
        if when == "before":
            _pass(folder, number)
            return work(*given, **named)
        result = work(*given, **named)
        _pass(folder, number)
        return result

    return wrapped


def _pass(folder: Path, number: int) -> None:
    mark = folder / str(number)
    if not mark.exists():
        return
    hit = folder / f"hit-{os.getpid()}-{number}"
    try:
        mark.rename(hit)  # one process alone gets it
    except FileNotFoundError:
        return
    os.kill(os.getpid(), SIGNALS[hit.read_text()])
