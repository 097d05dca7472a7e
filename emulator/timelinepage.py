"""What did each leg hear, when, and what was asked of the application? As a page and as text."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from emulator.engine import Emulator
from emulator.handsets import whose
from emulator.legs import Leg
from emulator.phonepage import page_of
from emulator.rest import VERSION
from emulator.sounds import Heard
from emulator.timeline import Exchange, silence

_LEGS_MAX = 40
_LINES_MAX = 20_000
# DESIGN: nobody hears nothing for longer than this.
SILENCE_SECONDS_MAX = 4.0
_BLINK_SECONDS = 0.05
_CALL_SID = re.compile(r"CA[0-9a-f]{32}")
_TELLING = ("CallStatus", "Digits", "QueueResult", "DialCallStatus", "StatusCallbackEvent")
_SOUNDS = {
    "say": "hears",
    "play": "hears a recording",
    "ring": "hears ringing",
    "beep": "hears a beep",
    "silence": "hears nothing",
    "conference": "is in the conference",
    "bridge": "is connected with",
}


class TimelinePage:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/timeline", page_of("timeline.html")),
            web.get("/timeline.json", self.rows),
            web.get("/timeline.txt", self.text),
        ]

    async def text(self, request: web.Request) -> web.Response:
        sid = request.query.get("leg")
        legs = [self._emulator.legs[sid]] if sid in self._emulator.legs else []
        return web.Response(text=self._emulator.timeline.text(legs) + "\n")

    async def rows(self, _request: web.Request) -> web.Response:
        legs = list(islice(reversed(self._emulator.legs.values()), _LEGS_MAX))
        lines = self._lines()
        shown = [_leg(leg, lines[leg.sid]) for leg in legs]
        if lines[""]:
            shown.append(_account(self._emulator, lines[""]))
        return web.json_response({"legs": shown})

    def _lines(self) -> dict[str, list[dict[str, Any]]]:
        """What was noted and exchanged, by the leg that it is about; `""` is the account's."""
        timeline = self._emulator.timeline
        own = f"{VERSION}/Accounts/{self._emulator.account_sid}"
        lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for entry in islice(reversed(timeline.entries), _LINES_MAX):
            if entry.what != "hears":
                words = entry.text.removesuffix(
                    entry.about
                )  # on its own leg's card, its SID is told
                lines[entry.about].append(_line(entry.at, "note", entry.what, words))
        for one in islice(reversed(timeline.exchanges), _LINES_MAX):
            facts = " ".join(f"{key}={one.sent[key]}" for key in _TELLING if one.sent.get(key))
            outcome = one.failure or str(one.status or "waiting…")
            path = urlsplit(one.url).path.removeprefix(own)
            words = " ".join(f"{path} {facts} → {outcome} in {one.seconds:.2f} s".split())
            line = _line(one.at, "exchange", f"{one.kind} {one.method}", words)
            lines[self._about(one)].append(line)
        return lines

    def _about(self, one: Exchange) -> str:
        """Whose an exchange is: REST requests and conference events name their leg."""
        named = one.leg_sid or one.sent.get("CallSid") or one.answered
        if named not in self._emulator.legs:
            named = next(iter(_CALL_SID.findall(urlsplit(one.url).path)), "")
        return named if named in self._emulator.legs else ""


def _account(town: Emulator, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """What belongs to no leg, in the shape of one."""
    began_at = town.timeline.started_at
    return {
        "sid": "",
        "title": "What belongs to no leg: REST, registrations, rooms that start and end",
        "kind": "the account",
        "status": "",
        "began_at": began_at.isoformat(),
        "seconds": 0,
        "gaps": 0,
        "rows": _since(began_at, lines),
    }


def _since(began_at: datetime, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In order of time, told in seconds since then."""
    rows.sort(key=lambda row: row["at"])
    for row in rows:
        row["at"] = round(row["at"] - began_at.timestamp(), 2)
    return rows


def _leg(leg: Leg, lines: list[dict[str, Any]]) -> dict[str, Any]:
    rows = _since(leg.created_at, lines + _heard(leg) + _gaps(leg))
    gaps = sum(1 for row in rows if row["kind"] == "gap")
    return {
        "sid": leg.sid,
        "title": f"{leg.from_ or 'no number'} → {leg.to or 'the application'}",
        "kind": f"{leg.kind}, {leg.direction}",
        "status": leg.status,
        "began_at": leg.created_at.isoformat(),
        "seconds": leg.seconds,
        "gaps": gaps,
        "rows": rows,
    }


def _heard(leg: Leg) -> list[dict[str, Any]]:
    return [
        _line(
            one.at, one.kind, _SOUNDS[one.kind], f"{_what(leg, one)} {_long(one.seconds)}".strip()
        )
        for one in leg.heard
        if one.kind != "silence" or one.seconds is None or one.seconds >= _BLINK_SECONDS
    ]


def _what(leg: Leg, one: Heard) -> str:
    peer = leg.town.legs.get(one.text) if one.kind == "bridge" else None
    return whose(peer) if peer is not None else one.text


def _gaps(leg: Leg) -> list[dict[str, Any]]:
    return [
        _line(at, "gap", "Too quiet:", f"nothing was heard for {seconds:.1f} seconds")
        for at, seconds in silence(leg, SILENCE_SECONDS_MAX)
    ]


def _long(seconds: float | None) -> str:
    return "(now)" if seconds is None else f"({seconds:.1f} s)"


def _line(at: datetime, kind: str, what: str, text: str) -> dict[str, Any]:
    return {"at": at.timestamp(), "kind": kind, "what": what, "text": text}
