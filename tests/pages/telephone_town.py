"""What do the softphone tests stand in? A served emulator, a null application, a page with the SDK."""

import array
import io
import math
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

from playwright.sync_api import Browser, Page, Playwright
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from emulator import engine
from emulator.configuration import Configuration
from emulator.rest import RestRequest, RestResponse, handle
from emulator.serve import ServedElsewhere, Server, serve_in_thread

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent / "softphone"
APPLICATION = "AP" + "0" * 32
LINE = "+13145550101"
ROOM = "+13145550102"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
]
FILES = {
    "/softphone.html": (HERE / "softphone.html", "text/html"),
    "/softphone.js": (HERE / "softphone.js", "text/javascript"),
    "/ws-shim.js": (ROOT / "emulator/phone/ws-shim.js", "text/javascript"),
    "/sdk.js": (
        ROOT / "console/static/vendor/twilio-voice-2.18.5.min.js",
        "text/javascript",
    ),
}
TWIML = {
    "/line": "<Say>Hello. Stay with me.</Say><Enqueue waitUrl='/wait'>line</Enqueue>",
    "/wait": "<Pause length='20'/>",
    "/talk": "<Say>Somebody is coming to talk with you. Stay with me, you are not alone.</Say>",
    "/tone": "<Play loop='0'>/tone.wav</Play>",
    "/short": "<Say>A short call, to try the line.</Say><Pause length='3'/>",
    "/announcement": "<Play loop='20'>/tone.wav</Play>",
    "/echo": "<Echo/>",
    "/gather": "<Gather numDigits='1' action='/room' timeout='20'/>",
}


class NullApplication(ThreadingHTTPServer):
    """Answers each webhook from TWIML; `/client` does what the softphone's `then` param says."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.forms: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def twiml(self, path: str, form: dict[str, str]) -> str:
        self.forms.append({"path": path, **form})
        if path == "/client":
            path = f"/{form.get('then', 'room')}"
        attributes = f"callerId='{LINE}'"
        if path == "/early":
            attributes += " answerOnBridge='true'"
        dial = f"<Dial {attributes}>{form.get('who')}</Dial>"
        room = f"<Dial><Conference beep='false' waitUrl='' {form.get('as', '')}>room</Conference></Dial>"
        own = {"/call": dial, "/early": dial, "/room": room}
        inner = own.get(path) or TWIML.get(path, "")
        return f"<?xml version='1.0'?><Response>{inner}</Response>"


class _Handler(BaseHTTPRequestHandler):
    server: NullApplication
    disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement

    def do_GET(self) -> None:
        if self.path == "/quiet.wav":
            self._send(wav(pitch=0), "audio/wav")
        elif self.path == "/tone.wav":
            self._send(wav(pitch=600), "audio/wav")
        elif self.path in FILES:
            file, kind = FILES[self.path]
            self._send(file.read_bytes(), kind)
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._send(self.server.twiml(self.path, form).encode(), "text/xml")

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        with suppress(ConnectionError):  # a page that closed while it was given its sounds
            super().handle()

    def log_message(self, *_args: object) -> None:
        """Tests print nothing."""


def wav(pitch: int, rate: int = 8000) -> bytes:
    """One second of a tone; pitch 0 is silence."""
    data = io.BytesIO()
    wave_of = (int(8000 * math.sin(2 * math.pi * pitch * n / rate)) for n in range(rate))
    with wave.open(data, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(array.array("h", wave_of).tobytes())
    return data.getvalue()


class Town:
    """An emulator, its application, and as many pages as a test opens."""

    def __init__(self, served: ServedElsewhere, app: NullApplication, browser: Browser) -> None:
        self.served, self.app, self._browser = served, app, browser
        self.host = served.url.removeprefix("http://")
        self.alerts: list[str] = []

    def token(self, identity: str, seconds: int = 3600, **params: str) -> str:
        """`params` are sent with every call that the token's holder makes."""
        token = AccessToken(
            engine.FAKE_ACCOUNT, engine.FAKE_KEY, engine.FAKE_SECRET, identity=identity, ttl=seconds
        )
        grant = VoiceGrant(
            incoming_allow=True,
            outgoing_application_sid=APPLICATION,
            outgoing_application_params=params or None,
        )
        token.add_grant(grant)
        return str(token.to_jwt())

    def page(self, url: str, tone: int, *, microphone: bool = True) -> Page:
        page = self._browser.new_context().new_page()
        page.add_init_script(f"window.tone = {tone};")
        page.add_init_script(path=HERE / "tone.js")
        if not microphone:
            page.add_init_script(
                "navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none'));"
            )
        page.on("pageerror", lambda error: self.alerts.append(str(error)))
        page.goto(url)
        return page

    def softphone(
        self, identity: str, tone: int = 700, *, register: bool = True, **options: object
    ) -> Page:
        """A page with the genuine SDK, its Device built and (unless told not to) registered."""
        page = self.page(f"{self.app.url}/softphone.html", tone)
        given = [self.token(identity), self.host, options]
        page.evaluate("([token, host, more]) => build(token, host, more)", given)
        if register:
            page.evaluate("device.register()")
        return page

    def phone_page(self, tone: int = 440, *, microphone: bool = True) -> Page:
        page = self.page(f"{self.served.url}/phone/", tone, microphone=microphone)
        comes_true(page, "() => document.querySelector('select[name=to]').options.length > 1")
        return page


def comes_true(page: Page, condition: str, given: object = None, seconds: float = 30) -> None:
    """Wait until a function of the page says so.

    Playwright's own `wait_for_function` asks again by `eval`, which the phone page's
    Content-Security-Policy refuses: it can only see what is true at once.
    """
    end = time.monotonic() + seconds
    while not page.evaluate(condition, given):
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {condition} of {given}"
        page.wait_for_timeout(50)


def happens(page: Page, what: str, seconds: float = 10) -> None:
    """Wait until the softphone has noted `what`."""
    comes_true(page, "what => happened.includes(what)", what, seconds)


def hears(page: Page, pitch: int, *, stream: str, but_not: int = 0) -> None:
    """Wait until one tone arrives clearly in `stream` (an expression of the page), another not."""
    comes_true(
        page,
        f"""([pitch, other]) => loudness({stream}, pitch) > -50
            && (!other || loudness({stream}, other) < -75)""",
        [pitch, but_not],
        seconds=15,
    )


def loudness(page: Page, pitch: int, *, stream: str) -> float:
    """Decibels of one pitch in `stream` now; -200 is nothing at all."""
    return float(page.evaluate(f"pitch => loudness({stream}, pitch)", pitch))


def rest(path: str, **form: str) -> Callable[[Server], RestResponse]:
    """A POST to Twilio's REST, for `served.do`."""

    def ask(server: Server) -> RestResponse:
        whole = f"/2010-04-01/Accounts/{server.emulator.account_sid}{path}.json"
        auth = (server.emulator.account_sid, server.emulator.auth_token)
        return handle(server.emulator, RestRequest("POST", whole, list(form.items()), [], auth))

    return ask


SOFTPHONE_STREAM = "call.getRemoteStream()"
PHONE_STREAM = "document.querySelector('#phones audio').srcObject"


@contextmanager
def town(
    playwright: Playwright, chromium: str, *, sound: bool = True, tells: bool = True
) -> Iterator[Town]:
    """`tells`: print the timeline at the end, for a failing test to show."""
    app = NullApplication()
    thread = threading.Thread(target=app.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    try:
        with serve_in_thread(configuration(app.url, sound=sound)) as served:
            try:
                yield Town(served, app, browser)
            finally:
                if tells:
                    print(served.do(lambda server: server.emulator.timeline.text()))
                browser.close()
    finally:
        app.shutdown()
        thread.join()
        app.server_close()


def configuration(app: str, *, sound: bool = True) -> Configuration:
    return Configuration(
        port=0,
        quiet=True,
        sound=sound,
        numbers=[
            {"number": LINE, "name": "County line", "voice_url": f"{app}/line"},
            {"number": ROOM, "name": "A room", "voice_url": f"{app}/room"},
        ],
        applications=[{"sid": APPLICATION, "voice_url": f"{app}/client"}],
    )
