"""APScheduler's own job store as its page describes it: one process, its table, date jobs that ring.

`python clocks_store.py DATABASE_URL` goes on until it is killed.
"""

import logging
import sys
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import Engine, text

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]
START_SECONDS = 6  # whoever is to be in time has started by then
RING = "bench.clocks_store:ring"


def ring(attempt: str, carrier: str) -> None:
    """Ask the carrier to ring one phone, as ours does."""
    form = {"To": f"+999{attempt}", "From": "+1", "Url": f"http://line/person/{attempt}/0"}
    data = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{carrier}/Calls.json", data, timeout=8):
        pass


def store(url: str) -> dict[str, SQLAlchemyJobStore]:
    return {"default": SQLAlchemyJobStore(url)}


def plan(url: str, carrier: str, many: int, spread: float) -> dict[str, datetime]:
    """Write `many` jobs that fall due within `spread` seconds; returns when each does."""
    scheduler, now = BackgroundScheduler(jobstores=store(url), timezone="UTC"), datetime.now(UTC)
    scheduler.start(paused=True)
    since = now + timedelta(seconds=START_SECONDS)
    due = {f"try-{n}": since + timedelta(seconds=spread * n / many) for n in range(many)}
    for attempt, at in due.items():
        scheduler.add_job(
            RING, "date", run_date=at, args=(attempt, carrier), misfire_grace_time=None
        )
    scheduler.shutdown()
    return due


def waiting(engine: Engine) -> int:
    """How many jobs its table still holds; asked past it, for a second scheduler would take some."""
    with engine.connect() as there:
        return int(there.execute(text("SELECT count(*) FROM apscheduler_jobs")).scalar_one())


if __name__ == "__main__":
    logging.disable()
    BlockingScheduler(jobstores=store(sys.argv[1]), timezone="UTC").start()
