"""What did the carrier tell us? Form fields are parsed here, once, and trusted inside."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

import phonenumbers

from telephony import cuts

Fields = cuts.Fields

OVER = ("completed", "busy", "failed", "no-answer", "canceled")  # the carrier's words for an end
FIELDS_MAX = 200
SIGNED_FIELDS_MAX = 100_000
NAME_CHARS_MAX = 200
VALUE_CHARS_MAX = 8_000  # a CallToken runs to some 2,000
UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # neither database keeps these
NORTH_AMERICAN = re.compile(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}", re.ASCII)  # needs no library
SHOWN_CHARS_MAX = 64
SID = r"[A-Za-z0-9]{2,64}"
SIP_HEADERS_MAX = 20
SIP_VALUE_CHARS_MAX = 256
REGION = "US"  # how a number without a country code is read

# Words and keypad spellings of a withheld number (Twilio's page "Incoming calls from anonymous
# numbers"; the keypad ones arrive as if they were numbers: +266696687 spells ANONYMOUS).
WITHHELD_WORDS = frozenset(
    """
    anonymous anonymity blocked callerunknown hidden hiddennumber idblocked idunavailable idwithheld
    na nil nocallerid nocaller none nonumber notavailable null outofarea payphone private
    privatecaller privatenumber restricted undefined unavailable unidentified unknown unknowncaller
    unknownnumber withheld withheldnumber
    """.split()  # noqa: SIM905  (a list of forty quoted words is not easier to read)
)
KEYPAD = frozenset({"266696687", "7378742833", "2562533", "86282452253", "8656696", "7748283"})
# What makes one webhook a different fact from another at the same address. Fields that a retry
# may state differently (times, averages, queue sizes) are left out on purpose (FAILURES R1).
FACTS = (
    "CallSid",
    "CallStatus",
    "SequenceNumber",
    "StatusCallbackEvent",
    "ConferenceSid",
    "ParticipantLabel",
    "Digits",
    "SpeechResult",
    "QueueResult",
    "DialCallStatus",
    "DialCallSid",
    "DialBridged",
    "AnsweredBy",
    "ErrorCode",
    "ErrorUrl",
    "offer",
)


class BadForm(ValueError):
    """The form is not one the carrier sends: doubled, oversized or not text."""


@dataclass(frozen=True, slots=True)
class ArrivalFacts:
    """A call's first webhook. `number_shown` is what a screen may show, never whom to call."""

    call_sid: str
    to: str
    number_shown: str | None  # None: withheld
    forwarded_from: str | None = None
    sip: dict[str, str] = field(default_factory=dict)  # lower-case X- names, untrusted

    @property
    def dialable(self) -> bool:
        """Whether `number_shown` is a valid number, which still has to be confirmed."""
        return dialable(self.number_shown)


def pairs(body: bytes) -> list[tuple[str, str]]:
    """Split any form body into the pairs its signature is about, however broken; never raise.

    Bytes that are no text survive as surrogates. Nothing here is believed yet: `parse` decides.
    """
    try:
        return parse_qsl(
            body.decode("utf-8", "surrogateescape"),
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=SIGNED_FIELDS_MAX,
        )
    except ValueError:  # a flood: nobody's signature
        return []


def parse(form: Sequence[tuple[str, str]]) -> Fields:
    """One value per name, bounded, storable; BadForm otherwise (FAILURES C17)."""
    fields = dict(form)
    if len(fields) < len(form):
        twice = next(name for name, count in Counter(name for name, _ in form).items() if count > 1)
        raise BadForm(f"{twice[:NAME_CHARS_MAX]!r} is there twice")
    if len(fields) > FIELDS_MAX:
        raise BadForm(f"more than {FIELDS_MAX} fields")
    for name, value in form:
        if len(name) > NAME_CHARS_MAX or len(value) > VALUE_CHARS_MAX:
            raise BadForm(f"{name[:NAME_CHARS_MAX]!r} is too long")
        if UNSTORABLE.search(value) or UNSTORABLE.search(name):
            raise BadForm(f"{name[:NAME_CHARS_MAX]!r} is not text")
    if why := cuts.why(fields):
        raise BadForm(why)
    return fields


def arrival(fields: Fields) -> ArrivalFacts:
    """Read a call's first webhook; BadForm only without a usable CallSid."""
    sid = fields.get("CallSid", "")
    if not re.fullmatch(SID, sid):
        raise BadForm("no usable CallSid")
    return ArrivalFacts(
        call_sid=sid,
        to=dialled(fields.get("To") or fields.get("Called", "")),
        number_shown=number_shown(fields.get("From", "")),
        forwarded_from=number_shown(fields.get("ForwardedFrom", "")),
        sip=sip_headers(fields),
    )


def number_shown(raw: str) -> str | None:
    """Read a caller's number: E.164 where it is one, else short raw text; None when withheld."""
    text = _user_part(raw)
    if _withheld(text):
        return None
    return e164(text) or text[:SHOWN_CHARS_MAX]


def dialled(raw: str) -> str:
    """Read the number dialled: E.164 where it is one, else short raw text, "" when none."""
    text = _user_part(raw)
    return e164(text) or text[:SHOWN_CHARS_MAX]


def dialable(number: str | None) -> bool:
    """Whether a number could be called at all: valid by its country's plan, in E.164."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number or ""))
    except phonenumbers.NumberParseException:
        return False


def same_country(one: str, other: str) -> bool:
    """Whether two numbers in E.164 belong to one country's plan: no premium line far away."""
    try:
        codes = {phonenumbers.parse(number).country_code for number in (one, other)}
    except phonenumbers.NumberParseException:
        return False
    return len(codes) == 1


def sip_headers(fields: Fields) -> dict[str, str]:
    """Collect the X- headers of a SIP call by lower-case name, few, short and printable."""
    found: dict[str, str] = {}
    for name, value in fields.items():
        lowered = name.lower()
        if lowered.startswith("sipheader_x-") and len(found) < SIP_HEADERS_MAX:
            key = lowered.removeprefix("sipheader_")[:SHOWN_CHARS_MAX]
            found.setdefault(key, _printable(value)[:SIP_VALUE_CHARS_MAX])
    return found


def key(fields: Fields) -> str:
    """Read the pressed key: one of 0-9 * #, else ""."""
    digits = fields.get("Digits", "").strip()
    return digits if re.fullmatch(r"[0-9*#]", digits) else ""


def incident(fields: Fields) -> str:
    """Read the incident number pressed: 3 to 16 digits before pound, else "". Stars may lead.

    Without pound it is half a number: whoever looked away meanwhile goes on pressing.
    """
    number = re.fullmatch(r"\**([0-9]{3,16})#", fields.get("Digits", "").strip())
    return number[1] if number else ""


def leg(fields: Fields) -> str:
    """Read the leg's sid; "" when there is none that could be kept."""
    sid = fields.get("CallSid", "")
    return sid if re.fullmatch(SID, sid) else ""


def hung_up(fields: Fields) -> bool:
    """Whether the leg that the webhook is about is over."""
    return fields.get("CallStatus") in OVER


def pulled_out(fields: Fields) -> bool:
    """Whether our own move took the leg out of the line: it hears the move, never this answer."""
    return fields.get("QueueResult", "").startswith("redirected")


def softphone(fields: Fields) -> bool:
    """Whether the leg is a clinician's browser."""
    return fields.get("From", "").startswith("client:")


def rung_by_us(fields: Fields) -> bool:
    """Whether we dialled the leg: whoever is on it did not call us."""
    return fields.get("Direction", "inbound") != "inbound"


def inbox_key(path: str, fields: Fields) -> str:
    """Name one webhook: the same for its retries, another for another fact. At most 200 chars."""
    facts = "\x1f".join([path, *(f"{name}={fields.get(name, '')}" for name in FACTS)])
    digest = hashlib.sha256(facts.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{path.encode('ascii', 'replace').decode()[:120]}#{digest[:40]}"


def _user_part(raw: str) -> str:
    """Take the caller out of sip:+1314...@host;params, tel:..., client:..., or "name" <...>."""
    text = _printable(raw).strip()
    inside = re.search(r"<([^>]*)>", text)
    text = inside[1] if inside else text
    scheme, colon, rest = text.partition(":")
    if colon and scheme.lower() in {"sip", "sips", "tel"}:
        text = unquote(re.split(r"[@;?]", rest, maxsplit=1)[0])
    return _printable(text).strip()


def _printable(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char for char in text if char == " " or unicodedata.category(char)[0] not in "CZ"
    )


def _withheld(text: str) -> bool:
    word = re.sub(r"[\W_]+", "", text).lower()
    return not word or word in WITHHELD_WORDS or word in KEYPAD or not word.strip("0")


def e164(text: str) -> str | None:
    """Return a number as it is dialled, such as +13145550121; None when it is no number."""
    if NORTH_AMERICAN.fullmatch(text):
        return text
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or not re.search(r"\d", text):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
