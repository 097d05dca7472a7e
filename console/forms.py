"""What did a person type? Read once at the door; what is wrong is said beside its field."""

import re
from collections.abc import Mapping
from datetime import date

import phonenumbers

from routing.wallclock import UnknownZone, zone

TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
WHOLE = re.compile(r"[0-9]{1,9}")
FIRST_YEAR, LAST_YEAR = 2000, 2100
REGION = "US"  # a number typed without a country


def day_of(text: str) -> date | None:
    """A date near enough to reckon with; None when it is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


class Form:
    """A form's texts, and what is wrong with them: `errors` by field."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = {name: value.strip() for name, value in values.items()}
        self.errors: dict[str, str] = {}

    def refuse(self, name: str, words: str) -> None:
        self.errors.setdefault(name, words)

    def text(self, name: str, most: int, *, needed: str = "") -> str | None:
        """At most `most` characters; None when empty. `needed`: what to say when it is."""
        value = self.values.get(name, "").replace("\x00", "")
        if len(value) > most:
            self.refuse(name, f"At most {most} characters.")
        if not value and needed:
            self.refuse(name, needed)
        return value[:most] or None

    def whole(self, name: str) -> int:
        """A number such as a version; 0 when it is none."""
        value = self.values.get(name, "")
        return int(value) if WHOLE.fullmatch(value) else 0

    def checked(self, name: str) -> bool:
        return self.values.get(name) == "yes"

    def number(self, name: str) -> str:
        """A telephone number as E.164."""
        value = self.values.get(name, "")
        try:
            parsed = phonenumbers.parse(value, REGION)
        except phonenumbers.NumberParseException:
            parsed = None
        if parsed is None or not phonenumbers.is_possible_number(parsed):
            self.refuse(name, "A full telephone number, such as (314) 555-0142.")
            return ""
        return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))

    def time(self, name: str) -> str:
        value = self.values.get(name, "")[:5]
        if not TIME.fullmatch(value):
            self.refuse(name, "A time such as 09:30.")
        return value

    def day(self, name: str) -> date | None:
        found = day_of(self.values.get(name, ""))
        if found is None:
            self.refuse(name, "A date such as 2026-11-24.")
        return found

    def zone(self, name: str) -> str:
        value = self.values.get(name, "")
        try:
            return zone(value).key
        except UnknownZone:
            self.refuse(name, "Choose a time zone of the list.")
            return "UTC"

    def one_of(self, name: str, known: Mapping[str, str] | tuple[str, ...]) -> str:
        value = self.values.get(name, "")
        if value not in known:
            self.refuse(name, "Choose one of the list.")
        return value
