"""What does the phone page's socket do when pages come, go, reload and dial?"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import own_loop
import pytest

from emulator import phonepage
from emulator.configuration import Configuration, read
from emulator.serve import Server, serving

LINE = "+13145550101"
DOMAIN = "county.sip.example.org"
PATIENCE_SECONDS = 10


class Page:
    """An open page, as its socket sees it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def told(self, kind: str) -> dict:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                message = json.loads(await self.socket.receive_str())
                if message["type"] == kind:
                    return message

    async def dials(self, to: str, shown: str = "+13145550142") -> None:
        call = {"do": "call", "to": to, "shown": shown, "role": "caller", "headers": []}
        await self.socket.send_json(call)


@asynccontextmanager
async def opened(server: Server, browser: aiohttp.ClientSession):
    async with browser.ws_connect(f"{server.url}/phone/live") as socket:
        yield Page(socket)


def plays(story: Callable[[Server, aiohttp.ClientSession], Awaitable[None]]) -> None:
    """The story with a server whose application takes its time: nothing ends by itself."""

    async def run() -> None:
        application = await asyncio.start_server(_says_nothing, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{application.sockets[0].getsockname()[1]}/voice"
        chosen = Configuration(
            port=0,
            quiet=True,
            sound=False,
            numbers=[{"number": LINE, "name": "County line", "voice_url": url}],
            sip_domains=[{"domain": DOMAIN, "name": "County by SIP", "voice_url": url}],
        )
        async with application, serving(chosen) as server, aiohttp.ClientSession() as browser:
            await story(server, browser)

    own_loop.run(run())


async def _says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def until(probe: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not probe():  # noqa: ASYNC110 (the emulator has no event for every change)
            await asyncio.sleep(0.01)


def test_a_closed_page_hangs_up_and_a_reload_does_not(monkeypatch: pytest.MonkeyPatch):
    """README: closing the last page hangs its phones up after 15 s."""
    assert phonepage._GRACE_SECONDS == 15
    monkeypatch.setattr(phonepage, "_GRACE_SECONDS", 0.3)

    async def story(server: Server, browser: aiohttp.ClientSession) -> None:
        async with opened(server, browser) as page:
            await page.dials(LINE)
            await page.told("yours")
            (leg,) = server.emulator.live.values()
        await until(lambda: server.page._leaving is not None)
        leaving = server.page._leaving
        async with opened(server, browser) as again:
            world = await again.told("world")
            assert [phone["stage"] for phone in world["phones"]] != []
            assert leaving.cancelled()
            assert not leg.final
        await until(lambda: leg.final)
        assert leg.ended_because == "hung-up"

    plays(story)


def test_one_of_two_pages_closing_hangs_nobody_up(monkeypatch: pytest.MonkeyPatch):
    """README: only the last page's closing counts."""
    monkeypatch.setattr(phonepage, "_GRACE_SECONDS", 0.0)

    async def story(server: Server, browser: aiohttp.ClientSession) -> None:
        async with opened(server, browser) as page:
            async with opened(server, browser) as other:
                await other.dials(LINE)
                await other.told("yours")
            await until(lambda: server.handsets.pages_open == 1)
            assert server.page._leaving is None
            assert server.emulator.live
            assert (await page.told("world"))["type"] == "world"

    plays(story)


def test_a_sip_domain_is_a_destination():
    """Twilio: Sending SIP to Twilio; the caller's border controller asks for our domain."""

    async def story(server: Server, browser: aiohttp.ClientSession) -> None:
        async with opened(server, browser) as page:
            shown = {one["number"]: one["name"] for one in (await page.told("world"))["numbers"]}
            address = f"sip:line@{DOMAIN}"
            assert shown == {LINE: "County line", address: "County by SIP"}
            await page.dials(address, shown="sip:psap@203.0.113.10")
            phone = (await page.told("phone"))["phone"]
            assert phone["numbers"] == "sip:psap@203.0.113.10 → County by SIP"
            (leg,) = server.emulator.legs.values()
            assert (leg.kind, leg.extra["SipDomain"]) == ("sip", DOMAIN)
            await page.dials("sip:line@elsewhere.example.org")
            assert "Nobody owns" in (await page.told("problem"))["text"]

    plays(story)


def test_sip_domains_are_configured(tmp_path):
    path = tmp_path / "emulator.json"
    path.write_text(json.dumps({"sip_domains": [{"domain": DOMAIN, "voice_url": "http://x/"}]}))
    assert read(path, {}).sip_domains == [{"domain": DOMAIN, "voice_url": "http://x/"}]


def test_a_page_sends_texts_and_sees_every_text():
    async def story(server: Server, browser: aiohttp.ClientSession) -> None:
        async with opened(server, browser) as page:
            await page.told("world")
            text = {"do": "text", "to": LINE, "shown": "+13145550142", "words": "STOP"}
            await page.socket.send_json(text)
            came = (await page.told("text"))["text"]
            assert (came["from"], came["words"], came["state"]) == (
                "+13145550142",
                "STOP",
                "received",
            )
            confirmed = (await page.told("text"))["text"]
            assert (confirmed["from"], confirmed["to"]) == (LINE, "+13145550142")
            for wrong in ({"to": "+13145550199"}, {"shown": "nobody"}, {"words": " "}):
                await page.socket.send_json(text | wrong)
                assert (await page.told("problem"))["text"]
        async with opened(server, browser) as another:
            assert len((await another.told("world"))["texts"]) == 2

    plays(story)
