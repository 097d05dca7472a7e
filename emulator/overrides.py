"""How patient is Twilio with one webhook: timeouts and retries from the URL's fragment?

Twilio's page "Connection overrides": `#ct=2000&rt=4000&tt=13000&rc=2&rp=all`.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl, urldefrag

from emulator import reading
from emulator.errors import TwimlFailure
from emulator.web import Timeouts, WebAnswer, WebResponse

RANGES = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000), "rc": (0, 5)}
POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})
NAMES = frozenset({*RANGES, "rp", "e", "sni"})


@dataclass(frozen=True, slots=True)
class Overrides:
    """The defaults are Twilio's: 5 s to connect, 15 s in all, one retry of a failed connection."""

    timeouts: Timeouts = field(default_factory=Timeouts)
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})

    def retries_after(self, answer: WebAnswer) -> bool:
        return bool({"all", failure_class(answer)} & self.retry_on)


def failure_class(answer: WebAnswer) -> str:
    """The name that `rp` has for this failure; '' for a success."""
    if isinstance(answer, WebResponse):
        return f"{answer.status // 100}xx" if answer.failed else ""
    return "rt" if answer.kind == "rt" else "ct"


@lru_cache(maxsize=1024)
def split(url: str) -> tuple[str, Overrides]:
    """The URL as sent (and signed), and its overrides; 11243 for a value out of range."""
    bare, fragment = urldefrag(url)
    pairs = dict(parse_qsl(fragment, keep_blank_values=True))
    if not pairs or not set(pairs) <= NAMES:
        return bare, Overrides()  # an ordinary fragment, which is simply not sent
    numbers = {name: _number(name, pairs[name], bare) for name in RANGES if name in pairs}
    retry_on = frozenset(pairs.get("rp", "ct").split(","))
    if not retry_on <= POLICIES:
        raise TwimlFailure(11243, f"invalid connection override rp={pairs['rp']}", bare)
    timeouts = Timeouts(
        numbers.get("ct", 5000) / 1000,
        numbers.get("rt", 15_000) / 1000,
        numbers.get("tt", 15_000) / 1000,
    )
    return bare, Overrides(timeouts, int(numbers.get("rc", 1)), retry_on)


def _number(name: str, text: str, url: str) -> int:
    low, high = RANGES[name]
    number = reading.whole(text)
    if number is None or not low <= number <= high:
        raise TwimlFailure(11243, f"invalid connection override {name}={text}", url)
    return number
