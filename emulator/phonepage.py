"""What do the phone page and the emulator say to each other? One WebSocket, and one sound offer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from emulator.engine import Emulator
from emulator.handsets import Handset, Handsets
from emulator.texts import Text

FOLDER = Path(__file__).with_name("phone")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A reload must not hang up; a closed page must.
_GRACE_SECONDS = 15.0
_SHOWN = re.compile(r"[A-Za-z0-9+*#@.:_ -]{0,120}")
_HEADER = re.compile(r"X-[A-Za-z0-9-]{1,60}")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_OUTBOX_MAX = 500
_TEXTS_SHOWN = 50
_SIP_USER = "sip:line@"  # whom a page's SIP call asks for at one of our domains


class Problem(Exception):
    """What the person at the page should read."""


class PhonePage:
    def __init__(self, emulator: Emulator, handsets: Handsets, remarks: dict[str, str]) -> None:
        """`remarks`: sentences about missing sound and voice, empty where all is well."""
        self._emulator = emulator
        self._handsets = handsets
        self._remarks = remarks
        self._outboxes: set[asyncio.Queue[str]] = set()
        self._sockets: set[web.WebSocketResponse] = set()
        self._leaving: asyncio.TimerHandle | None = None
        handsets.tell = self._tell_all
        emulator.text_handlers.append(
            lambda text: self._tell_all({"type": "text", "text": _shown(text)})
        )

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/phone", _to_folder),
            web.get("/phone/live", self.live),
            web.post("/phone/calls/{id}/sound", self.sound),
            web.get("/phone/", page_of("index.html")),
            web.get(r"/phone/{name:[a-z-]+\.(?:js|css|svg)}", _file),
        ]

    async def close(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
        for socket in list(self._sockets):
            await socket.close()

    async def sound(self, request: web.Request) -> web.Response:
        """The page's WebRTC offer for one phone; the answer connects them."""
        refuse_strangers(request)
        handset = self._handsets.get(request.match_info["id"])
        if handset is None or handset.stage != "talking":
            return web.Response(status=409, text="This phone is not in a call.")
        if self._handsets.media is None:
            return web.Response(status=501, text=self._remarks["sound"])
        offer = await request.json()
        answer = await self._handsets.media.answer(handset.leg.sid, str(offer.get("sdp")))
        return web.json_response({"sdp": answer})

    async def live(self, request: web.Request) -> web.WebSocketResponse:
        refuse_strangers(request)
        socket = web.WebSocketResponse(heartbeat=20, max_msg_size=64 * 1024)
        await socket.prepare(request)
        outbox: asyncio.Queue[str] = asyncio.Queue(_OUTBOX_MAX)
        self._open(socket, outbox)
        writer = asyncio.create_task(_write(socket, outbox))
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._hear(frame.data, outbox)
        finally:
            self._shut(socket, outbox)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return socket

    def _open(self, socket: web.WebSocketResponse, outbox: asyncio.Queue[str]) -> None:
        self._sockets.add(socket)
        self._outboxes.add(outbox)
        self._handsets.pages_open = len(self._outboxes)
        if self._leaving is not None:
            self._leaving.cancel()
        numbers = [
            {"number": one.phone_number, "name": one.friendly_name}
            for one in self._emulator.numbers.values()
        ]
        numbers += [
            {"number": f"{_SIP_USER}{one.domain_name}", "name": one.friendly_name}
            for one in self._emulator.sip_domains.values()
        ]
        phones = [handset.shown() for handset in self._handsets.all()]
        texts = [_shown(text) for text in [*self._emulator.texts.values()][-_TEXTS_SHOWN:]]
        world = {"type": "world", "numbers": numbers, "phones": phones, "texts": texts}
        world |= self._remarks
        outbox.put_nowait(json.dumps(world))

    def _shut(self, socket: web.WebSocketResponse, outbox: asyncio.Queue[str]) -> None:
        self._sockets.discard(socket)
        self._outboxes.discard(outbox)
        self._handsets.pages_open = len(self._outboxes)
        if not self._outboxes:
            loop = asyncio.get_running_loop()
            self._leaving = loop.call_later(_GRACE_SECONDS, self._handsets.hang_up_all)

    def _tell_all(self, message: dict[str, Any]) -> None:
        text = json.dumps(message)
        for outbox in self._outboxes:
            # A page that reads nothing for 500 messages has gone; it asks anew when it is back.
            with contextlib.suppress(asyncio.QueueFull):
                outbox.put_nowait(text)

    def _hear(self, text: str, outbox: asyncio.Queue[str]) -> None:
        try:
            self._do(json.loads(text), outbox)
        except Problem as problem:
            outbox.put_nowait(json.dumps({"type": "problem", "text": str(problem)}))
        except (ValueError, AttributeError, TypeError, RecursionError):
            outbox.put_nowait(json.dumps({"type": "problem", "text": "The page said nonsense."}))

    def _do(self, message: dict[str, Any], outbox: asyncio.Queue[str]) -> None:
        if message.get("do") == "call":
            handset = self._call(message)
            outbox.put_nowait(json.dumps({"type": "yours", "id": handset.id}))
            self._tell_all({"type": "phone", "phone": handset.shown()})
            return
        if message.get("do") == "text":
            self._text(message)
            return
        known = self._handsets.get(str(message.get("id")))
        action = ACTIONS.get(str(message.get("do")))
        if known is None or action is None:
            raise Problem("That phone is not there any more.")
        action(self._handsets, known, message)

    def _text(self, message: dict[str, Any]) -> None:
        to, shown, words = (str(message.get(name) or "") for name in ("to", "shown", "words"))
        if to not in self._emulator.numbers:
            raise Problem("Nobody owns this number here. Start the emulator with one, or add it.")
        if not _NUMBER.fullmatch(shown) or not words.strip():
            raise Problem("A text needs the number it comes from, such as +13145550142, and words.")
        self._emulator.text_in(shown, to, words[:1600])

    def _call(self, message: dict[str, Any]) -> Handset:
        to, shown = str(message.get("to")), str(message.get("shown"))
        ours = to.removeprefix(_SIP_USER) in self._emulator.sip_domains
        if to not in self._emulator.numbers and not ours:
            raise Problem("Nobody owns this number here. Start the emulator with one, or add it.")
        if not _SHOWN.fullmatch(shown):
            raise Problem("The number shown may be a number, a word or nothing.")
        headers = {str(name): str(value)[:1000] for name, value in message.get("headers") or []}
        for name in headers:
            if not _HEADER.fullmatch(name):
                raise Problem(f"{name}: only headers that begin with X- are passed on.")
        name, role = str(message.get("name") or "")[:40], str(message.get("role"))
        return self._handsets.call(to, shown, role=role, name=name, headers=headers)


def _shown(text: Text) -> dict[str, str | float]:
    return {
        "id": text.sid,
        "at": text.created_at.timestamp(),
        "from": text.from_,
        "to": text.to,
        "words": text.body,
        "state": text.status,
    }


Action = Callable[[Handsets, Handset, dict[str, Any]], None]
ACTIONS: dict[str, Action] = {
    "answer": lambda handsets, handset, _: handsets.answer(handset),
    "ignore": lambda handsets, handset, _: handsets.ignore(handset),
    "busy": lambda handsets, handset, _: handsets.refuse(handset, "busy"),
    # A declined cell phone is reported like one that nobody picks up.
    "reject": lambda handsets, handset, _: handsets.refuse(handset, "no-answer"),
    "voicemail": lambda handsets, handset, _: handsets.voicemail(handset),
    "press": lambda handsets, handset, it: handsets.press(handset, str(it.get("digits"))[:32]),
    "hang_up": lambda handsets, handset, _: handsets.hang_up(handset),
    "put_away": lambda handsets, handset, _: handsets.put_away(handset),
}


async def _write(socket: web.WebSocketResponse, outbox: asyncio.Queue[str]) -> None:
    with contextlib.suppress(ConnectionError):
        while not socket.closed:
            await socket.send_str(await outbox.get())


def refuse_strangers(request: web.Request) -> None:
    """Another site's page in the same browser must not place calls here."""
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="Only the emulator's own page may do this.")


def page_of(name: str) -> Callable[[web.Request], Any]:
    async def show(_request: web.Request) -> web.FileResponse:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
        return web.FileResponse(FOLDER / name, headers=headers)

    return show


async def _file(request: web.Request) -> web.FileResponse:
    path = FOLDER / request.match_info["name"]
    if not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})


async def _to_folder(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/phone/")
