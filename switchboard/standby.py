"""Is the database to be left alone now, and whom could we ring without it?

One value for each process: a circuit breaker, and the last snapshot this process has seen.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from switchboard.snapshot import Snapshot

AWAY = timedelta(seconds=5)  # then one webhook may try again, should the probing have died


@dataclass(slots=True)
class Standby:
    """Tripped by the first webhook the database failed; closed by a probe that could write."""

    away_until: datetime | None = None
    snapshot: Snapshot | None = None  # kept for the hour in which the disk is gone as well

    def trip(self, now: datetime) -> None:
        """The database failed at `now`: nobody waits for it for a while."""
        self.away_until = now + AWAY

    def close(self) -> None:
        """The database took a write."""
        self.away_until = None

    @property
    def tripped(self) -> bool:
        """Whether a probe is due; it stays so until one succeeds."""
        return self.away_until is not None

    def away(self, now: datetime) -> bool:
        """Whether webhooks are answered without the database."""
        until = self.away_until
        # The second half holds when the machine's clock was set back meanwhile.
        return until is not None and now < until <= now + AWAY
