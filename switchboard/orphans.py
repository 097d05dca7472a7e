"""What did a process of this machine have in hand when it ended?

Its errands need not wait for their lease: nobody carries them out any more. What became of them
is as unknown as ever, and evidence decides (FAILURES R3). Of another machine's processes we know
nothing; there the lease runs out.
"""

import os
import socket

from switchboard.board import Board


def release(board: Board) -> int:
    """Leave what the dead had in hand to the evidence at once; returns how many errands."""
    with board.store.read() as rows:
        dead = [worker for worker in rows.errands.workers() if ended(worker)]
    if not dead:
        return 0
    with board.store.begin() as rows:
        released = rows.errands.orphaned(dead)
    board.wake()
    return released


def ended(worker: str) -> bool:
    """Whether `worker`, a `host:pid`, was a process of this machine and is none now."""
    host, _, pid = worker.rpartition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:  # somebody else's process has its number now
        return False
    return False
