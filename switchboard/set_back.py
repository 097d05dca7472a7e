"""What if this machine's clock was set back? No caller may wait for the hour to come again.

Deadlines are instants (FAILURES R7): set back by an hour, each of them lies an hour too far ahead,
and nobody is offered, passed on or let go until then (D15). Our own last heartbeat, stamped in what
is now the future, tells by how much, with the time since, which a clock counts that nobody sets;
whatever is under way is moved back by that, so that every order and every span stay as they were. A
clock set forward needs nothing: all that is due is done, once.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from storage.store import Rows
from switchboard.board import Board

log = structlog.get_logger()

NOTICED = timedelta(seconds=5)  # less is the ordinary trembling of a clock, and harms nobody
# Whatever says so was written after the clock was set back; or since the last heartbeat, should
# that be longer ago: this process may have stood still.
RECENT = timedelta(seconds=10)
AHEAD = timedelta(minutes=2)  # no step plans further: what lies beyond was written before


@dataclass(frozen=True, slots=True)
class SetBack:
    """How the instants that were written before are to be read now; None stays None."""

    now: datetime
    by: timedelta
    recent: timedelta = RECENT

    def since(self, moment: datetime | None) -> datetime | None:
        """When something began."""
        if moment is None or self.now - self.recent <= moment <= self.now:
            return moment
        return moment - self.by

    def until(self, moment: datetime | None) -> datetime | None:
        """When something is due; a little early at worst, which every handler survives.

        What was due before lies ahead now, too: nothing may wait a day for that (D15).
        """
        if moment is None or moment < self.now + min(self.by - NOTICED, AHEAD):
            return moment
        return moment - self.by


def notice(board: Board, name: str) -> None:
    """Compare the clock with this machine's last heartbeat, and put right what is under way.

    Of two clocks of one machine one alone does: moved twice, all who wait would be passed on.
    """
    with board.store.read() as rows:
        if not _ahead(rows, name, board.now()):
            return
    with board.store.begin() as rows:
        now, silent = board.now(), _silent(board, name)
        ahead = _ahead(rows, name, now)
        if not ahead or not rows.heartbeats.put_right(now, now + NOTICED):
            return
        by = ahead + silent
        earlier = SetBack(now, by, max(RECENT, silent))
        _calls(rows, earlier)
        rows.offers.move(earlier.since)
        rows.errands.move(earlier.until)
        rows.desks.move(earlier.since)
    log.warning("the clock was set back: what was under way was moved with it", by=str(by))


def _silent(board: Board, name: str) -> timedelta:
    """How long ago this clock last beat; nothing, when it has not yet."""
    now = board.elapsed()
    return timedelta(seconds=now - board.beaten.get(name, now))


def _ahead(rows: Rows, name: str, now: datetime) -> timedelta | None:
    """How far in what is now the future the last heartbeat lies; None: it does not."""
    machine = name[: name.rfind(":") + 1] or name  # its process before this one may have ended
    last = rows.heartbeats.of(machine)
    return last.at - now if last and last.at - now > NOTICED else None


def _calls(rows: Rows, earlier: SetBack) -> None:
    for seen in rows.calls.live():
        call = rows.calls.lock(seen.id)
        if call is not None and not call.over:
            rows.calls.save(
                replace(
                    call,
                    stage_since=earlier.since(call.stage_since) or call.stage_since,
                    line_since=earlier.since(call.line_since) or call.line_since,
                    deadline_at=earlier.until(call.deadline_at),
                )
            )
            rows.traces.move(call.id, earlier.since)
