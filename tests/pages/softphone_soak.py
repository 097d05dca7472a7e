"""Do many calls in a row leave anything behind, and how long does each thing of a softphone take?

`python tests/pages/softphone_soak.py --calls 80` prints both, with the load of the machine, which
decides the times; the suite makes fewer calls. Not on Linux: only the times, because memory,
threads and files are read from /proc.
"""

import argparse
import gc
import os
import shutil
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).parents[1])]

from pages.telephone_town import SOFTPHONE_STREAM, Town, happens, hears, town
from playwright.sync_api import Page, sync_playwright

from emulator.serve import Server

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROCESS = Path("/proc/self")
WARM_UP_CALLS = 6
# A call keeps its leg and what it heard, which REST still shows: some 20 kB, never its connection.
MEGABYTES_PER_CALL_MAX = 0.25
SETTLED_SECONDS = 10.0


@dataclass(frozen=True)
class Held:
    """What this process holds."""

    megabytes: float
    threads: int
    files: int

    @classmethod
    def now(cls) -> "Held":
        gc.collect()
        lines = (PROCESS / "status").read_text().splitlines()
        facts = dict(line.split(":", 1) for line in lines)
        kilobytes, threads = facts["VmRSS"].split()[0], facts["Threads"]
        return cls(int(kilobytes) / 1024, int(threads), len(list((PROCESS / "fd").iterdir())))


def calls(place: Town, page: Page, count: int) -> list[float]:
    """So many calls, each answered and ended before the next; milliseconds to each accept."""
    took = []
    for _ in range(count):
        took.append(float(page.evaluate("dial({})")))
        page.evaluate("call.disconnect()")
        place.served.until(lambda server: not server.emulator.live)
        place.served.until(lambda server: server.media is None or not server.media.busy)
    return took


def settled(before: Held) -> Held:
    """What is held once threads that are ending have ended; the last reading if they do not."""
    give_up_at = time.monotonic() + SETTLED_SECONDS
    held = Held.now()
    while held.threads > before.threads and time.monotonic() < give_up_at:
        held = Held.now()
    return held


def soak(place: Town, count: int) -> tuple[Held, Held, list[float]]:
    """What is held before and after so many calls, and how long each took to be answered."""
    page = place.softphone("ben", register=False)
    calls(place, page, WARM_UP_CALLS)
    before = Held.now()
    took = calls(place, page, count)
    return before, settled(before), took


def accepts(place: Town, count: int) -> list[float]:
    """Milliseconds from `call.accept()` to its `accept` event, for calls that come in."""
    ana, took = place.softphone("ana"), []
    caller = place.softphone("ben", register=False)
    happens(ana, "registered")
    for _ in range(count):
        ana.evaluate("happened.length = 0")
        caller.evaluate("dial({ then: 'call', who: '<Client>ana</Client>' });0")
        happens(ana, "incoming")
        took.append(float(ana.evaluate("picksUp()")))
        place.served.until(_talking)
        caller.evaluate("call.disconnect()")
        happens(ana, "disconnect")
    return took


def _talking(server: Server) -> bool:
    return [leg.live for leg in server.emulator.live.values()] == [True, True]


def registers(place: Town, count: int) -> list[float]:
    """Milliseconds of `register()`, each in a page of its own."""
    took = []
    for number in range(count):
        page = place.softphone(f"person{number}", register=False)
        took.append(float(page.evaluate("registers()")))
        page.context.close()
    return took


def connections(place: Town, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds from `connect()` to `accept`, and to the moment sound can flow."""
    page = place.softphone("ben", register=False)
    took = []
    for _ in range(count):
        took.append(page.evaluate("connects({})"))
        page.evaluate("call.disconnect()")
        place.served.until(lambda server: server.media is None or not server.media.busy)
    return [float(one) for one, _ in took], [float(two) for _, two in took]


def echoes(place: Town, codec: str, count: int) -> list[float]:
    """Milliseconds from a mouth to its own ear, on a line that echoes."""
    page = place.softphone("ben", register=False, codecPreferences=[codec])
    page.evaluate("connects({ then: 'echo' })")
    hears(page, 700, stream=SOFTPHONE_STREAM)
    took = [float(page.evaluate(f"mouthToEar({SOFTPHONE_STREAM})")) for _ in range(count)]
    page.context.close()
    return took


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def told(what: str, took: list[float]) -> str:
    ranked = sorted(took)
    high = ranked[int(len(ranked) * 0.95)] if len(ranked) > 1 else ranked[0]
    middle = statistics.median(ranked)
    return f"{what:28} min {ranked[0]:.0f}  median {middle:.0f}  p95 {high:.0f}  max {ranked[-1]:.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=80)
    given = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, BROWSERS)), "")
    with sync_playwright() as playwright:
        with town(playwright, chromium, tells=False) as place:
            print(f"before: {load()}")
            print(told("register()", registers(place, 10)))
            print(told("accept() -> accept event", accepts(place, 10)))
            accepted, connected = connections(place, 20)
            print(told("connect() -> accept", accepted))
            print(told("connect() -> sound can flow", connected))
            for codec in ("opus", "pcmu"):
                print(told(f"mouth to ear, {codec}", echoes(place, codec, 10)))
            print(f"between: {load()}")
        with town(playwright, chromium, tells=False) as place:
            busy = time.process_time()
            before, after, took = soak(place, given.calls)
            busy = (time.process_time() - busy) / (given.calls + WARM_UP_CALLS)
        print(told(f"connect() -> accept, {given.calls} calls", took))
        print(
            f"{'processor, for each call':28} {busy * 1000:.0f} ms of one core, the test's own too"
        )
        print(f"{'before ' + str(given.calls) + ' calls':28} {before}")
        print(f"{'after':28} {after}")
        print(f"after: {load()}")


if __name__ == "__main__":
    main()
