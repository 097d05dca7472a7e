"""What did the kills cost? Counted from the database, the journal and the emulator's timeline."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from chaos.processes_line import Line
from sqlalchemy import Connection, select

from emulator.timeline import Exchange, silence
from storage.tables import calls, errands, followups, journal
from switchboard.hearing import IN_ROOM
from telephony import forms
from telephony.forms import OVER

SILENT_SECONDS = 10
OUR_ENDS = {"callback", "clinician_ended", "passed_on"}
HEARD_ONCE = re.compile(r"/(person|phone)/([^/?#]+)/")
NOT_KEPT = re.compile(r"/phone/|/phone-status/|/offline/|/selftest|/bed|/ringing")
# Answers that keep the leg although nothing was taken in: it is led on, and asks again.
LED_ON = re.compile(rb"/voice/fallback|/voice/offline/|<Leave|<Hangup|^<[^>]*>\s*<Response\s*/>")


@dataclass
class Count:
    """The bill. What must be nothing is in `bad()`."""

    callers: int = 0
    answered: int = 0
    acknowledged: int = 0
    led_on: int = 0
    lost: list[str] = field(default_factory=list)
    heard_twice: list[str] = field(default_factory=list)
    attempts: int = 0
    silent: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)

    def bad(self) -> list[str]:
        return [
            *(f"acknowledged, then lost: {one}" for one in self.lost),
            *(f"heard twice: {one}" for one in self.heard_twice),
            *(f"silent: {one}" for one in self.silent),
            *(f"dropped: {one}" for one in self.dropped),
            *(f"left behind: {one}" for one in self.left_behind),
        ]

    def __str__(self) -> str:
        return (
            f"{self.callers} callers, {self.answered} answered, {self.acknowledged} acknowledged"
            f" events ({self.led_on} only led on), lost {len(self.lost)}, {self.attempts} phones"
            f" rung, heard twice {len(self.heard_twice)}, silent over {SILENT_SECONDS} s"
            f" {len(self.silent)}, dropped {len(self.dropped)}, left behind"
            f" {len(self.left_behind)}"
        )


def count(line: Line, legs: list[Any], slow: float = 1.0) -> Count:
    """Read everything once, when the line is quiet again. `slow`: how slow the machine is."""
    exchanges = line.emulator.do(lambda there: list(there.emulator.timeline.exchanges))
    found = Count(callers=len(legs))
    with line.board.store.engine.connect() as there:
        keys = {key for (key,) in there.execute(select(journal.c.inbox_key)) if key}
        known = {row.leg_sid: row for row in there.execute(select(calls))}
        found.left_behind = left_behind(there)
    keys |= {key.removeprefix("offline:") for key in keys}
    _events(found, exchanges, keys)
    _first_words(found, exchanges)
    line.emulator.do(lambda _there: [_leg(found, leg, known, slow) for leg in legs])
    found.dropped = [f"{one}\n{_story(one.split()[0], exchanges)}" for one in found.dropped]
    return found


def _story(leg_sid: str, exchanges: list[Exchange]) -> str:
    """What was said about this leg, in order: nobody can ask afterwards."""
    return "\n".join(
        f"    {one.at:%H:%M:%S.%f} {one.kind} {urlsplit(one.url).path} {one.sent} -> {one.status}"
        f" after {one.seconds:.2f} s {one.failure}{one.answered[:200]}"
        for one in exchanges
        if leg_sid in (one.leg_sid, one.sent.get("CallSid"))
    )


def left_behind(there: Connection) -> list[str]:
    """What has not come to its end although nobody calls any more.

    An errand whose target another one may still reach waits until that one is known (FAILURES R3).
    """
    unsure = select(errands.c.target).where(errands.c.state == "unknown")
    live = select(calls).where(calls.c.stage != "ended")
    waiting = select(errands).where(
        errands.c.state.in_(["pending", "claimed"]), errands.c.target.not_in(unsure)
    )
    half = select(followups).where(followups.c.state.in_(["offered", "placing"]))
    return [
        *(f"call {row.id} has not ended" for row in there.execute(live)),
        *(f"errand {row.id} {row.kind} is {row.state}" for row in there.execute(waiting)),
        *(f"promise {row.id} is {row.state}" for row in there.execute(half)),
    ]


def _events(found: Count, exchanges: list[Exchange], keys: set[str]) -> None:
    for one in exchanges:
        path = unquote(urlsplit(one.url).path)
        told = one.method == "POST" and path.startswith("/voice/") and one.status in (200, 204)
        if not told or NOT_KEPT.search(path) or not _tells(path, one.sent):
            continue
        found.acknowledged += 1
        if forms.inbox_key(path, one.sent) in keys:
            continue
        if one.status == 200 and LED_ON.search(one.answered.encode()):
            found.led_on += 1
        else:
            said = f"{one.sent.get('CallSid')} {one.sent.get('CallStatus')}"
            found.lost.append(f"{path} {said} -> {one.status} {one.answered}")


def _tells(path: str, sent: dict[str, str]) -> bool:
    """Whether this webhook is a fact that we keep; an end also of a call that nobody knew."""
    if path.endswith(("/ended", "/psap-status")) or "/person-status/" in path:
        return sent.get("CallStatus") in OVER
    if path.endswith("/room"):
        said = (sent.get("StatusCallbackEvent", ""), sent.get("ParticipantLabel", ""))
        return said in IN_ROOM
    return True


def _first_words(found: Count, exchanges: list[Exchange]) -> None:
    heard: dict[str, set[str]] = defaultdict(set)
    for one in exchanges:
        asked = HEARD_ONCE.search(one.url)
        if (
            asked
            and one.status == 200
            and "<Say" in one.answered + ("<Say" * ("<Dial" in one.answered))
        ):
            heard[f"{asked[1]} {asked[2]}"].add(one.leg_sid)
    found.attempts = len(heard)
    found.heard_twice = [f"{what}: {sorted(legs)}" for what, legs in heard.items() if len(legs) > 1]


def _leg(found: Count, leg: Any, known: dict[str, Any], slow: float) -> None:
    call = known.get(leg.sid)
    found.answered += bool(call and call.answered_at)
    for at, seconds in silence(leg, SILENT_SECONDS * slow):
        found.silent.append(f"{leg.sid} {seconds:.1f} s from {at:%H:%M:%S}")
    ended = leg.ended_because if leg.final else "still there"
    if ended != "hung-up" and (call is None or call.ended_reason not in OUR_ENDS):
        said = call.ended_reason if call else "no call"
        found.dropped.append(f"{leg.sid} ended by {ended!r}, we say {said}")
