"""How many simulated calls a second, and how much memory for each live one?

`python -m emulator.bench` prints both; the application answers from memory.
"""

import argparse
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from emulator import Emulator, VirtualClock, WsgiTransport
from emulator.twiml import Inline

BASE, LINE, APP = "http://line.example.org", "+13145550101", "APe0e0e0e0e0e0e0e00000000000000000"
START = datetime(2026, 11, 1, tzinfo=UTC)
DOCUMENTS = {
    "/voice": "<Say>You are in the right place</Say><Enqueue waitUrl='/wait'>crisis</Enqueue>",
    "/wait": "<Say>Somebody is coming, stay with me</Say><Pause length='8'/>",
    "/desk": "<Dial><Conference endConferenceOnExit='true' waitUrl=''>room</Conference></Dial>",
}
TALK = "<Response><Dial><Conference>room</Conference></Dial></Response>"


def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/xml")])
    return [f"<Response>{DOCUMENTS.get(environ['PATH_INFO'], '')}</Response>".encode()]


def town() -> Emulator:
    clock = VirtualClock(START, seed=1)
    emulator = Emulator(clock, transport=WsgiTransport(application, clock))
    emulator.number(LINE, voice_url=f"{BASE}/voice", status_callback=f"{BASE}/status")
    emulator.application(APP, voice_url=f"{BASE}/desk")
    return emulator


def journey(emulator: Emulator, clock: VirtualClock, number: int) -> None:
    """Arrive, wait three laps, talk for a minute, end."""
    leg = emulator.phone(f"+1314{number:07d}").dials(LINE)
    clock.advance(25)
    clinician = emulator.softphone("ana")
    clinician.connects(APP)
    clock.advance(0.5)
    leg.redirect(Inline(TALK))
    clock.advance(60)
    clinician.hangs_up()
    clock.advance(2)
    if not leg.final:
        raise RuntimeError(emulator.timeline.text([leg]))


def journeys_per_second(count: int) -> float:
    emulator = town()
    clock = emulator.clock
    assert isinstance(clock, VirtualClock)
    began = time.perf_counter()
    for number in range(count):
        journey(emulator, clock, number)
    return count / (time.perf_counter() - began)


def kilobytes_per_live_call(count: int) -> float:
    """Growth of the process while `count` callers wait for half a minute."""
    emulator = town()
    clock = emulator.clock
    assert isinstance(clock, VirtualClock)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    emulator.application(APP, voice_url=f"{BASE}/wait")
    emulator.numbers[LINE].voice.voice_url = f"{BASE}/long"
    DOCUMENTS["/long"] = f"{DOCUMENTS['/wait']}<Pause length='600'/>"
    for number in range(count):
        emulator.phone(f"+1314{number:07d}").dials(LINE)
    clock.advance(30)
    if len(emulator.live) != count:
        raise RuntimeError("not every call is live")
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / count


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m emulator.bench", description=__doc__)
    parser.add_argument("--journeys", type=int, default=300)
    parser.add_argument("--live", type=int, default=10_000)
    given = parser.parse_args()
    print(f"{journeys_per_second(given.journeys):.0f} journeys a second")
    print(f"{kilobytes_per_live_call(given.live):.1f} kB for each of {given.live} live calls")


if __name__ == "__main__":
    main()
