"""Which calls do the browsers' softphones hold, and which tab holds which?

One call may ring in several tabs (the first answer wins), outlive its socket (by its reconnect
token), move to another device (connectToken) and get a new connection under way (ICE restart).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from emulator import messages
from emulator.engine import Emulator
from emulator.legs import Leg
from emulator.signalling import Tab
from emulator.softphonecalls import (
    REFUSALS,
    UNREADABLE_SDP,
    SoftphoneCall,
    declined,
    parameters_of,
    within,
)
from emulator.sounds import Ring, SoundChanged

if TYPE_CHECKING:
    from emulator.media import Media

log = logging.getLogger(__name__)

# A call whose socket is gone ends when no packet has come for this long, or when the SDK's own
# patience (`listen.reconnectTimeout`, at least this much) is over: a crashed browser says nothing.
_SILENT_SECONDS_MAX = 5.0
_RECONNECT_SECONDS_MIN = 10
# A call still unanswered then gets its sound early: it may hear ringing, or a refusal's words.
_EARLY_SOUND_AFTER_SECONDS = 0.7
NO_SOUND = "The emulator has no sound: install the softphone extra"
# Twilio accepts a softphone's call soon after its callee rings (unless `answerOnBridge`), and the
# SDK's own tests count on `incoming` there first: 2 s where it cannot fetch its ringtone, and more
# on a busy machine. What is heard meanwhile is the ringing tone, as early sound.
_RINGING_BEFORE_ACCEPT_SECONDS = 5.0


class Softphones:
    """The Endpoint of every identity that a browser has registered."""

    def __init__(self, emulator: Emulator, media: Media | None) -> None:
        self._emulator = emulator
        self._media = media
        self._registered: dict[str, list[Tab]] = defaultdict(list)
        self._calls: dict[str, SoftphoneCall] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        emulator.on_sound(self.hears)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- the tabs ---

    def register(self, tab: Tab) -> None:
        tabs = self._registered[tab.identity]
        if tab not in tabs:
            tabs.append(tab)
            self._emulator.timeline.note(None, "registers", f"client:{tab.identity}")
        self._emulator.register_endpoint(f"client:{tab.identity}", self)

    def unregister(self, tab: Tab) -> None:
        tabs = self._registered.get(tab.identity, [])
        if tab in tabs:
            tabs.remove(tab)
            self._emulator.timeline.note(None, "unregisters", f"client:{tab.identity}")
        if not tabs and self._registered.pop(tab.identity, None) is not None:
            self._emulator.unregister_endpoint(f"client:{tab.identity}", self)

    def lose(self, tab: Tab) -> None:
        """The tab's socket is gone: its calls wait for it a while."""
        self.unregister(tab)
        for call in set(self._calls.values()):
            call.ringing.discard(tab)
            if call.tab is tab:
                call.tab = None
                self._start(self._await_return(call, tab.reconnect_seconds))

    # --- what a tab asks ---

    def dial(
        self, tab: Tab, callsid: str, sdp: str, params: dict[str, str]
    ) -> Coroutine[Any, Any, None] | None:
        """The call begins at once; what is returned answers the browser when it is answered."""
        assert tab.grant is not None
        if self._media is None or not tab.grant.application_sid:
            error = declined() if self._media else declined(NO_SOUND)
            tab.send("hangup", callsid=callsid, error=error)
            return None
        leg = self._emulator.call_from_client(
            tab.identity, tab.grant.application_sid, tab.grant.params | params, endpoint=self
        )
        call = SoftphoneCall(leg, temporary=callsid, tab=tab)
        self._keep(call)
        tab.send("ringing", callsid=leg.sid)
        if leg.final:  # refused on the spot
            self.ended(leg, leg.status)
        return self._connect(call, sdp)

    async def _connect(self, call: SoftphoneCall, sdp: str) -> None:
        assert self._media is not None
        if call.leg.live:
            call.answered.set()
        try:
            ours = {"sdp": await self._media.answer(call.leg.sid, sdp)}
        except UNREADABLE_SDP as error:
            self._decline(call, error)
            return
        answered = await within(_EARLY_SOUND_AFTER_SECONDS, call.answered)
        if (not answered or isinstance(call.leg.sound, Ring)) and call.tab is not None:
            call.tab.send("ringing", callsid=call.leg.sid, **ours)
            ours = {}
        await call.answered.wait()
        if isinstance(call.leg.sound, Ring):
            await within(_RINGING_BEFORE_ACCEPT_SECONDS, call.more_than_ringing)
        if call.over:
            self._media.drop(call.leg.sid)
        elif call.tab is not None:
            call.tab.send("answer", callsid=call.leg.sid, reconnect=call.token, **ours)

    def _decline(self, call: SoftphoneCall, error: Exception) -> None:
        log.warning("%s: a session description that cannot be read: %s", call.leg.sid, error)
        if call.tab is not None:
            call.tab.send("hangup", callsid=call.leg.sid, error=declined())
            call.tab = None  # it knows
        call.leg.hang_up()

    async def pick_up(self, tab: Tab, callsid: str, sdp: str) -> None:
        call = self._calls.get(callsid)
        if call is None or tab not in call.ringing or self._media is None:
            tab.send("cancel", callsid=callsid)
            return
        self._take(call, tab)
        try:
            await self._media.answered(callsid, sdp)
        except UNREADABLE_SDP as error:
            self._decline(call, error)
            return
        tab.send("answer", callsid=callsid, reconnect=call.token)

    async def resume(self, tab: Tab, callsid: str, token: str, sdp: str) -> None:
        """A tab comes back for its call, or another device takes it over by its token."""
        call = self._calls.get(callsid)
        if (
            call is None
            or not secrets.compare_digest(call.token.encode(), token.encode())
            or self._media is None
        ):
            # The server may have been restarted: this ends the call cleanly in the browser.
            tab.send("hangup", callsid=callsid, error=declined())
            return
        before = call.tab
        if call.ringing:
            self._take(call, tab)
        call.tab = tab
        if before not in (None, tab):
            assert before is not None
            before.send("hangup", callsid=callsid)
        if self._media.knows(callsid, sdp):
            tab.send("answer", callsid=callsid, reconnect=call.token)
            return
        answer = await self._media.answer(callsid, sdp)
        tab.send("answer", callsid=callsid, sdp=answer, reconnect=call.token)

    async def renew_sound(self, tab: Tab, callsid: str, sdp: str) -> None:
        """ICE restart. aiortc has none: a new connection answers, in some 60 ms."""
        if callsid in self._calls and self._media is not None:
            tab.send("answer", callsid=callsid, sdp=await self._media.answer(callsid, sdp))

    def reject(self, tab: Tab, callsid: str) -> None:
        call = self._calls.get(callsid)
        if call is not None and tab in call.ringing:
            call.ringing.discard(tab)
            call.leg.reject()

    def hang_up(self, tab: Tab, callsid: str) -> None:
        call = self._calls.get(callsid)
        if call is None:
            return
        if tab in call.ringing:
            self.reject(tab, callsid)
        elif call.tab is tab:
            call.tab = None  # it knows
            call.leg.hang_up()

    def press(self, tab: Tab, callsid: str, digits: str) -> None:
        call = self._calls.get(callsid)
        if call is not None and call.tab is tab:
            call.leg.press(digits)

    def message(self, tab: Tab, callsid: str, content: str, content_type: str, sid: str) -> None:
        call = self._calls.get(callsid)
        if call is not None and call.tab is tab:
            messages.from_softphone(call.leg, content, content_type, sid)

    def receives(self, leg: Leg, content: object, content_type: str, sid: str) -> bool:
        """Twilio's "User Defined Messages", from the application to the softphone."""
        call = self._calls.get(leg.sid)
        if call is None or call.tab is None:
            return False
        call.tab.send(
            "message",
            callsid=leg.sid,
            content=content,
            contenttype=content_type,
            messagetype="user-defined-message",
            voiceeventsid=sid,
        )
        return True

    # --- what the engine tells (Endpoint) ---

    def rings(self, leg: Leg) -> None:
        tabs = set(self._registered.get(leg.to.removeprefix("client:"), ()))
        if self._media is None:
            log.warning("%s rings at %s. %s.", leg.sid, leg.to, NO_SOUND)
        elif tabs:
            call = SoftphoneCall(leg, ringing=tabs)
            self._keep(call)
            self._start(self._invite(call, self._media))

    async def _invite(self, call: SoftphoneCall, media: Media) -> None:
        leg = call.leg
        # One offer for every tab: only one of them will answer it.
        sdp = await media.offer(leg.sid)
        parameters = parameters_of(leg)
        if call.over:
            media.drop(leg.sid)
        for tab in call.ringing:
            tab.send(
                "invite", callsid=leg.sid, sdp=sdp, parameters=parameters, reconnect=call.token
            )

    def stops_ringing(self, leg: Leg, why: str) -> None:
        del why
        call = self._calls.get(leg.sid)
        if call is not None and call.tab is None:
            self._cancel_ringing(call)
            self._forget(call)

    def answered(self, leg: Leg) -> None:
        call = self._calls.get(leg.sid)
        if call is not None:
            call.answered.set()

    def hears(self, change: SoundChanged) -> None:
        call = self._calls.get(change.leg.sid)
        if call is None:
            return
        if isinstance(change.item, Ring):
            call.more_than_ringing.clear()
        else:
            call.more_than_ringing.set()

    def ended(self, leg: Leg, why: str) -> None:
        call = self._calls.get(leg.sid)
        if call is None:
            return
        if call.tab is not None:
            refusal = None if leg.answered_at or not call.temporary else REFUSALS.get(why)
            error = {"error": {"code": refusal[0], "message": refusal[1]}} if refusal else {}
            call.tab.send("hangup", callsid=leg.sid, **error)
        self._cancel_ringing(call)
        self._forget(call)

    # --- within ---

    def _take(self, call: SoftphoneCall, tab: Tab) -> None:
        call.ringing.discard(tab)
        call.tab = tab
        self._cancel_ringing(call)
        call.leg.answer(self)

    def _cancel_ringing(self, call: SoftphoneCall) -> None:
        for tab in call.ringing:
            tab.send("cancel", callsid=call.leg.sid)
        call.ringing.clear()

    async def _await_return(self, call: SoftphoneCall, seconds: int) -> None:
        for _ in range(max(seconds, _RECONNECT_SECONDS_MIN)):
            await asyncio.sleep(1)
            if call.tab is not None or call.over:
                return
            if self._media and self._media.silent_seconds(call.leg.sid) > _SILENT_SECONDS_MAX:
                break
        self._emulator.timeline.note(call.leg, "loses", "its softphone's socket")
        call.leg.hang_up()

    def _keep(self, call: SoftphoneCall) -> None:
        self._calls[call.leg.sid] = call
        if call.temporary:
            self._calls[call.temporary] = call

    def _forget(self, call: SoftphoneCall) -> None:
        call.over = True
        call.answered.set()
        call.more_than_ringing.set()
        self._calls.pop(call.leg.sid, None)
        self._calls.pop(call.temporary, None)
        if self._media is not None:
            self._media.drop(call.leg.sid)

    def _start(self, later: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(later)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a softphone's call failed", exc_info=task.exception())
