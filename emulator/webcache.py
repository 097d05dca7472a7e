"""May an answer to a GET be used again, and how is it asked whether it is still good?

Twilio's page "TwiML for Programmable Voice", Twilio as a caching proxy: GET by ETag, Last-Modified
and max-age, POST never.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from emulator.web import WebAnswer, WebResponse

ANSWERS_MAX = 256


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and until when nobody need be asked about it."""

    response: WebResponse
    fresh_until: datetime


class WebCache:
    """The last answers that said how they may be used again; the oldest go first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def fresh(self, method: str, url: str, now: datetime) -> WebResponse | None:
        """An answer that may be used without asking."""
        kept = self._kept.get(url) if method == "GET" else None
        return kept.response if kept is not None and now < kept.fresh_until else None

    def conditions(self, method: str, url: str) -> dict[str, str]:
        """The headers that ask whether what is kept is still good."""
        kept = self._kept.get(url) if method == "GET" else None
        if kept is None:
            return {}
        pairs = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
        known = ((asked, kept.response.header(name)) for name, asked in pairs)
        return {asked: text for asked, text in known if text}

    def settle(self, method: str, url: str, answer: WebAnswer, now: datetime) -> WebAnswer:
        """Keep what may be kept; "not modified" becomes the answer that is kept."""
        if method != "GET" or not isinstance(answer, WebResponse):
            return answer
        kept = self._kept.get(url)
        if answer.status == HTTPStatus.NOT_MODIFIED and kept is not None:
            self._keep(url, kept.response, now, answer)
            return kept.response
        if answer.status == HTTPStatus.OK:
            self._kept.pop(url, None)
            self._keep(url, answer, now, answer)
        return answer

    def _keep(self, url: str, response: WebResponse, now: datetime, latest: WebResponse) -> None:
        rules = (latest.header("Cache-Control") or "").lower()
        found = re.search(r"max-age=([0-9]{1,9})", rules)
        seconds = int(found[1]) if found and "no-cache" not in rules else 0
        marked = response.header("ETag") or response.header("Last-Modified")
        if "no-store" in rules or not (seconds or marked):
            return
        self._kept[url] = Kept(response, now + timedelta(seconds=seconds))
        self._kept.move_to_end(url)
        if len(self._kept) > ANSWERS_MAX:
            self._kept.popitem(last=False)
