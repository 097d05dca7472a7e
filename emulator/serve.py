"""How does the emulator stand on a port: REST, softphones, the phone page and the timeline?"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from emulator import rest
from emulator.accesstoken import Grant, read_token
from emulator.accounts import refuse_beside_a_real_account
from emulator.clock import RealClock
from emulator.configuration import Configuration, provide
from emulator.engine import Emulator
from emulator.errors import RestFailure
from emulator.handsets import Handsets
from emulator.outgoing import AiohttpTransport
from emulator.phonepage import PhonePage
from emulator.signalling import Signalling
from emulator.softphones import Softphones
from emulator.speech import Voice
from emulator.timeline import Exchange, Timeline
from emulator.timelinepage import TimelinePage

if TYPE_CHECKING:
    from emulator.legs import Leg
    from emulator.media import Media
    from emulator.prompts import Prompts

T = TypeVar("T")

NO_SOUND = (
    "Sound is off: aiortc is not installed (pip install 'diversion-line[softphone]'); "
    "captions only."
)
LOOPBACK_ONLY = (
    "This machine has only its loopback interface: start Chromium with "
    "--allow-loopback-in-peer-connection to have sound; other browsers have captions only."
)


class SpokenTimeline(Timeline):
    """The engine's timeline, one printed line for each entry and each request."""

    def note(self, leg: Leg | None, what: str, text: str = "") -> None:
        super().note(leg, what, text)
        self._print(leg.sid if leg is not None else "", f"{what} {text}")

    def exchange(self, exchange: Exchange) -> None:
        super().exchange(exchange)
        # A webhook is told as it leaves; how it was answered stands on the timeline page.
        outcome = f" -> {exchange.status}" if exchange.status else ""
        words = f"<{exchange.kind}> {exchange.method} {exchange.url}{outcome}"
        self._print(exchange.leg_sid, words)

    def _print(self, sid: str, words: str) -> None:
        moment = self._clock.now().astimezone().strftime("%H:%M:%S.%f")[:-3]
        print(f"{moment}  {sid[:10] or '-':10}  {words}".rstrip(), flush=True)


class Server:
    """One emulator and everything that is served around it, on the running loop."""

    def __init__(self, configuration: Configuration) -> None:
        # First, before anything is opened that would have to be closed again.
        refuse_beside_a_real_account(os.environ)
        refuse_beside_a_real_account({"TWILIO_ACCOUNT_SID": configuration.account_sid})
        self.configuration = configuration
        self.transport = AiohttpTransport()
        clock = RealClock(asyncio.get_running_loop(), configuration.seed)
        self.emulator = Emulator(
            clock,
            transport=self.transport,
            account_sid=configuration.account_sid,
            auth_token=configuration.auth_token,
            api_key=configuration.api_key,
            api_secret=configuration.api_secret,
            calls_per_second=configuration.calls_per_second,
            profile=configuration.profile,
            allow_recording=configuration.allow_recording,
            faults=configuration.faults,
        )
        if not configuration.quiet:
            self.emulator.timeline = SpokenTimeline(clock)
        provide(self.emulator, configuration)
        self.voice = Voice()
        self._network = ""
        self.media, self.prompts = self._sound()
        self.softphones = Softphones(self.emulator, self.media)
        self.signalling = Signalling(self.softphones, self.verify)
        self.handsets = Handsets(self.emulator, self.media, configuration.people)
        self.emulator.on_sound(self.handsets.hears)
        self.emulator.anyone = self.handsets
        self.page = PhonePage(self.emulator, self.handsets, self.remarks)
        self._runner: web.AppRunner | None = None
        self.port = configuration.port

    @property
    def url(self) -> str:
        host = self.configuration.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def remarks(self) -> dict[str, str]:
        return {
            "sound": "" if self.media is not None else NO_SOUND,
            "voice": self.voice.missing if self.media is not None else "",
            "network": self._network,
        }

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.configuration.host, self.configuration.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        for leg in list(self.emulator.live.values()):
            leg.end("completed", "the emulator stops")
        self.emulator.close()
        await self.page.close()
        await self.signalling.close()
        if self._runner is not None:
            await self._runner.cleanup()
        await self.softphones.close()
        if self.prompts is not None:
            await self.prompts.close()
        if self.media is not None:
            await self.media.close()
        await self.transport.close()
        self.voice.close()

    def verify(self, token: str) -> Grant:
        keys = {sid: key.secret for sid, key in self.emulator.keys.items()}
        return read_token(token, keys, self.emulator.account_sid, time.time())

    def _sound(self) -> tuple[Media | None, Prompts | None]:
        if not self.configuration.sound:
            return None, None
        try:
            from emulator.media import Media, loopback_only
            from emulator.prompts import Prompts
        except ImportError:
            return None, None
        self._network = LOOPBACK_ONLY if loopback_only() else ""
        media = Media(self._heard_by)
        prompts = Prompts(media, self.voice, self.transport.get)
        self.emulator.on_sound(prompts.changed)
        return media, prompts

    def _heard_by(self, sid: str) -> set[str]:
        """The browsers' legs that this leg hears."""
        assert self.media is not None
        speaking = (self.emulator.legs.get(other) for other in self.media.mixer.legs)
        return {
            leg.sid
            for leg in speaking
            if leg is not None and any(one.sid == sid for one in self.emulator.listeners(leg))
        }

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=1024 * 1024)
        application.router.add_get("/", _to_phones)
        application.router.add_get("/healthz", _healthy)
        application.router.add_get("/signal", self.signalling.serve)
        application.add_routes(self.page.routes())
        application.add_routes(TimelinePage(self.emulator).routes())
        application.router.add_route("*", "/{path:2010-04-01(?:/.*|\\.json)}", self._rest)
        return application

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        try:
            form = await request.post()
        except web.HTTPRequestEntityTooLarge:
            return _refused(413, "The request is too large")
        except (ValueError, LookupError, HttpProcessingError):
            return _refused(400, "The request's body cannot be read as a form")
        answer = rest.handle(
            self.emulator,
            rest.RestRequest(
                method=request.method,
                path=request.path,
                form=[(name, str(value)) for name, value in form.items()],
                query=list(request.query.items()),
                auth=_credentials(request),
            ),
        )
        if answer.lost and request.transport is not None:
            request.transport.abort()
        if answer.json is None:
            return web.Response(status=answer.status)
        return web.json_response(answer.json, status=answer.status)


@contextlib.asynccontextmanager
async def serving(configuration: Configuration) -> AsyncIterator[Server]:
    """A server on the running loop; port 0 takes a free one (`server.url` says which)."""
    server = Server(configuration)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


class ServedElsewhere:
    """A server on its own thread; `do(fn)` runs a function there and answers its result."""

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop) -> None:
        self.server, self.url, self._loop = server, server.url, loop

    def do(self, fn: Callable[[Server], T]) -> T:
        async def run() -> T:
            return fn(self.server)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=30)

    def cut_sockets(self) -> None:
        """Every softphone loses its network's signalling at once, without a goodbye."""
        self.do(lambda server: server.signalling.cut())

    def dismiss_softphones(self) -> None:
        """Every softphone is sent away: unlike after a lost socket, it does not come back."""
        self.do(lambda server: server.signalling.dismiss())

    def until(self, holds: Callable[[Server], object], seconds: float = 10.0) -> None:
        """Wait until something holds there; raises TimeoutError."""
        give_up_at = time.monotonic() + seconds
        while not self.do(holds):
            if time.monotonic() > give_up_at:
                raise TimeoutError("it did not come to hold")
            threading.Event().wait(0.02)


@contextlib.contextmanager
def serve_in_thread(configuration: Configuration | None = None) -> Iterator[ServedElsewhere]:
    """For tests: a quiet server on a free port, for as long as the `with` lasts."""
    chosen = configuration or Configuration(port=0, quiet=True)
    started: list[ServedElsewhere | BaseException] = []
    ready, stop = threading.Event(), asyncio.Event()

    async def run() -> None:
        async with serving(chosen) as server:
            started.append(ServedElsewhere(server, asyncio.get_running_loop()))
            ready.set()
            await stop.wait()

    def work() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:  # noqa: BLE001 (it is raised where somebody waits for it)
            started.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=work, name="emulator", daemon=True)
    thread.start()
    ready.wait()
    served = started[0]
    if isinstance(served, BaseException):
        raise served
    try:
        yield served
    finally:
        served.do(lambda _server: stop.set())
        thread.join(timeout=20)


def _credentials(request: web.Request) -> tuple[str, str] | None:
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password


def _refused(status: int, why: str) -> web.Response:
    return web.json_response(rest.error_body(RestFailure(status, 20001, why)), status=status)


async def _healthy(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def _to_phones(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/phone/")
