"""What does an EIDO say, in the twelve fields of a hand-off?

The Emergency Incident Data Object (NENA-STA-021.1a) is what 911 centres' systems exchange. Read
are the incident's number and type, the notes, the number to call back and the location in words
or as the civic part of its PIDF-LO; everything else is passed over. Pure.
"""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

NUMBER = re.compile(r"\+?[0-9().-]{7,20}")
INCIDENT = re.compile(r"urn:emergency:uid:incidentid:([^:]+):[^:]+", re.IGNORECASE)
TAG = re.compile(r"<[^>]{0,200}>")
# RFC 5139's elements, in the order in which an address is said.
CIVIC = ("HNO", "PRD", "RD", "STS", "POD", "UNIT", "FLR", "ROOM", "LOC", "A3", "A1", "PC")
ELEMENT = re.compile(r"<(?:\w{1,40}:)?(\w{1,8})(?:\s[^<>]{0,200})?>([^<]{1,200})</")
LOCATION_MOST, REASON_MOST = 300, 1000


class NotEido(ValueError):
    """`field` is not what NENA-STA-021 says it is."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


def is_eido(given: Mapping[str, Any]) -> bool:
    """Whether a message means to be one: a plain form has no component."""
    return any(name.endswith("Component") for name in given) or "eidoVersion" in given


def plain(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of care.handoff that it tells.

    Raises:
        NotEido: a component that is read has another shape.
    """
    incident = _object(given.get("incidentComponent", {}), "incidentComponent")
    tracked = _text(incident, "incidentTrackingIdentifier", "incidentComponent")
    if not tracked:
        raise NotEido("incidentComponent.incidentTrackingIdentifier", "It is needed.")
    found = INCIDENT.fullmatch(tracked)
    notes = [_words(_text(one, "notesActionComments", at)) for at, one in _each(given, "notes")]
    kind = _text(incident, "incidentTypeCommonRegistryText", "incidentComponent")
    said = {
        "incident": found[1] if found else tracked,
        "callback_number": next(_numbers(given), ""),
        "location": next(_locations(given), "")[:LOCATION_MOST],
        "reason": ". ".join(one for one in (kind, *notes) if one)[:REASON_MOST],
    }
    return {name: value for name, value in said.items() if value}


def _numbers(given: Mapping[str, Any]) -> Iterator[str]:
    for at, one in _each(given, "callback"):
        updated = _object(one.get("updatedCbn", {}), f"{at}.updatedCbn")
        uris = one.get("callBackInformationUri", [])
        if not isinstance(uris, list):
            raise NotEido(f"{at}.callBackInformationUri", "A list of URIs.")
        newest = _text(updated, "updatedCbnIdentifierUri", f"{at}.updatedCbn")
        for uri in (newest, *uris):
            if number := _number(uri):
                yield number


def _number(uri: object) -> str:
    """The number of a tel: or sip: URI, without parameters and host; "" where it has none."""
    scheme, _, rest = str(uri).partition(":")
    if scheme.lower() not in ("tel", "sip", "sips"):
        return ""
    number = unquote(re.split("[;@?]", rest)[0])
    return number if NUMBER.fullmatch(number) else ""


def _locations(given: Mapping[str, Any]) -> Iterator[str]:
    for at, one in _each(given, "location"):
        described = _text(one, "locationDescriptionText", at)
        yield described or _civic(_text(one, "locationByValue", at))


def _civic(pidf: str) -> str:
    """The civic address of a PIDF-LO in words. Not parsed as XML: nothing in it is obeyed."""
    found = {name: _words(value) for name, value in ELEMENT.findall(html.unescape(pidf))}
    return " ".join(found[name] for name in CIVIC if found.get(name))


def _each(given: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A component, which may be one object or a list of them, each with where it stands."""
    whole = given.get(f"{name}Component", [])
    many = whole if isinstance(whole, list) else [whole]
    for index, one in enumerate(many):
        at = f"{name}Component[{index}]"
        yield at, _object(one, at)


def _object(value: object, at: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise NotEido(at, "An object.")
    return value


def _text(part: Mapping[str, Any], name: str, at: str) -> str:
    value = part.get(name, "")
    if not isinstance(value, str):
        raise NotEido(f"{at}.{name}", "A text.")
    return value.strip()


def _words(marked: str) -> str:
    """A note is HTML5 there: only its words are kept."""
    return " ".join(html.unescape(TAG.sub(" ", marked)).split())
