"""How does a request leave the emulator, and what can come back?

A transport carries one HTTP exchange and knows nothing of Twilio; retries, redirects, cookies and
signatures are added above it (fetching.py). `wsgi.py` has the in-process transport.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class WebRequest:
    """One HTTP request as it goes on the wire (the URL has no fragment)."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""
    kind: str = "voice"  # for the timeline and the fault plan: voice, wait, status, audio...
    leg_sid: str = ""


@dataclass(frozen=True, slots=True)
class WebResponse:
    """One HTTP response; header names as sent, several Set-Cookie allowed."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def redirects(self) -> bool:
        return HTTPStatus.MULTIPLE_CHOICES <= self.status < HTTPStatus.BAD_REQUEST

    @property
    def failed(self) -> bool:
        return self.status >= HTTPStatus.BAD_REQUEST

    def header(self, name: str) -> str | None:
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class WebError:
    """No response: which of Twilio's failures it was (names of the `rp` override)."""

    kind: Literal["ct", "rt", "dns", "reset", "protocol", "tls"]
    message: str = ""


WebAnswer = WebResponse | WebError
Done = Callable[[WebAnswer], None]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds, from the connection override's ct, rt and tt."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0


class Transport(Protocol):
    """Carries a request and calls `done` exactly once, later, on the engine's thread."""

    def fetch(self, request: WebRequest, done: Done, *, timeouts: Timeouts) -> None: ...
