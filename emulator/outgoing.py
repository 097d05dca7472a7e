"""How does a webhook really leave the machine? By aiohttp, within Twilio's limits."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from emulator.web import Done, Timeouts, WebAnswer, WebError, WebRequest, WebResponse

# Twilio refuses TwiML above 64 kB itself; this only bounds what a broken server can send us.
BODY_BYTES_MAX = 16 * 1024 * 1024


class AiohttpTransport:
    """Carries each request in its own task; retries, redirects and cookies are not its business."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=True,
            skip_auto_headers=("Accept", "User-Agent"),
            connector=aiohttp.TCPConnector(limit=0),
        )
        self._tasks: set[asyncio.Task[None]] = set()

    def fetch(self, request: WebRequest, done: Done, *, timeouts: Timeouts) -> None:
        task = asyncio.create_task(self._carry(request, done, timeouts))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def get(self, url: str) -> bytes:
        """A recording to be played."""
        request = WebRequest("GET", url, {}, kind="audio")
        answer = await self._answer(request, Timeouts())
        if not isinstance(answer, WebResponse) or answer.status != 200:  # noqa: PLR2004
            raise OSError(
                f"{url}: {answer.kind if isinstance(answer, WebError) else answer.status}"
            )
        return answer.body

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    async def _carry(self, request: WebRequest, done: Done, timeouts: Timeouts) -> None:
        done(await self._answer(request, timeouts))

    async def _answer(self, request: WebRequest, timeouts: Timeouts) -> WebAnswer:
        limits = aiohttp.ClientTimeout(
            total=timeouts.total, sock_connect=timeouts.connect, sock_read=timeouts.read
        )
        options: dict[str, Any] = {"headers": request.headers, "timeout": limits}
        try:
            async with self._session.request(
                request.method,
                request.url,
                data=request.body or None,
                allow_redirects=False,
                **options,
            ) as answer:
                body = await answer.content.read(BODY_BYTES_MAX)
                while not answer.content.at_eof() and len(body) < BODY_BYTES_MAX:
                    body += await answer.content.read(BODY_BYTES_MAX - len(body))
                return WebResponse(answer.status, list(answer.headers.items()), body)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return _failure(error)


def _failure(error: Exception) -> WebError:
    words = str(error) or type(error).__name__
    if isinstance(error, aiohttp.ClientSSLError):
        return WebError("tls", words)
    if isinstance(error, aiohttp.ClientConnectorDNSError | aiohttp.InvalidURL):
        return WebError("dns", words)
    if isinstance(error, aiohttp.ConnectionTimeoutError | aiohttp.ClientConnectorError):
        return WebError("ct", words)
    if isinstance(error, TimeoutError):
        return WebError("rt", words)
    if isinstance(error, aiohttp.ServerDisconnectedError | OSError):
        return WebError("reset", words)
    return WebError("protocol", words)
