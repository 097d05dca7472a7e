"""What do a browser's softphone and the emulator say to each other over `/signal`?

The genuine @twilio/voice-sdk 2.18.5 speaks JSON text frames `{type, version, payload}` over one
WebSocket. There is one row in MESSAGES for each thing it can say; softphones.py keeps the calls.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from aiohttp import WSMsgType, web

from emulator import reading
from emulator.accesstoken import Grant, RefusedTokenError

if TYPE_CHECKING:
    from emulator.softphones import Softphones

log = logging.getLogger(__name__)

VERSION = "1.6"
# The SDK gives a socket up after 15 s without a frame; Twilio sends a bare newline.
HEARTBEAT_SECONDS = 10.0
# Twilio's own hosts; `roaming` is wherever the caller is nearest to.
_HOST = re.compile(r"voice-js\.([a-z0-9-]+)\.twilio\.com")
_NEAREST_EDGE = "ashburn"

Payload = dict[str, Any]
Verify = Callable[[str], Grant]


class Tab:
    """One open socket: one Device in one browser tab."""

    def __init__(self, socket: web.WebSocketResponse, edge: str = _NEAREST_EDGE) -> None:
        self.edge = edge
        self.grant: Grant | None = None
        self.registered = False
        self.reconnect_seconds = 0
        """How long the SDK will keep a call whose socket was lost."""
        self._socket = socket
        self._outbox: asyncio.Queue[str] = asyncio.Queue()

    @property
    def identity(self) -> str:
        return self.grant.identity if self.grant else ""

    def send(self, kind: str, **payload: Any) -> None:
        """Queue one message; never blocks, and a lost socket loses it, as with Twilio."""
        message = {"type": kind, "version": VERSION, "payload": payload}
        self._outbox.put_nowait(json.dumps(message))

    def refuse(self, code: int, message: str, **about: Any) -> None:
        self.send("error", error={"code": code, "message": message}, **about)

    async def write(self) -> None:
        """Send what is queued, in order, and a heartbeat whenever there was nothing to send."""
        with contextlib.suppress(ConnectionError):
            while not self._socket.closed:
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        text = await self._outbox.get()
                except TimeoutError:
                    text = "\n"
                await self._socket.send_str(text)


class Signalling:
    """Serves `/signal`: reads each tab's messages and hands them on."""

    def __init__(self, softphones: Softphones, verify: Verify) -> None:
        self.softphones = softphones
        self._verify = verify
        self._tasks: set[asyncio.Task[None]] = set()
        self._sockets: dict[web.WebSocketResponse, asyncio.Transport] = {}
        self._tabs: set[Tab] = set()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=256 * 1024)
        await socket.prepare(request)
        tab = Tab(socket, edge_of(request.host, request.query.get("edge", "")))
        self._tabs.add(tab)
        writer = asyncio.create_task(tab.write())
        if isinstance(request.transport, asyncio.Transport):
            self._sockets[socket] = request.transport
        try:
            async for frame in socket:
                # The SDK echoes each heartbeat: a frame that is only white space.
                if frame.type is WSMsgType.TEXT and frame.data.strip():
                    self.hear(tab, frame.data)
        finally:
            self._sockets.pop(socket, None)
            self._tabs.discard(tab)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self.softphones.lose(tab)
        return socket

    def cut(self) -> None:
        """Break every socket, as a lost network would."""
        for transport in list(self._sockets.values()):
            transport.abort()

    def dismiss(self) -> None:
        """Tell every Device `close`: it gives its stream up, and does not come back by itself."""
        for tab in self._tabs:
            tab.send("close")

    async def close(self) -> None:
        for socket in list(self._sockets):
            await socket.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hear(self, tab: Tab, text: str) -> None:
        try:
            message = json.loads(text)
            kind, payload = str(message["type"]), dict(message.get("payload") or {})
        except (ValueError, TypeError, KeyError, RecursionError):
            tab.refuse(31100, "Malformed message")
            return
        if kind != "listen" and tab.grant is None:
            # Twilio answers so to anything that comes before a good `listen`.
            tab.refuse(31204, "JWT is invalid", **_about(payload))
            return
        handler = MESSAGES.get(kind)
        if handler is None:
            tab.refuse(31100, f"Malformed message: {kind}")
            return
        later = handler(self, tab, payload)
        if later is not None:
            self._start(later)

    def _start(self, later: Awaitable[None]) -> None:
        # Each in its own task: a hang-up must not wait behind the call it ends.
        task = asyncio.ensure_future(_logged(later))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- one method for each row of MESSAGES ---

    def listen(self, tab: Tab, payload: Payload) -> None:
        try:
            tab.grant = self._verify(str(payload.get("token") or ""))
        except RefusedTokenError as refused:
            tab.refuse(refused.code, refused.message)
            return
        tab.reconnect_seconds = reading.whole(str(payload.get("reconnectTimeout"))) or 0
        # int(now) first: with int(exp - now) the SDK warns of expiry a second early.
        ttl = int(tab.grant.expires_at) - int(time.time())
        tab.send(
            "connected",
            token={"identity": tab.identity, "ttl": ttl},
            edge=tab.edge,
            region="US_EAST_VIRGINIA",
            gateway="emulator",
            home="US_EAST_VIRGINIA",
        )

    def register(self, tab: Tab, payload: Payload) -> None:
        assert tab.grant is not None
        if not _part(payload, "media").get("audio"):
            tab.registered = False
            self.softphones.unregister(tab)
            tab.send("offline")
        elif time.time() >= tab.grant.expires_at:
            tab.refuse(31205, "JWT is expired")
        elif not tab.identity:
            tab.refuse(31204, "JWT is invalid: nobody can be called without an identity")
        else:
            if tab.grant.incoming_allowed:
                tab.registered = True
                self.softphones.register(tab)
            tab.send("ready")

    def invite(self, tab: Tab, payload: Payload) -> Awaitable[None] | None:
        callsid, sdp = str(payload.get("callsid")), str(payload.get("sdp"))
        if "reconnect" in payload:
            return self.softphones.resume(tab, callsid, str(payload["reconnect"]), sdp)
        params = read_params(str(_part(payload, "twilio").get("params") or ""))
        return self.softphones.dial(tab, callsid, sdp, params)

    def reinvite(self, tab: Tab, payload: Payload) -> Awaitable[None]:
        return self.softphones.renew_sound(
            tab, str(payload.get("callsid")), str(payload.get("sdp"))
        )

    def answer(self, tab: Tab, payload: Payload) -> Awaitable[None]:
        return self.softphones.pick_up(tab, str(payload.get("callsid")), str(payload.get("sdp")))

    def reject(self, tab: Tab, payload: Payload) -> None:
        self.softphones.reject(tab, str(payload.get("callsid")))

    def hang_up(self, tab: Tab, payload: Payload) -> None:
        self.softphones.hang_up(tab, str(payload.get("callsid")))

    def dtmf(self, tab: Tab, payload: Payload) -> None:
        digits = str(payload.get("dtmf") or "")
        self.softphones.press(tab, str(payload.get("callsid")), digits)

    def message(self, tab: Tab, payload: Payload) -> None:
        about = _about(payload)
        if payload.get("messagetype") != "user-defined-message":
            tab.refuse(31210, "Invalid message type", **about)
            return
        tab.send("ack", acktype="message", **about)
        content = payload.get("content")
        text = content if isinstance(content, str) else _as_sent(content)
        kind = str(payload.get("contenttype") or "application/json")
        sid = str(payload.get("voiceeventsid") or "")
        self.softphones.message(tab, str(payload.get("callsid")), text, kind, sid)


MESSAGES: dict[str, Callable[[Signalling, Tab, Payload], Awaitable[None] | None]] = {
    "listen": Signalling.listen,
    "register": Signalling.register,
    "invite": Signalling.invite,
    "reinvite": Signalling.reinvite,
    "answer": Signalling.answer,
    "reject": Signalling.reject,
    "hangup": Signalling.hang_up,
    "dtmf": Signalling.dtmf,
    "message": Signalling.message,
}


def edge_of(host: str, asked: str) -> str:
    """The edge a Device is told it reached: from Twilio's own host name, or from `?edge=`."""
    found = _HOST.match(host)
    edge = found[1] if found else asked
    return _NEAREST_EDGE if edge in ("", "roaming") else edge


def read_params(encoded: str) -> dict[str, str]:
    """`connect({params})`: names and values escaped by encodeURIComponent."""
    pairs = (part.partition("=") for part in encoded.split("&") if part)
    return {unquote(name): unquote(value) for name, _, value in pairs}


def write_params(params: dict[str, str]) -> str:
    """`call.customParameters`: the SDK decodes values and never names."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in params.items())


def _as_sent(content: object) -> str:
    """JSON as a browser writes it."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


def _part(payload: Payload, name: str) -> Payload:
    """What stands under a name, when that is an object."""
    part = payload.get(name)
    return part if isinstance(part, dict) else {}


def _about(payload: Payload) -> Payload:
    return {key: payload[key] for key in ("callsid", "voiceeventsid") if key in payload}


async def _logged(later: Awaitable[None]) -> None:
    try:
        await later
    except Exception:
        log.exception("a softphone's message failed")
