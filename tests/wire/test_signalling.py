"""Does `/signal` say what the genuine voice SDK expects, message by message? (VSP, version 1.6)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import own_loop
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from emulator import engine, signalling, softphones
from emulator.accesstoken import RefusedTokenError, read_token
from emulator.configuration import Configuration
from emulator.serve import Server, serving

aiortc = pytest.importorskip("aiortc", reason="pip install 'diversion-line[softphone]'")

APPLICATION = "AP" + "0" * 32
KEYS = {engine.FAKE_KEY: engine.FAKE_SECRET}
PATIENCE_SECONDS = 10


def token(identity: str = "ben", seconds: int = 3600, secret: str = engine.FAKE_SECRET) -> str:
    """As the genuine library makes it: it is the oracle for our own reading."""
    made = AccessToken(engine.FAKE_ACCOUNT, engine.FAKE_KEY, secret, identity=identity, ttl=seconds)
    made.add_grant(VoiceGrant(incoming_allow=True, outgoing_application_sid=APPLICATION))
    return str(made.to_jwt())


class Device:
    """One socket, as a tab would hold it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.peer: Any = None

    async def say(self, kind: str, **payload: Any) -> None:
        await self.socket.send_str(json.dumps({"type": kind, "version": "1.6", "payload": payload}))

    async def told(self, kind: str) -> dict[str, Any]:
        """The next message of this kind; others are passed over."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                text = (await self.socket.receive_str()).strip()
                if text and (message := json.loads(text))["type"] == kind:
                    assert message["version"] == "1.6"
                    return dict(message["payload"])

    def unread(self) -> list[str]:
        """What has come and nobody has looked at yet."""
        return [frame.data for frame in self.socket._reader._buffer if frame.data.strip()]

    async def asked(self, kind: str, answer: str, **payload: Any) -> dict[str, Any]:
        await self.say(kind, **payload)
        return await self.told(answer)

    async def arrives(self, identity: str = "ben") -> "Device":
        await self.asked("listen", "connected", token=token(identity), reconnectTimeout=30)
        await self.asked("register", "ready", media={"audio": True})
        return self

    async def leave(self) -> None:
        await self.socket.close()
        if self.peer is not None:
            await self.peer.close()

    async def offer(self) -> str:
        self.peer = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
        self.peer.addTransceiver("audio", "recvonly")
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return str(self.peer.localDescription.sdp)

    async def answer(self, sdp: str) -> str:
        self.peer = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
        await self.peer.setRemoteDescription(aiortc.RTCSessionDescription(sdp, "offer"))
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        return str(self.peer.localDescription.sdp)

    async def dial(self, params: str = "") -> dict[str, Any]:
        sdp = await self.offer()
        await self.say("invite", callsid="TJS1", sdp=sdp, twilio={"params": params})
        return await self.told("answer")


class Town:
    """A served emulator whose application answers `self.twiml` and keeps what it was asked."""

    def __init__(self) -> None:
        self.twiml = "<Say>Hello.</Say><Pause length='30'/>"
        self.forms: list[dict[str, str]] = []
        self.devices: list[Device] = []
        self.url = ""
        self.server: Server
        self.session: aiohttp.ClientSession

    async def device(self, query: str = "", **headers: str) -> Device:
        url = self.server.url + "/signal" + query
        device = Device(await self.session.ws_connect(url, headers=headers))
        self.devices.append(device)
        return device

    async def voice(self, request: web.Request) -> web.Response:
        self.forms.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(text=f"<Response>{self.twiml}</Response>", content_type="text/xml")

    def legs(self) -> list[str]:
        return [leg.status for leg in self.server.emulator.legs.values()]


@asynccontextmanager
async def town() -> AsyncIterator[Town]:
    place = Town()
    application = web.Application()
    application.router.add_post("/voice", place.voice)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/voice"
    place.url = url
    one = {"sid": APPLICATION, "voice_url": url}
    try:
        async with serving(Configuration(port=0, quiet=True, applications=[one])) as server:
            place.server = server
            async with aiohttp.ClientSession() as place.session:
                try:
                    yield place
                finally:
                    print(server.emulator.timeline.text())  # pytest shows it for a failure
                    await asyncio.gather(*[device.leave() for device in place.devices])
    finally:
        await runner.cleanup()


def plays(story: Callable[[Town], Awaitable[None]]) -> Callable[[], None]:
    """Run the story in a town of its own."""

    def test() -> None:
        async def run() -> None:
            async with town() as place:
                await story(place)

        own_loop.run(run())

    test.__name__, test.__doc__ = story.__name__, story.__doc__
    return test


async def until(probe: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not probe():  # noqa: ASYNC110 (the emulator has no event for every change)
            await asyncio.sleep(0.01)


# --- letting in ---


@plays
async def test_a_good_token_is_told_how_long_it_lasts(place: Town) -> None:
    """Twilio: Access Tokens, ttl; Voice JavaScript SDK, tokenWillExpire."""
    device = await place.device()
    connected = await device.asked("listen", "connected", token=token(seconds=600))
    assert connected["token"]["identity"] == "ben"
    assert connected["token"]["ttl"] in (599, 600)


@plays
async def test_nothing_is_heard_before_a_good_listen(place: Town) -> None:
    """Twilio: error 31204."""
    device = await place.device()
    refused = await device.asked("register", "error", media={"audio": True})
    assert refused["error"]["code"] == 31204


@plays
async def test_bad_tokens_are_refused_by_twilios_codes(place: Town) -> None:
    """Twilio: errors 31202, 31204, 31205, 31207 and 31105."""
    device = await place.device()
    for bad, code in [
        ("nonsense", 31204),
        (token(secret="x" * 32), 31202),
        (token(seconds=-5), 31205),
        (token(seconds=25 * 3600), 31207),
        (token(identity="ben and ana"), 31105),
    ]:
        refused = await device.asked("listen", "error", token=bad)
        assert refused["error"]["code"] == code


@plays
async def test_a_device_is_told_the_edge_that_it_reached(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, Device.edge."""
    by_host = await place.device(Host="voice-js.dublin.twilio.com")
    roaming = await place.device(Host="voice-js.roaming.twilio.com")
    by_query, neither = await place.device("?edge=sydney"), await place.device()
    told = [
        (await one.asked("listen", "connected", token=token()))["edge"]
        for one in (by_host, roaming, by_query, neither)
    ]
    assert told == ["dublin", "ashburn", "sydney", "ashburn"]


@plays
async def test_somebody_without_an_identity_may_call_and_cannot_be_called(place: Town) -> None:
    """Twilio: Access Tokens, identity."""
    device = await place.device()
    connected = await device.asked("listen", "connected", token=token(identity=""))
    assert not connected["token"]["identity"]
    refused = await device.asked("register", "error", media={"audio": True})
    assert refused["error"]["code"] == 31204
    await device.dial()
    assert place.forms[0]["From"] == "client:Anonymous"


@plays
async def test_a_token_that_has_ended_registers_nobody_any_more(place: Town) -> None:
    """Twilio: error 31205; the SDK registers anew every half minute with the token it has."""
    device = await place.device()
    await device.asked("listen", "connected", token=token(seconds=2))
    await asyncio.sleep(2.1)
    refused = await device.asked("register", "error", media={"audio": True})
    assert refused["error"]["code"] == 31205
    await device.asked("listen", "connected", token=token())
    await device.asked("register", "ready", media={"audio": True})


@plays
async def test_registering_and_leaving(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, Device.register and unregister."""
    device = await (await place.device()).arrives()
    assert place.server.emulator.endpoints("client:ben")
    await device.asked("register", "offline", media={"audio": False})
    assert not place.server.emulator.endpoints("client:ben")


def test_a_quiet_socket_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twilio: Voice JavaScript SDK (its own code): 15 s without a frame end a socket."""
    monkeypatch.setattr(signalling, "HEARTBEAT_SECONDS", 0.05)

    async def story(place: Town) -> None:
        device = await place.device()
        assert await asyncio.wait_for(device.socket.receive_str(), PATIENCE_SECONDS) == "\n"
        await device.socket.send_str("\n")  # the SDK echoes it
        await device.arrives()

    plays(story)()


@plays
async def test_nonsense_is_answered_and_survived(place: Town) -> None:
    """Twilio: error 31100."""
    device = await (await place.device()).arrives()
    deep = "[" * 100_000
    for nonsense in ("{", "[]", deep, '{"type": "dance", "payload": {}}', '{"payload": {}}'):
        await device.socket.send_str(nonsense)
        assert (await device.told("error"))["error"]["code"] == 31100
    await device.say("register", media="audio")
    await device.say("invite", callsid="CA1", reconnect="é", sdp="", twilio="params")
    assert (await device.told("hangup"))["error"]["code"] == 31002
    await device.asked("listen", "connected", token=token(), reconnectTimeout="long")
    await device.asked("register", "ready", media={"audio": True})


@plays
async def test_a_call_whose_sound_cannot_be_understood_is_declined(place: Town) -> None:
    """Twilio: error 31002."""
    device = await (await place.device()).arrives()
    for sdp in ("", "nonsense", "v=0\r\nm=audio x\r\n"):
        await device.say("invite", callsid="TJS1", sdp=sdp, twilio={"params": ""})
        assert (await device.told("hangup"))["error"]["code"] == 31002
        await until(lambda: place.legs() and not place.server.emulator.live)


# --- calling out ---


@plays
async def test_a_call_out_rings_is_answered_and_carries_its_parameters(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, Device.connect."""
    device = await (await place.device()).arrives()
    await device.say(
        "invite",
        callsid="TJS1",
        sdp=await device.offer(),
        twilio={"params": "offer=a%20b%26c%3Dd&n%C3%A4me=%2B1"},
    )
    ringing = await device.told("ringing")
    answer = await device.told("answer")
    assert answer["callsid"] == ringing["callsid"]
    assert "opus" in answer["sdp"]
    assert answer["reconnect"]
    form = place.forms[0]
    assert (form["offer"], form["näme"]) == ("a b&c=d", "+1")
    assert form["From"] == "client:ben"


@plays
async def test_a_hang_up_by_the_temporary_name_ends_the_call(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, Call.disconnect before `ringing`."""
    device = await (await place.device()).arrives()
    await device.say("invite", callsid="TJS1", sdp=await device.offer(), twilio={"params": ""})
    await device.say("hangup", callsid="TJS1")
    await until(lambda: place.legs() and not place.server.emulator.live)


@plays
async def test_the_application_hanging_up_is_told(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, disconnect event."""
    place.twiml = "<Say>Bye.</Say><Hangup/>"
    device = await (await place.device()).arrives()
    answer = await device.dial()
    assert (await device.told("hangup"))["callsid"] == answer["callsid"]


@plays
async def test_keys_reach_the_leg(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, Call.sendDigits."""
    place.twiml = "<Gather numDigits='2' timeout='20'/>"
    device = await (await place.device()).arrives()
    answer = await device.dial()
    place.twiml = "<Pause length='30'/>"
    await device.say("dtmf", callsid=answer["callsid"], dtmf="1w2")
    await until(lambda: place.forms[-1].get("Digits") == "12")


@plays
async def test_messages_are_acknowledged(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, Call.sendMessage; error 31210."""
    device = await (await place.device()).arrives()
    about = {"callsid": (await device.dial())["callsid"], "voiceeventsid": "KX1"}
    good = {"content": {"a": 1}, "contenttype": "application/json"}
    ack = await device.asked("message", "ack", messagetype="user-defined-message", **good, **about)
    assert ack == {"acktype": "message", **about}
    refused = await device.asked("message", "error", messagetype="other", **good, **about)
    assert refused["error"]["code"] == 31210
    assert refused["voiceeventsid"] == "KX1"


@plays
async def test_what_a_softphone_says_is_told_to_who_subscribed(place: Town) -> None:
    """Twilio: UserDefinedMessageSubscription resource."""
    device = await (await place.device()).arrives()
    about = {"callsid": (await device.dial())["callsid"], "voiceeventsid": "KX1"}
    calls = f"/2010-04-01/Accounts/{engine.FAKE_ACCOUNT}/Calls/{about['callsid']}"
    auth = aiohttp.encode_basic_auth(engine.FAKE_KEY, engine.FAKE_SECRET)
    made = await place.session.post(
        f"{place.server.url}{calls}/UserDefinedMessageSubscriptions.json",
        data={"Callback": place.url},
        headers={"Authorization": auth},
    )
    assert made.status == 201
    good = {"content": {"word": "schön"}, "contenttype": "application/json"}
    await device.asked("message", "ack", messagetype="user-defined-message", **good, **about)
    await until(lambda: "Content" in place.forms[-1])
    told = place.forms[-1]
    assert told["Content"] == '{"word":"schön"}'
    assert (told["Sid"], told["SequenceNumber"]) == ("KX1", "1")


# --- being called ---


async def rung(place: Town, *identities: str) -> list[Device]:
    """Somebody dials the softphone of each identity; these are their tabs, all ringing."""
    devices = [await (await place.device()).arrives(identity) for identity in identities]
    place.twiml = (
        "<Dial><Client><Identity>ana</Identity><Parameter name='why' value='a b'/></Client></Dial>"
    )
    place.server.emulator.call_from_client("cora", APPLICATION, {})
    return devices


@plays
async def test_every_tab_rings_and_the_first_answer_wins(place: Town) -> None:
    """Twilio: <Client>, an identity registered more than once."""
    first, second = await rung(place, "ana", "ana")
    invite, other = await first.told("invite"), await second.told("invite")
    assert invite["callsid"] == other["callsid"]
    assert invite["parameters"]["From"] == "client:cora"
    assert invite["parameters"]["Params"] == "why=a%20b"
    answer = await first.answer(invite["sdp"])
    await first.say("answer", callsid=invite["callsid"], sdp=answer)
    await second.told("cancel")
    assert "sdp" not in await first.told("answer")
    assert place.legs() == ["in-progress", "in-progress"]


@plays
async def test_a_rejected_call_is_over(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, Call.reject."""
    (device,) = await rung(place, "ana")
    invite = await device.told("invite")
    await device.say("reject", callsid=invite["callsid"])
    await until(lambda: place.legs()[1] == "busy")


@plays
async def test_the_caller_giving_up_is_a_cancel(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, cancel event."""
    (device,) = await rung(place, "ana")
    invite = await device.told("invite")
    next(iter(place.server.emulator.legs.values())).hang_up()
    assert (await device.told("cancel"))["callsid"] == invite["callsid"]


@plays
async def test_a_caller_hears_ringing_until_somebody_answers(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, ringing event; <Dial>, answerOnBridge."""
    callee = await (await place.device()).arrives("ana")
    caller = await (await place.device()).arrives("cora")
    place.twiml = "<Dial><Client>ana</Client></Dial>"
    sdp = await caller.offer()
    await caller.say("invite", callsid="TJS1", sdp=sdp, twilio={"params": ""})
    await caller.told("ringing")
    assert "sdp" in await caller.told("ringing")  # the tone itself
    invite = await callee.told("invite")
    answer = await callee.answer(invite["sdp"])
    assert caller.unread() == []
    await callee.say("answer", callsid=invite["callsid"], sdp=answer)
    assert "sdp" not in await caller.told("answer")
    assert place.legs() == ["in-progress", "in-progress"]


def test_a_caller_is_accepted_though_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twilio: <Dial>: without `answerOnBridge` the call that dials is answered at once."""
    monkeypatch.setattr(softphones, "_RINGING_BEFORE_ACCEPT_SECONDS", 0.05)

    async def story(place: Town) -> None:
        await (await place.device()).arrives("ana")
        caller = await (await place.device()).arrives("cora")
        place.twiml = "<Dial><Client>ana</Client></Dial>"
        await caller.dial()
        assert place.legs()[0] == "in-progress"
        await until(lambda: place.legs()[1] == "ringing")

    plays(story)()


@plays
async def test_a_softphone_learns_how_its_caller_was_verified(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, Call.callerInfo; Trusted Calling with SHAKEN/STIR."""
    device = await (await place.device()).arrives("ana")
    place.twiml = "<Dial><Client>ana</Client></Dial>"
    emulator = place.server.emulator
    emulator.number("+13145550101", voice_url=place.url)
    emulator.call_in("+13145550150", "+13145550101")
    invite = await device.told("invite")
    assert invite["parameters"]["StirStatus"] == "TN-Validation-Passed-A"


# --- keeping a call ---


@plays
async def test_a_call_outlives_its_socket(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, maxCallSignalingTimeoutMs."""
    device = await (await place.device()).arrives()
    answer = await device.dial()
    await device.socket.close()
    back = await (await place.device()).arrives()
    again = await back.asked(
        "invite",
        "answer",
        callsid=answer["callsid"],
        reconnect=answer["reconnect"],
        sdp=device.peer.localDescription.sdp,
        twilio={},
    )
    assert "sdp" not in again
    await back.say("hangup", callsid=answer["callsid"])
    await until(lambda: place.legs() == ["completed"])


@plays
async def test_another_device_takes_a_call_over(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, Call.connectToken."""
    old = await (await place.device()).arrives()
    answer = await old.dial()
    new = await (await place.device()).arrives()
    moved = await new.asked(
        "invite",
        "answer",
        callsid=answer["callsid"],
        reconnect=answer["reconnect"],
        sdp=await new.offer(),
        twilio={},
    )
    assert moved["sdp"]
    assert (await old.told("hangup"))["callsid"] == answer["callsid"]
    assert place.legs() == ["in-progress"]


@plays
async def test_a_dead_media_path_is_replaced(place: Town) -> None:
    """Twilio: Voice JavaScript SDK, reconnecting event (an ICE restart)."""
    device = await (await place.device()).arrives()
    answer = await device.dial()
    await device.peer.close()
    renewed = await device.asked(
        "reinvite", "answer", callsid=answer["callsid"], sdp=await device.offer()
    )
    assert renewed["sdp"]


@plays
async def test_a_restarted_server_ends_what_it_does_not_know(place: Town) -> None:
    """Twilio: error 31002."""
    device = await (await place.device()).arrives()
    ended = await device.asked(
        "invite", "hangup", callsid="CA" + "0" * 32, reconnect="old", sdp="v=0", twilio={}
    )
    assert ended["error"]["code"] == 31002


# --- escaping and tokens ---


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_any_characters_survive_connect_params(params: dict[str, str]) -> None:
    """Twilio: Voice JavaScript SDK, Device.connect, params."""
    from urllib.parse import quote

    encoded = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in params.items())
    assert signalling.read_params(encoded) == params


def test_a_good_token_says_whose_softphone_it_is() -> None:
    """Twilio: Access Tokens, VoiceGrant."""
    grant = read_token(token(), KEYS, engine.FAKE_ACCOUNT, time.time())
    assert (grant.identity, grant.application_sid) == ("ben", APPLICATION)


@pytest.mark.parametrize(
    ("account", "made", "code"),
    [
        ("AC" + "1" * 32, token(), 31204),
        (engine.FAKE_ACCOUNT, token(seconds=-1), 31205),
        (engine.FAKE_ACCOUNT, token(seconds=25 * 3600), 31207),
        (engine.FAKE_ACCOUNT, token(identity="ben|ana"), 31105),
        (engine.FAKE_ACCOUNT, token(identity="ben%"), 31105),
        (engine.FAKE_ACCOUNT, token(secret="y" * 32), 31202),
        (engine.FAKE_ACCOUNT, token() + "x", 31202),
        (engine.FAKE_ACCOUNT, "", 31204),
        (engine.FAKE_ACCOUNT, "a.b.c", 31204),
    ],
)
def test_bad_tokens(account: str, made: str, code: int) -> None:
    """Twilio: errors 31202, 31204, 31205, 31207 and 31105."""
    with pytest.raises(RefusedTokenError) as refused:
        read_token(made, KEYS, account, time.time())
    assert refused.value.code == code
