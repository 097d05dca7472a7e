"""How soon is a caller answered while the database is gone? `PYTHONPATH=.:tests python tests/bench/offline.py`."""

import tempfile
import time
import uuid
from pathlib import Path

from bench.webhook import arrival
from town import BASE, RIVERTON, Town

from config import logs
from emulator.engine import FAKE_TOKEN
from storage.migrate import upgrade

CALLERS = 2_000


def answered(callers: int) -> list[float]:
    """Milliseconds of each arrival at the door; a database that is a file of nonsense."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "line.db")
        upgrade(f"sqlite:///{place}")
        with Town.opened(f"sqlite:///{place}") as town:
            logs.configure("error")
            for number in range(5):
                town.clinician(f"C{number}", "backup", phone=f"+1314555012{number}")
            town.waits(seconds=5)
            town.store.engine.dispose()
            place.write_bytes(b"no database" * 500)
            return [_one(town) for _ in range(callers)]


def _one(town: Town) -> float:
    webhook = arrival(BASE, f"CA{uuid.uuid4().hex}", RIVERTON, FAKE_TOKEN)
    client = town.app.test_client()
    began = time.perf_counter()
    heard = client.post(webhook.path, BASE, data=webhook.body, headers=webhook.headers)
    spent = (time.perf_counter() - began) * 1000
    assert b"+13145550120" in heard.data, heard.data
    return spent


if __name__ == "__main__":
    first, *rest = answered(CALLERS)
    rest.sort()
    print(f"the first caller, whose webhook finds out: {first:.1f} ms")
    print(
        f"{len(rest)} callers after them: p50 {rest[len(rest) // 2]:.1f} ms, "
        f"p99 {rest[len(rest) * 99 // 100]:.1f} ms, longest {rest[-1]:.1f} ms (goal: p99 300 ms)"
    )
