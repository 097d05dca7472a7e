"""What did the carrier tell us? Form fields are parsed here, once, and trusted inside."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

import phonenumbers

Fields = Mapping[str, str]

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


# A signature covers names and values in one row, without marks between them (Twilio's page
# "Webhooks security"): whoever got hold of one could cut them elsewhere (FAILURES C17). Names that
# stand in no honest value, and shapes that no value keeps which has swallowed another name:
DISTINCT = frozenset(
    """
    AccountSid AnsweredBy ApiVersion ApplicationSid AvgQueueTime CallDuration CallSid CallStatus
    CallToken CallbackSource CalledCity CalledCountry CalledState CalledZip CallerCity
    CallerCountry CallerName CallerState CallerZip Coaching ConferenceSid CurrentQueueSize
    DialBridged DialCallDuration DialCallSid DialCallStatus Digits Direction EndConferenceOnExit
    ErrorCode ErrorUrl FinishedOnKey ForwardedFrom FriendlyName FromCity FromCountry FromState
    FromZip MaxQueueSize MessageSid MessageStatus Muted NumMedia NumSegments ParentCallSid
    ParticipantLabel QueuePosition QueueResult QueueSid
    QueueTime SequenceNumber SipResponseCode SpeechResult StartConferenceOnEnter
    StatusCallbackEvent StirVerstat Timestamp ToCity ToCountry ToState ToZip
    """.split()  # noqa: SIM905  (as above)
)
ABSENT = re.compile("|".join(sorted(DISTINCT, key=len, reverse=True)))
TWINS = {"Caller": "From", "Called": "To"}  # the carrier says both, or neither
_WORD, _SID, _COUNT = (
    re.compile("[a-z_-]*"),
    re.compile("[A-Z]{2}[0-9a-f]*"),
    re.compile("-?[0-9]*"),
)
SHAPES = {
    "CallSid": _SID,
    "ConferenceSid": _SID,
    "DialCallSid": _SID,
    "CallStatus": _WORD,
    "MessageSid": _SID,
    "MessageStatus": _WORD,
    "NumMedia": _COUNT,
    "NumSegments": _COUNT,
    "DialCallStatus": _WORD,
    "DialBridged": _WORD,
    "QueueResult": _WORD,
    "StatusCallbackEvent": _WORD,
    "AnsweredBy": _WORD,
    "SequenceNumber": _COUNT,
    "ErrorCode": _COUNT,
    "Digits": re.compile("[0-9A-D*#w]*"),
}


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
    _refuse_cut(fields)
    return fields


def _refuse_cut(fields: dict[str, str]) -> None:
    """BadForm when names and values were cut elsewhere than the carrier cut them."""
    if "" in fields:
        raise BadForm("a field without a name")
    for name, shape in SHAPES.items():
        if name in fields and not shape.fullmatch(fields[name]):
            raise BadForm(f"{name} is not what the carrier says")
    for name, twin in TWINS.items():
        if name in fields and twin not in fields:
            raise BadForm(f"{name} without {twin}")
    row = "".join(
        ("\n" if _honest(name) else name) + ("\n" if _words_of(name, fields) else value)
        for name, value in sorted(fields.items())
    )
    for found in ABSENT.finditer(row):
        if found[0] not in fields:
            raise BadForm(f"{found[0]} stands inside another field")


def _words_of(name: str, fields: Fields) -> bool:
    """Whether this is what somebody wrote in a text: any word may stand in it."""
    return name == "Body" and "MessageSid" in fields


def _honest(name: str) -> bool:
    """Whether the carrier spells a name so: one we know, or a new one made of it (C18)."""
    ends = [found.end() for found in ABSENT.finditer(name)]
    return bool(ends) and name.isalpha() and not any(name[end : end + 1].islower() for end in ends)


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
