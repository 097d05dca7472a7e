"""Who sends the webhooks? A carrier with kept connections, that waits for each answer."""

import http.client
import re
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from itertools import count
from typing import Self
from urllib.parse import urlsplit

from bench.webhook import Webhook, about, arrival
from whole_line import RIVERTON

from config.settings import Settings

NEXT_LAP = re.compile(r"https?://[^\"<#]*/wait/\d+")
OK = range(200, 300)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str
    seconds: float

    @property
    def ok(self) -> bool:
        """Served as usual: not without the database, nor with the words for when all failed."""
        usual = "/voice/offline/" not in self.body and self.body.count("<Dial") < 2
        return self.status in OK and usual


class Line:
    """One kept connection to the web process."""

    def __init__(self, base: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.connection.close()

    def send(self, webhook: Webhook) -> Answer:
        began = time.perf_counter()
        self.connection.request("POST", webhook.path, webhook.body, webhook.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        return Answer(answer.status, body.decode(), time.perf_counter() - began)

    def get(self, path: str) -> str:
        self.connection.request("GET", path)
        return self.connection.getresponse().read().decode()


class Carrier:
    """Makes webhooks as Twilio would: signed, each call with a CallSid of its own."""

    def __init__(self, settings: Settings) -> None:
        self.base = settings.public_base_url
        self.token = settings.twilio_auth_token.get_secret_value()
        self.sids = (f"CA{number:032x}" for number in count(time.time_ns()))

    def arrival(self) -> tuple[str, Webhook]:
        sid = next(self.sids)
        return sid, arrival(self.base, sid, RIVERTON, self.token)

    def next_lap(self, sid: str, before: Answer) -> Webhook:
        """The lap that this answer's TwiML asks for."""
        found = NEXT_LAP.search(unescape(before.body))
        if found is None:
            raise RuntimeError(f"no lap in {before}")
        return about(found[0], sid, RIVERTON, self.token)

    def end(self, sid: str) -> Webhook:
        url = f"{self.base}/voice/ended"
        return about(url, sid, RIVERTON, self.token, CallStatus="completed")

    def compared(self, name: str) -> Webhook:
        """The same form, for one of the views to compare with."""
        facts = {"CallSid": next(self.sids), "CallStatus": "in-progress", "To": RIVERTON}
        return about(f"{self.base}/bench/{name}", facts["CallSid"], RIVERTON, self.token)


def at_once(base: str, batches: Iterable[list[Webhook]]) -> list[Answer]:
    """Each batch in order on a connection of its own, all of them side by side."""

    def work(batch: list[Webhook]) -> list[Answer]:
        with Line(base) as line:
            return [line.send(webhook) for webhook in batch]

    kept = list(batches)
    with ThreadPoolExecutor(len(kept)) as pool:
        return [answer for answers in pool.map(work, kept) for answer in answers]


def shared(webhooks: list[Webhook], connections: int) -> list[list[Webhook]]:
    return [webhooks[first::connections] for first in range(connections)]
