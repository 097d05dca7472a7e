"""What must always be true between us and the carrier: 0, 12, 13, 17, 24, 25."""

import re
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote_plus
from xml.etree import ElementTree as ET

from chaos.invariants import Invariant
from chaos.simulation_people import CANARY_NAME, CANARY_NOTE
from town import BASE

from emulator.engine import FAKE_TOKEN
from emulator.signature import sign
from storage.errors import StoreDown

BYTES_MAX = 64 * 1024
BUDGET_SECONDS = 4.0
VERBS = frozenset(
    [
        "Response",
        "Say",
        "Play",
        "Pause",
        "Gather",
        "Redirect",
        "Hangup",
        "Enqueue",
        "Leave",
        "Dial",
        "Number",
        "Conference",
    ]
)
ADDRESSES = ("action", "url", "waitUrl", "statusCallback", "actionOnEmptyResult")
CALL = re.compile(r"/Calls(?:/(CA[0-9a-f]{32}))?\.json$")
CANARIES = re.compile(rf"{CANARY_NAME}|{CANARY_NOTE}|{CANARY_NAME.split()[0]}", re.IGNORECASE)
NUMBERS = re.compile(r"\+?1314555015\d|\+?13145550171")
OUR_FAULT = re.compile(r"^(12\d\d\d|13\d\d\d|11100|11750)")
NOTHING_TO_LEAVE = "Leave: not in a queue"  # without the database we cannot know; they go on
PLANNED_ALERTS = (13223, 13224, 13227)  # a number that the story made unreachable


class Planned(Invariant):
    """Nothing goes wrong that nobody planned: no bug of ours in the log, none in our documents."""

    number = 0

    def starts(self) -> None:
        self.read = self.alerts = 0

    def event(self) -> None:
        for entry in self.town.logged[self.read :]:
            error = entry["error"]
            if error and not _planned(error):
                self.broken(f"{entry}: {error!r}")
        self.read = len(self.town.logged)
        for alert in self.twilio.alerts[self.alerts :]:
            planned = alert.code in PLANNED_ALERTS or alert.message == NOTHING_TO_LEAVE
            if OUR_FAULT.match(str(alert.code)) and not planned:
                self.broken(f"the carrier says {alert}")
        self.alerts = len(self.twilio.alerts)


def _planned(error: Any) -> bool:
    while error is not None:
        if isinstance(error, StoreDown):
            return True
        error = error.__cause__ or error.__context__
    return False


class Signed(Invariant):
    """Who did not sign is refused and changes nothing; who did is never refused."""

    number = 12

    def answered(self, request: Any, answer: Any, spent: float) -> None:
        if request.method != "POST":
            return
        pairs = parse_qsl(request.body.decode(), keep_blank_values=True)
        good = sign(FAKE_TOKEN, request.url, pairs) == request.headers["X-Twilio-Signature"]
        status = getattr(answer, "status", 0)
        if good == (status == 403):
            self.broken(f"{request.url} signed={good} got {status}")
        if not good and self.mirror.stale and self.mirror.is_new:
            self.broken(f"{request.url}: a forged webhook changed {self.mirror.changed}")


class Outbox(Invariant):
    """Every effect at the carrier is a claimed errand's; an unknown one blocks its target.

    A ring of which the carrier did not say whether it rang is never tried again blindly.
    """

    number = 13
    QUERY = "SELECT kind, facts, target FROM errands WHERE state = 'claimed' AND claimed_by = '{}'"
    UNKNOWN = "SELECT count(*) FROM errands WHERE state = 'unknown' AND target = '{}'"
    KINDS: ClassVar = {
        True: ("RingPhone", "RingPsap", "RingGuest", "DialPerson"),
        False: ("MoveCaller", "EndLeg"),
    }
    REFUSED = 429

    def starts(self) -> None:
        self.read = 0

    def rows(self) -> None:
        before = self.mirror.before["errands"]
        for id_, now in self.mirror.errands.items():
            tries = before[id_].tries if id_ in before else 0
            again = now.state == "pending" and now.tries > tries and now.kind in self.KINDS[True]
            if again and not self._refused_lately():
                self.broken(f"{now} is tried again, and may have rung")

    def event(self) -> None:
        self.read = len(self.twilio.timeline.exchanges)

    def _refused_lately(self) -> bool:
        exchanges = self.twilio.timeline.exchanges
        lately = (exchanges[n] for n in range(self.read, len(exchanges)))
        return any((one.kind, one.status) == ("rest", self.REFUSED) for one in lately)

    def asks(self, process: Any, method: str, url: str, form: dict[str, Any]) -> None:
        found = CALL.search(url)
        if method != "POST" or not found:
            return
        claimed = self.mirror.all(self.QUERY.format(process.board.worker))
        kinds = self.KINDS[found[1] is None]
        fitting = [
            (kind, target)
            for kind, facts, target in claimed
            if kind in kinds and (found[1] is None or found[1] in str(facts))
        ]
        if not fitting:
            self.broken(f"{method} {url} {form} by {process.name} without an errand: {claimed}")
        for kind, target in fitting:
            if self.mirror.one(self.UNKNOWN.format(target)):
                self.broken(f"{kind} {target} while an earlier one is unknown")


class NothingLeaks(Invariant):
    """What was told in confidence is in no address, no carrier's field and no log."""

    number = 17

    def starts(self) -> None:
        self.read = 0

    def asks(self, process: Any, method: str, url: str, form: dict[str, Any]) -> None:
        said = " ".join(str(value) for name, value in form.items() if name not in ("To", "From"))
        if CANARIES.search(said) or NUMBERS.search(said) or NUMBERS.search(unquote_plus(url)):
            self.broken(f"{method} {url} tells the carrier {form}")

    def answered(self, request: Any, answer: Any, spent: float) -> None:
        if CANARIES.search(request.url) or NUMBERS.search(unquote_plus(request.url)):
            self.broken(f"an address names somebody: {request.url}")

    def event(self) -> None:
        if len(self.town.logged) == self.read:
            return
        for entry in self.town.logged[self.read :]:
            if CANARIES.search(str(entry)) or NUMBERS.search(str(entry)):
                self.broken(f"the log names somebody: {entry}")
        self.read = len(self.town.logged)


class Documents(Invariant):
    """Everything we answer is a document that the carrier may be given."""

    number = 24

    def answered(self, request: Any, answer: Any, spent: float) -> None:
        if getattr(answer, "status", 0) == 200 and request.method == "POST" and answer.body:
            self._judge(request.url, answer.body)

    def asks(self, process: Any, method: str, url: str, form: dict[str, Any]) -> None:
        if form.get("Twiml"):
            self._judge(url, str(form["Twiml"]).encode())

    def _judge(self, url: str, body: bytes) -> None:
        wrong = fault_of(body)
        if wrong:
            self.broken(f"{url}: {wrong} in {body[:400]!r}")


@lru_cache(maxsize=5000)
def fault_of(body: bytes) -> str:
    """What is wrong with a document; "" if nothing is."""
    if len(body) > BYTES_MAX:
        return f"{len(body)} bytes"
    try:
        root = ET.fromstring(body)
    except ET.ParseError as error:
        return f"no XML: {error}"
    for verb in root.iter():
        if verb.tag not in VERBS:
            return f"<{verb.tag}>"
        if any(name.lower().startswith("record") for name in verb.attrib):
            return "a recording"
        addresses = [verb.get(name, "") for name in ADDRESSES]
        if verb.tag in ("Redirect", "Play"):
            addresses.append((verb.text or "").strip())
        for address in addresses:
            if "://" in address and not address.startswith(BASE):
                return f"an address that is not ours: {address}"
    return ""


class Quick(Invariant):
    """A webhook takes at most 4 s, and nothing is asked of the carrier inside a transaction."""

    number = 25

    def answered(self, request: Any, answer: Any, spent: float) -> None:
        if spent > BUDGET_SECONDS + 0.01:
            self.broken(f"{request.url} took {spent:.1f} s")

    def asks(self, process: Any, method: str, url: str, form: dict[str, Any]) -> None:
        if process.transactions:
            self.broken(f"{process.name} asks {method} {url} inside a transaction")
