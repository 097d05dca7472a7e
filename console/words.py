"""How are times, numbers and states said on a page?"""

import hashlib
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask import Flask, url_for

from care.record import LENGTHS
from console.here import me, now
from ivr.call import Call, Coming, Ended, Guest, How
from storage.values import Record

STATIC = Path(__file__).parent / "static"
LANGUAGES = {"en": "English", "es": "Spanish", "vi": "Vietnamese", "bs": "Bosnian"}
ENDINGS = {
    Ended.CALLER_LEFT: "left before being answered",
    Ended.CALLER_ENDED: "talked, the caller ended",
    Ended.CLINICIAN_ENDED: "talked, the clinician ended",
    Ended.PASSED_ON: "passed on to the partner line",
    Ended.RETURNED: "returned to the dispatcher",
    Ended.WITH_911: "the line ended with the dispatcher on it",
    Ended.HANDED_OVER: "handed over to the mobile crew",
    Ended.CALLBACK: "chose to be called back",
    Ended.UNREACHED: "not reached",
    Ended.LOST: "lost by the carrier",
}
HAPPENINGS = {
    "Arrived": "The call came in",
    "LanguageChosen": "The caller chose another language",
    "GreetingEnded": "The greeting ended",
    "Waited": "Still waiting; the caller was told what is happening",
    "KeyPressed": "The caller pressed a key",
    "IncidentBegun": "Star was pressed: an incident number may follow",
    "IncidentKeyed": "An incident number was pressed, or none",
    "LineLeft": "The caller left the waiting line",
    "TalkEnded": "The conversation ended",
    "PassEnded": "The call passed on came to its end",
    "FetchFailed": "The telephone service could not read an answer of ours",
    "ClinicianArrived": "The clinician's telephone is there",
    "ClinicianLeft": "The clinician's telephone left",
    "PersonAnswered": "The person's telephone was picked up",
    "PersonUnreached": "The person was not reached",
    "OfferAccepted": "A clinician accepted",
    "ClinicianJoined": "The clinician is in the conversation",
    "CallerJoined": "The caller is in the conversation",
    "ClinicianEnded": "The clinician pressed End",
    "DispatcherAsked": "The clinician asked for the dispatcher",
    "LegShared": "The clinician said whether the dispatcher is on the caller's line",
    "PsapRung": "The 911 centre's line is ringing",
    "PsapAnswered": "Somebody answered at the 911 centre",
    "PsapPressed": "A key was pressed at the 911 centre",
    "PsapJoined": "The dispatcher is in the conversation",
    "PsapLeft": "The dispatcher left the conversation",
    "PsapGone": "The dispatcher's telephone is gone, or was not answered",
    "SupervisorAsked": "A supervisor comes into the call",
    "SupervisorChanged": "The supervisor goes further into the call, or less far",
    "GuestAsked": "The clinician asked for somebody",
    "GuestRung": "A guest's telephone is ringing",
    "GuestAnswered": "Somebody answered a guest's telephone",
    "GuestPressed": "A key was pressed on a guest's telephone",
    "TakenBack": "The clinician took the caller back",
    "HandedOver": "The clinician handed the caller over",
    "GuestArrived": "A guest's telephone is there",
    "GuestJoined": "A guest is in the conversation",
    "GuestLeft": "A guest left the conversation",
    "GuestGone": "A guest's telephone is gone",
    "GuestSentAway": "A guest was sent away",
    "LegEnded": "The telephone service reported the call's end",
    "WaitElapsed": "A wait came to its limit",
    "MoveFailed": "The caller could not be moved",
}
WHERE = {
    Coming.RINGING: "is being asked",
    Coming.FAILED: "did not come",
    Coming.COMING: "is on the way in",
    Coming.HERE: "is here",
    Coming.TOGETHER: "is with the caller",
}
HOW = {  # as it follows their name
    How.LISTEN: "is listening",
    How.WHISPER: "speaks with the clinician alone",
    How.JOIN: "is in the call, heard by both",
}
RECORD_FIELDS = tuple(LENGTHS)
NATIONAL_DIGITS = 10
HOUR_SECONDS = 3600


def install(app: Flask) -> None:
    app.jinja_env.filters.update(
        mss=mss,
        clock=clock,
        moment=moment,
        day=day,
        phone=phone,
        language=language,
        ending=ending,
        happening=happening,
        count_of=count_of,
        record_values=record_values,
        is_in=is_in,
    )
    app.jinja_env.globals.update(asset=asset, now=now, me=me, zone_names=zone_names)


def mss(wait: timedelta | float) -> str:
    """A wait as m:ss; from an hour on as hours and minutes (static/live.js does the same)."""
    seconds = wait.total_seconds() if isinstance(wait, timedelta) else wait
    whole = max(0, int(seconds))
    if whole >= HOUR_SECONDS:
        return f"{whole // HOUR_SECONDS} h {whole % HOUR_SECONDS // 60:02d} min"
    return f"{whole // 60}:{whole % 60:02d}"


def clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def moment(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %-d %b %H:%M}"


def day(one: date) -> str:
    """A day of which the year may not be this one."""
    return f"{one:%-d %b %Y}"


def phone(number: str) -> str:
    """A North American number grouped for the eye; any other as it is."""
    digits = number.removeprefix("+1")
    if number.startswith("+1") and len(digits) == NATIONAL_DIGITS and digits.isdigit():
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return number


def language(code: str) -> str:
    return LANGUAGES.get(code, code)


def ending(call: Call) -> str:
    """What became of a call, in words."""
    return ENDINGS.get(call.ended_reason, "ended") if call.ended_reason else "still going on"


def happening(event: str) -> str:
    """An event of the journal in words."""
    return HAPPENINGS.get(event, event)


def is_in(guest: Guest) -> str:
    """Where a guest is, as it follows their name."""
    return HOW[guest.how] if guest.here and guest.how else WHERE[guest.state]


def count_of(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def record_values(record: Record | None) -> dict[str, str]:
    """The record's fields as a form holds them."""
    facts: dict[str, Any] = asdict(record) if record else {}
    return {name: facts.get(name) or "" for name in RECORD_FIELDS} | dict(facts.get("answers", {}))


@cache
def zone_names() -> list[str]:
    """American zones first: that is where callers are; then every other region's."""
    names = [z for z in available_timezones() if "/" in z and not z.startswith("Etc/")]
    return sorted(names, key=lambda z: (not z.startswith("America/"), z))


def asset(name: str) -> str:
    """The address of a static file, which changes with its content."""
    return url_for("console.static", filename=name, v=_fingerprint(name))


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
