"""What may a stranger send, and an insider by mistake? Requests drawn from a seed, and the rule.

The rule (FAILURES C15-C18, G10): no webhook is accepted without its signature, no answer is 5xx,
and no row changes. Request number n of a seed is the same on every machine, whatever came before.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_from_bytes, urlencode

from chaos.fuzz_ground import Ground, Heard
from town import BASE

from emulator.web import WebRequest, WebResponse
from telephony import signature

FORM = "application/x-www-form-urlencoded"
TYPES = (FORM, "application/json", "multipart/form-data; boundary=x", "text/xml", "", "\xff/\x00")
METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "POST", "BREW")
TEN_MEGABYTES = 10_000_000
SUCCESS, REFUSED, OUR_FAULT = 200, 400, 500
STRANGE = (
    "\x00\x01\x1f\x7f\x85\xad\u0660\u200b\u202e\u2028\ud800\udfff\ufeff\uffff\U0001f4de\U0010ffff"
)
MARKUP = (
    "'; DROP TABLE calls;--",
    "</Say><Dial>",
    "<script>",
    "{{7*7}}",
    "%s%n",
    "../../etc",
    "=1+1",
)
PLACE = re.compile(r"<(?:(?P<kind>[^:<>]+):)?(?P<name>[^<>]+)>")
OF_THE_MOMENT = re.compile("/phone/|/offline/|/selftest")  # nothing is kept: heard once by R4
VERBS = ("wait", "key", "agree", "greeted", "line-left", "talk-ended", "pass-ended", "fallback")


@dataclass(frozen=True)
class Shot:
    """One request, and what must not come of it."""

    kind: str
    request: WebRequest
    harmless: bool = True  # no row may change; else only an accident is excluded
    stranger: bool = False  # a webhook that must be refused
    replay: Heard | None = None  # the same bytes must come back


@dataclass
class Violation:
    number: int
    shot: Shot
    why: str

    def __str__(self) -> str:
        one = self.shot.request
        return f"request {self.number} ({self.shot.kind}): {self.why}\n  {one.method} {one.url[:300]!a} {one.headers!a} {one.body[:600]!r}"


def shot(ground: Ground, seed: int, number: int) -> Shot:
    """Draw request `number` of `seed`."""
    dice = random.Random(f"{seed}:{number}")
    makers = list(MAKERS.items())
    make = dice.choices([maker for maker, _ in makers], [weight for _, weight in makers])[0]
    return make(ground, dice)


def fire(ground: Ground, seed: int, numbers: range, done: Counter[str]) -> Iterator[Violation]:
    """Send requests, count them by kind into `done`, and name each that broke the rule."""
    for number in numbers:
        one = shot(ground, seed, number)
        before = ground.writes.rows
        answer = ground.ask(one.request)
        done[one.kind] += 1
        why = broken(one, answer, ground.writes.rows - before)
        if why:
            yield Violation(number, one, why)


def broken(one: Shot, answer: WebResponse, written: int) -> str:
    if answer.status >= OUR_FAULT:
        return f"answered {answer.status}"
    if one.stranger and answer.status < REFUSED:
        return f"a stranger was answered {answer.status}"
    if one.harmless and written:
        return f"{written} rows changed"
    if one.replay and (answer.status, answer.body) != (one.replay.status, one.replay.answered):
        return f"a replay was answered otherwise: {answer.status} {answer.body[:200]!r}"
    return ""


# -- words and addresses ----------------------------------------------------------------------


def words(dice: random.Random) -> str:
    """Any text whatever, mostly short."""
    kind = dice.randrange(5)
    if kind == 0:
        return dice.choice(MARKUP)
    if kind == 1:
        return "".join(dice.choices(STRANGE, k=dice.randrange(6)))
    if kind == 2:
        points = (dice.randrange(0x110000) for _ in range(dice.randrange(12)))
        return "".join(map(chr, points))
    if kind == 3:
        return str(dice.choice((0, -1, 2**31, 2**63, 10**40, 1e308)))
    return "a" * dice.choice((1, 40, 300, 9000))


def filled(ground: Ground, dice: random.Random, rule: str) -> str:
    """An address of this rule: with ids that exist, and with anything."""

    def part(found: re.Match[str]) -> str:
        kind, name = found["kind"] or "", found["name"]
        if kind == "int":
            return str(dice.choice((0, 1, 7, 2**70)))
        if kind.startswith("any"):
            return dice.choice(kind[4:-1].split(","))
        if name == "verb" and dice.random() < 0.8:
            return dice.choice(VERBS)
        if dice.random() < 0.6:
            return dice.choice(ground.ids)
        return quote(words(dice), safe="", errors="surrogatepass") or "-"

    return PLACE.sub(part, rule)


def form(dice: random.Random, heard: Heard) -> list[tuple[str, str]]:
    """The fields of a genuine webhook, some of them otherwise."""
    fields = [(name, words(dice) if dice.random() < 0.1 else value) for name, value in heard.pairs]
    return [*fields, (words(dice), words(dice))] if dice.random() < 0.3 else fields


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs, errors="surrogatepass").encode()


def post(path: str, body: bytes, signed: str | None, kind: str = FORM) -> WebRequest:
    headers = {"Content-Type": kind} if kind else {}
    if signed is not None:
        headers["X-Twilio-Signature"] = signed
    return WebRequest("POST", BASE + path, headers, body)


# -- strangers at the telephone door ----------------------------------------------------------


def unsigned(ground: Ground, dice: random.Random) -> Shot:
    path = filled(ground, dice, dice.choice(ground.webhooks))
    body = encoded(form(dice, dice.choice(ground.corpus)))
    return Shot("unsigned", post(path, body, None, dice.choice(TYPES)), stranger=True)


def forged(ground: Ground, dice: random.Random) -> Shot:
    """A signature of nobody, of another account, or of something else that was signed."""
    heard, other = dice.choice(ground.corpus), dice.choice(ground.corpus)
    path = filled(ground, dice, dice.choice(ground.webhooks))
    body = encoded(form(dice, heard))
    made = (
        lambda: dice.randbytes(20).hex(),
        lambda: signature.sign(BASE + path, heard.pairs, "0" * 32),
        lambda: other.signature[:-2] + "A=",
        lambda: words(dice).encode("utf-8", "surrogatepass").decode("latin-1"),
        lambda: signature.sign(f"http://a.example{path}", heard.pairs, "0" * 32),
    )
    return Shot("forged", post(path, body, dice.choice(made)()), stranger=True)


def moved(ground: Ground, dice: random.Random) -> Shot:
    """A genuine signature and form at another address."""
    heard = dice.choice(ground.corpus)
    path = filled(ground, dice, dice.choice(ground.webhooks))
    if path == heard.path:
        path += "9"
    return Shot("moved", post(path, heard.body, heard.signature), stranger=True)


def truncated(ground: Ground, dice: random.Random) -> Shot:
    heard = dice.choice(ground.corpus)
    body = heard.body[: dice.randrange(1, len(heard.body))]
    return Shot("truncated", post(_address(heard), body, heard.signature), stranger=True)


def huge(ground: Ground, dice: random.Random) -> Shot:
    heard = dice.choice(ground.corpus)
    filler = dice.choice((b"a", b"&", b"a=1&", b"%", b"\xff", b"=;"))
    body = (filler * (TEN_MEGABYTES // len(filler) + 1))[:TEN_MEGABYTES]
    return Shot("ten megabytes", post(_address(heard), body, heard.signature), stranger=True)


def bytes_of_any_kind(ground: Ground, dice: random.Random) -> Shot:
    path = filled(ground, dice, dice.choice(ground.webhooks))
    body = dice.randbytes(dice.randrange(400))
    header = dice.choice((None, "", dice.choice(ground.corpus).signature))
    query = quote_from_bytes(dice.randbytes(9), safe="&=")
    return Shot("any bytes", post(f"{path}?{query}", body, header), stranger=True)


# -- with a genuine signature in hand ---------------------------------------------------------


def replayed(ground: Ground, dice: random.Random) -> Shot:
    heard = dice.choice(ground.corpus)
    kind = dice.choice(TYPES)
    request = post(_address(heard), heard.body, heard.signature, kind)
    told = not OF_THE_MOMENT.search(heard.path)
    return Shot("replayed", request, replay=heard if told else None)


def doubled(ground: Ground, dice: random.Random) -> Shot:
    """A field twice: the signature is of the set, so it still holds."""
    heard = dice.choice(ground.corpus)
    pairs = [*heard.pairs, dice.choice(heard.pairs)]
    dice.shuffle(pairs)
    return Shot("a field twice", post(_address(heard), encoded(pairs), heard.signature))


def resplit(ground: Ground, dice: random.Random) -> Shot:
    """Names and values cut elsewhere: what is signed has no marks between them (FAILURES C17)."""
    heard = dice.choice(ground.corpus)
    pairs = sorted(set(heard.pairs))
    signed = "".join(name + value for name, value in pairs)
    for _ in range(40):
        cut = _cut(list(pairs), dice)
        if "".join(name + value for name, value in sorted(set(cut))) == signed:
            pairs = cut
            if dice.random() < 0.6:
                break
    return Shot("re-split", post(_address(heard), encoded(pairs), heard.signature))


def _cut(pairs: list[tuple[str, str]], dice: random.Random) -> list[tuple[str, str]]:
    at = dice.randrange(len(pairs))
    name, value = pairs[at]
    kind = dice.randrange(4)
    if kind == 0 and at + 1 < len(pairs):  # the next field becomes part of this value
        pairs[at : at + 2] = [(name, value + "".join(pairs[at + 1]))]
    elif kind == 1 and name and value:  # the name grows or shrinks
        whole, place = name + value, dice.randrange(len(name + value) + 1)
        pairs[at] = (whole[:place], whole[place:])
    elif kind == 2 and len(value) > 1:  # the end of a value becomes a field
        place = dice.randrange(1, len(value))
        rest, mark = value[place:], dice.randrange(len(value) - place + 1)
        pairs[at : at + 1] = [(name, value[:place]), (rest[:mark], rest[mark:])]
    elif kind == 3 and at + 1 < len(pairs):  # one field with no value, the next with no name
        pairs[at : at + 2] = [(name, value + pairs[at + 1][0]), ("", pairs[at + 1][1])]
    return pairs


def other_method(ground: Ground, dice: random.Random) -> Shot:
    heard = dice.choice(ground.corpus)
    request = post(_address(heard), heard.body, heard.signature)
    method = dice.choice([one for one in METHODS if one != "POST"])
    again = WebRequest(method, request.url, request.headers, request.body)
    return Shot("another method", again, stranger=method != "OPTIONS")  # which only lists methods


def _address(heard: Heard) -> str:
    return f"{heard.path}?{heard.query}" if heard.query else heard.path


# -- the pages --------------------------------------------------------------------------------


def page_of_a_stranger(ground: Ground, dice: random.Random) -> Shot:
    cookie = dice.choice(("", f"diversion={words(dice)}", "diversion=eyJfdXNlcl9pZCI6ImFuYSJ9.a.b"))
    request = _page(ground, dice, cookie, "")
    return Shot("page, stranger", request)


def page_without_token(ground: Ground, dice: random.Random) -> Shot:
    """A session that somebody else's page makes use of: it may not change anything (E1)."""
    cookie, _ = dice.choice(list(ground.insiders.values()))
    request = _page(ground, dice, cookie, dice.choice(("", "forged", words(dice))))
    harmless = request.method not in ("GET", "HEAD", "OPTIONS")  # readings are audited
    return Shot("page, no token", request, harmless=harmless)


def page_of_an_insider(ground: Ground, dice: random.Random) -> Shot:
    """Whatever a person of the house sends, it is no accident."""
    cookie, token = dice.choice(list(ground.insiders.values()))
    return Shot("page, insider", _page(ground, dice, cookie, token), harmless=False)


def _page(ground: Ground, dice: random.Random, cookie: str, token: str) -> WebRequest:
    rules = [one for one in ground.pages if not (cookie and one[0].endswith("/events"))]
    rule, methods = dice.choice(rules)
    path = filled(ground, dice, rule)
    if dice.random() < 0.5:
        query = [(dice.choice(FIELDS), words(dice)) for _ in range(dice.randrange(3))]
        path += "?" + urlencode(query, errors="surrogatepass")
    method = dice.choice(methods) if dice.random() < 0.8 else dice.choice(METHODS)
    fields = [(dice.choice(FIELDS), words(dice)) for _ in range(dice.randrange(6))]
    headers = {"Content-Type": dice.choice(TYPES[:4]) if dice.random() < 0.3 else FORM}
    text = {"Cookie": cookie, "X-CSRF-Token": token}
    headers |= {
        name: value.encode("utf-8", "surrogatepass").decode("latin-1")
        for name, value in text.items()
        if value
    }
    return WebRequest(method, BASE + path, headers, encoded(fields))


FIELDS = [
    "week",
    "day",
    "from",
    "until",
    "reason",
    "active",
    "outcome",
    "version",
    "disposition",
    "notes",
    "person_name",
    "number",
    "zone",
    "email",
    "password",
    "name",
    "role",
    "phone",
    "languages",
    "decision",
    "date",
    "start",
    "end",
    "tier",
    "person",
    "next",
    "line",
    "callback_number",
    "incident",
    "consent_by",
    "best_from",
    "best_until",
    "due",
    "language",
    "message",
    "roles",
]

MAKERS: dict[Callable[[Ground, random.Random], Shot], float] = {
    unsigned: 15,
    forged: 15,
    moved: 8,
    truncated: 6,
    huge: 0.1,
    bytes_of_any_kind: 8,
    replayed: 10,
    doubled: 4,
    resplit: 14,
    other_method: 4,
    page_of_a_stranger: 8,
    page_without_token: 4,
    page_of_an_insider: 4,
}
