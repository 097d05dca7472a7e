"""How does sound get from one browser to another? WebRTC legs by aiortc around one mixer.

Needs the `softphone` extra. Without it the emulator serves captions only.
"""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import logging
from collections.abc import Callable, Iterable

import aioice.ice
import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from emulator import mixer
from emulator.mixer import Mixer, Samples

log = logging.getLogger(__name__)

_own_addresses = aioice.ice.get_host_addresses


def _addresses_or_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    # aioice leaves loopback out, so a machine with no other interface would have no sound at all.
    # (The browser then needs --allow-loopback-in-peer-connection.)
    return _own_addresses(use_ipv4=use_ipv4, use_ipv6=use_ipv6) or ["127.0.0.1"]


aioice.ice.get_host_addresses = _addresses_or_loopback


def loopback_only() -> bool:
    """Whether this machine has no network interface but its loopback one."""
    return not _own_addresses(use_ipv4=True, use_ipv6=True)


class Ear(MediaStreamTrack):
    """The track on which one leg hears what the mixer made for it."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._ready: asyncio.Queue[Samples] = asyncio.Queue()
        self._sent = 0

    def hear(self, samples: Samples) -> None:
        if self._ready.qsize() < 10:  # noqa: PLR2004 (200 ms: nobody reads before the call connects)
            self._ready.put_nowait(samples)

    async def recv(self) -> av.AudioFrame:
        samples = await self._ready.get()
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = mixer.RATE
        frame.pts, frame.time_base = self._sent, fractions.Fraction(1, mixer.RATE)
        self._sent += mixer.TICK_SAMPLES
        return frame


class Connection:
    """One browser's peer connection for one leg."""

    def __init__(self, mouth: mixer.Mouth) -> None:
        # No STUN: the defaults name a server on the internet, and we are on the same machine.
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.ear = Ear()
        self.spoke_at = asyncio.get_running_loop().time()
        self.fragment = ""
        self._mouth = mouth
        self._reader: asyncio.Task[None] | None = None
        self.peer.on("track", self._on_track)

    async def offer(self) -> str:
        self.peer.addTrack(self.ear)
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return str(self.peer.localDescription.sdp)

    async def answer(self, sdp: str) -> str:
        self.fragment = ice_fragment(sdp)
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        self.peer.addTrack(self.ear)
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        return str(self.peer.localDescription.sdp)

    async def answered(self, sdp: str) -> None:
        self.fragment = ice_fragment(sdp)
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._reader = asyncio.create_task(self._listen(track))

    async def _listen(self, track: MediaStreamTrack) -> None:
        loop = asyncio.get_running_loop()
        to_ours = av.AudioResampler("s16", "mono", mixer.RATE, mixer.TICK_SAMPLES)
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, av.AudioFrame)
                self.spoke_at = loop.time()
                for piece in to_ours.resample(frame):
                    self._mouth.say(piece.to_ndarray().reshape(-1).astype(np.int16))

    async def close(self) -> None:
        # A reader that waits in recv() outlives its connection unless it is told (aiortc).
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        self.ear.stop()
        await self.peer.close()


class Media:
    """Every leg that a browser holds, mixed fifty times a second while there is one."""

    def __init__(self, heard_by: Callable[[str], Iterable[str]]) -> None:
        """`heard_by(leg)` names the legs that this leg hears."""
        self.mixer = Mixer(heard_by)
        self.on_join: Callable[[str], None] = lambda _leg: None
        """Called with each leg that gets sound: what it should hear may have begun already."""
        self._connections: dict[str, Connection] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ticking: asyncio.Task[None] | None = None

    async def offer(self, leg: str) -> str:
        """Our SDP for a browser that we call."""
        return await self._connect(leg).offer()

    async def answer(self, leg: str, sdp: str) -> str:
        """Our SDP to a browser's; a leg that was connected before moves here, seamlessly."""
        return await self._connect(leg).answer(sdp)

    def knows(self, leg: str, sdp: str) -> bool:
        """Whether this SDP is of the browser side that the leg is connected with already."""
        connection = self._connections.get(leg)
        return connection is not None and connection.fragment == ice_fragment(sdp)

    async def answered(self, leg: str, sdp: str) -> None:
        connection = self._connections.get(leg)
        if connection is not None:
            await connection.answered(sdp)

    @property
    def busy(self) -> bool:
        """Whether a leg is connected, or a connection is still being closed."""
        return bool(self._connections or self._tasks)

    def silent_seconds(self, leg: str) -> float:
        """How long no packet has come from this leg's browser (a muted one still sends)."""
        connection = self._connections.get(leg)
        if connection is None:
            return 0.0
        return asyncio.get_running_loop().time() - connection.spoke_at

    def drop(self, leg: str) -> None:
        """Forget a leg: its sound, its prompt and its connection."""
        self.mixer.leave(leg)
        self.mixer.stop(leg)
        self._retire(leg)

    async def close(self) -> None:
        for leg in list(self._connections):
            self.drop(leg)
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _connect(self, leg: str) -> Connection:
        self._retire(leg)
        connection = Connection(self.mixer.join(leg))
        self._connections[leg] = connection
        if self._ticking is None or self._ticking.done():
            self._ticking = asyncio.create_task(self._tick())
        self.on_join(leg)
        return connection

    def _retire(self, leg: str) -> None:
        connection = self._connections.pop(leg, None)
        if connection is not None:
            task = asyncio.create_task(connection.close())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while self._connections:
            for leg, samples in self.mixer.tick().items():
                connection = self._connections.get(leg)
                if connection is not None:
                    connection.ear.hear(samples)
            due = max(due + mixer.TICK_SECONDS, loop.time() - 0.2)
            await asyncio.sleep(max(0.0, due - loop.time()))


def ice_fragment(sdp: str) -> str:
    """The ICE user fragment: a browser that starts a new connection has a new one."""
    marked = (line for line in sdp.splitlines() if line.startswith("a=ice-ufrag:"))
    return next(marked, "").partition(":")[2].strip()
