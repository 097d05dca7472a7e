"""What does an application's answer tell Twilio to do?

A body is parsed once into verbs. No DTD is read; what Twilio refuses is refused with its code.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree import ElementTree as ET

from emulator.errors import TwimlFailure
from emulator.fetching import BODY_BYTES_MAX, Fetched
from emulator.schema import Faults, examine

XML_TYPES = ("text/xml", "application/xml", "text/html", "application/twiml+xml")


@dataclass(frozen=True, slots=True)
class Document:
    """Verbs in order, and the URL that relative ones resolve against ('' for inline TwiML)."""

    verbs: Sequence[ET.Element]
    url: str = ""
    method: str = "POST"
    faults: Faults = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inline:
    """A document given with a REST request; it has no URL, and is parsed only when performed."""

    text: str

    def document(self) -> Document:
        verbs, faults = parse(self.text.encode())
        return Document(verbs, faults=faults)


@dataclass(frozen=True, slots=True)
class Goto:
    """The next document is to be fetched from here."""

    url: str
    method: str = "POST"
    params: dict[str, str] = field(default_factory=dict)
    kind: str = "voice"


@lru_cache(maxsize=2048)
def parse(body: bytes) -> tuple[tuple[ET.Element, ...], Faults]:
    """The verbs and what is wrong with them.

    Raises 11770 for nothing, 12100 for what is not well-formed, 12102 without `<Response>`.
    """
    if not body.strip():
        raise TwimlFailure(11770, "empty response body")
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise TwimlFailure(12100, f"document parse failure: {error.reason}") from error
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise TwimlFailure(12100, "document parse failure: a DTD is not accepted")
    text = re.sub(r"^<\?xml[^>]*\?>", "", text).strip()
    try:
        root = ET.fromstring(text)  # noqa: S314  (no DTD, no entities: refused above)
    except ET.ParseError as error:
        raise TwimlFailure(12100, f"document parse failure: {error}") from error
    if root.tag != "Response":
        raise TwimlFailure(12102, f"the root element must be <Response>, not <{root.tag}>")
    verbs = tuple(child for child in root if isinstance(child.tag, str))
    return verbs, examine(verbs)


def read(fetched: Fetched, waiting: bool = False) -> Document:
    """An HTTP answer as a document, by Twilio's content-type rules.

    Bare audio or text ends a call after it was heard, except where a leg waits: there it repeats.
    """
    response = fetched.response
    if len(response.body) > BODY_BYTES_MAX:
        raise TwimlFailure(11750, "TwiML response body too large", fetched.url)
    kind = (response.header("Content-Type") or "").partition(";")[0].strip().lower()
    if kind.startswith("audio/"):
        return _alone("Play", fetched.url, fetched, waiting)
    if kind == "text/plain":
        return _alone("Say", response.body.decode("utf-8", "replace"), fetched, waiting)
    if kind not in XML_TYPES:
        raise TwimlFailure(12300, f"invalid Content-Type: {kind or 'none'}", fetched.url)
    try:
        verbs, faults = parse(response.body)
        return Document(verbs, fetched.url, fetched.method, faults)
    except TwimlFailure as failure:
        raise TwimlFailure(failure.code, failure.message, fetched.url) from failure


def _alone(tag: str, text: str, fetched: Fetched, waiting: bool) -> Document:
    verb = ET.Element(tag, {"loop": "0"} if waiting else {})
    verb.text = text
    then = () if waiting else (ET.Element("Hangup"),)
    return Document((verb, *then), fetched.url, fetched.method)


def words(verb: ET.Element) -> str:
    """The text of an element and its children, white space folded."""
    return " ".join("".join(verb.itertext()).split())


def flag(verb: ET.Element, name: str, default: bool) -> bool:
    text = verb.get(name)
    return default if text is None else text.strip().lower() == "true"


def number(verb: ET.Element, name: str, default: float) -> float:
    """A number of seconds or times; what is not one counts as absent, as Twilio warns and does."""
    text = (verb.get(name) or "").strip()
    return float(text) if re.fullmatch(r"[0-9]{1,18}(\.[0-9]{1,18})?", text) else default
