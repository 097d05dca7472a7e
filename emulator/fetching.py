"""How does Twilio ask an application for something, and when does it give up?

Twilio's pages "Webhooks security", "Connection overrides" and "TwiML for Programmable Voice"
(Twilio as an HTTP client): signed forms, cookies, ten redirects, one retry, fifteen seconds.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, urlsplit

from emulator import reading
from emulator.errors import TwimlFailure
from emulator.fibers import Signal, either, sleep
from emulator.overrides import Overrides, failure_class, split
from emulator.signature import sign
from emulator.timeline import Exchange
from emulator.web import Timeouts, WebAnswer, WebError, WebRequest, WebResponse

if TYPE_CHECKING:
    from emulator.engine import Emulator
    from emulator.legs import Leg

REDIRECTS_MAX = 10
BODY_BYTES_MAX = 64 * 1024
CODES = {"ct": 11205, "rt": 11200, "dns": 11210, "reset": 11205, "protocol": 11206, "tls": 11237}


_quoted = lru_cache(maxsize=16_384)(quote_plus)  # a call repeats its fields in every request


def encode_form(pairs: list[tuple[str, str]]) -> str:
    return "&".join([f"{_quoted(name)}={_quoted(text)}" for name, text in pairs])


class Fetched:
    """A successful answer and the URL (after redirects, without fragment) that gave it."""

    __slots__ = ("method", "response", "url")

    def __init__(self, response: WebResponse, url: str, method: str) -> None:
        self.response, self.url, self.method = response, url, method


async def fetch(
    town: "Emulator", leg: "Leg | None", kind: str, method: str, url: str, params: Mapping[str, str]
) -> Fetched:
    """Ask, patiently; raises TwimlFailure with Twilio's code when no good answer came."""
    if not reading.is_web_address(url):
        raise TwimlFailure(11100, "invalid URL format", url)
    bare, overrides = split(url)
    token = str(uuid.UUID(int=town.clock.random.getrandbits(128), version=4))
    visit = _Visit(town, leg, kind, params, token, overrides)
    started = town.clock.now()
    for attempt in range(overrides.retries + 1):
        answer, at, verb = await visit.follow(method.upper(), bare)
        spent = (town.clock.now() - started).total_seconds()
        if not failure_class(answer):
            break
        last = attempt == overrides.retries or spent >= overrides.timeouts.total
        if last or not overrides.retries_after(answer):
            raise _failure(answer, at)
        visit.shorten(spent)
    assert isinstance(answer, WebResponse)
    return Fetched(answer, at, verb)


def _failure(answer: WebAnswer, url: str) -> TwimlFailure:
    if isinstance(answer, WebError):
        return TwimlFailure(CODES[answer.kind], answer.message or answer.kind, url)
    return TwimlFailure(11200, f"HTTP retrieval failure: status {answer.status}", url)


class _Visit:
    """One logical request: the same parameters and idempotency token over its retries."""

    def __init__(
        self,
        town: "Emulator",
        leg: "Leg | None",
        kind: str,
        params: Mapping[str, str],
        token: str,
        overrides: Overrides,
    ) -> None:
        self.town, self.leg, self.kind, self.token = town, leg, kind, token
        self.params = list(params.items())
        self.timeouts = overrides.timeouts
        self.total = overrides.timeouts.total

    def shorten(self, spent_seconds: float) -> None:
        left = max(0.1, self.total - spent_seconds)
        self.timeouts = replace(self.timeouts, total=left, read=min(self.timeouts.read, left))

    async def follow(self, method: str, url: str) -> tuple[WebAnswer, str, str]:
        """One attempt with its redirects: 307 and 308 keep the form, the others become GET."""
        for _ in range(REDIRECTS_MAX + 1):
            answer = await self._send(method, url)
            if not isinstance(answer, WebResponse) or not answer.redirects:
                return answer, url, method
            location = answer.header("Location")
            if not location:
                return answer, url, method
            url = reading.joined(url, location)
            if not reading.is_web_address(url):
                raise TwimlFailure(11100, "invalid URL format", location)
            if answer.status not in (307, 308):
                method = "GET"
        raise TwimlFailure(11215, "too many HTTP redirects", url)

    async def _send(self, method: str, url: str) -> WebAnswer:
        cache, now = self.town.web_cache, self.town.clock.now
        request = self._request(method, url)
        known = cache.fresh(method, request.url, now())
        if known is not None:
            return known
        request.headers.update(cache.conditions(method, request.url))
        return cache.settle(method, request.url, await self._exchange(request, url), now())

    async def _exchange(self, request: WebRequest, url: str) -> WebAnswer:
        fault = self.town.faults.decide(request)
        if fault.delay_seconds:
            await sleep(self.town.clock, fault.delay_seconds)
        exchange = Exchange(
            self.town.clock.now(),
            self.kind,
            request.leg_sid,
            request.method,
            url,
            dict(self.params),
        )
        self.town.timeline.exchange(exchange)
        if fault.instead is not None or fault.copies == 0:
            wait = self.timeouts.read if isinstance(fault.instead, WebError) else 0.0
            await sleep(self.town.clock, wait if fault.copies else 0.0)
            answer: WebAnswer = fault.instead or WebResponse(204)
        else:
            if fault.copies > 1:
                self.town.spawn(self._repeat, request, exchange, fault.copy_delay_seconds)
            answer = await carry(self.town, request, self.timeouts)
        if fault.lose_answer:
            answer = WebError("reset", "planned: the answer was lost")
        self._record(exchange, answer)
        return answer

    async def _repeat(self, request: WebRequest, first: Exchange, seconds: float) -> None:
        """The same request once more, by a planned fault; nobody waits for its answer."""
        await sleep(self.town.clock, seconds)
        again = replace(first, at=self.town.clock.now(), kind=f"{first.kind} again")
        self.town.timeline.exchange(again)
        self._record(again, await carry(self.town, request, self.timeouts))

    def _request(self, method: str, url: str) -> WebRequest:
        body = b""
        if method == "GET":
            if self.params:
                url += ("&" if urlsplit(url).query else "?") + encode_form(self.params)
            signature = sign(self.town.auth_token, url)
        else:
            body = encode_form(self.params).encode()
            signature = sign(self.town.auth_token, url, self.params)
        headers = {
            "Host": urlsplit(url).netloc.rpartition("@")[2],
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Home-Region": "us1",
            "X-Twilio-Signature": signature,
            "I-Twilio-Idempotency-Token": self.token,
        }
        if method != "GET":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        jar = self.leg.cookies.get(headers["Host"]) if self.leg else None
        if jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        sid = self.leg.sid if self.leg else ""
        return WebRequest(method, url, headers, body, self.kind, sid)

    def _record(self, exchange: Exchange, answer: WebAnswer) -> None:
        exchange.seconds = (self.town.clock.now() - exchange.at).total_seconds()
        if isinstance(answer, WebError):
            exchange.failure = f"{answer.kind}: {answer.message}"
            return
        exchange.status = answer.status
        if self.kind != "audio":
            exchange.answered = answer.body[:2000].decode("utf-8", "replace")
        if self.leg is not None:
            _keep_cookies(self.leg, exchange.url, answer)


def _keep_cookies(leg: "Leg", url: str, answer: WebResponse) -> None:
    host = urlsplit(url).netloc.rpartition("@")[2]
    for name, value in answer.headers:
        if name.lower() == "set-cookie":
            key, _, text = value.partition(";")[0].partition("=")
            leg.cookies.setdefault(host, {})[key.strip()] = text.strip()


async def carry(town: "Emulator", request: WebRequest, timeouts: Timeouts) -> WebAnswer:
    """One exchange on the transport, never longer than the total timeout."""
    answered: Signal[WebAnswer] = Signal()
    town.transport.fetch(request, answered.set, timeouts=timeouts)
    if await either(town.clock, timeouts.total, answered):
        return await answered
    return WebError("rt", "no answer within the total timeout")
