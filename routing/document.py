"""What does a roster's exchange document say, and may it be kept?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from routing.contradictions import conflicts, repeated
from routing.fields import (
    Item,
    Reader,
    address,
    clock,
    day,
    many,
    moment,
    number,
    telephone,
    text,
    tier,
    weekdays,
    whole,
    word,
    zone,
)
from routing.orphans import orphans
from routing.roster import (
    TIERS,
    Closure,
    ExactPlan,
    Need,
    OneOff,
    Override,
    Pattern,
    Person,
    Roster,
    RosterError,
    Rotation,
    Swap,
    TimeOff,
    Turn,
)

T = TypeVar("T")
DAY = timedelta(days=1)
PARTS = "zone patterns one_offs overrides swaps exact_plans time_off closures people needs"


@dataclass(frozen=True, slots=True)
class Checked:
    """What `roster check` answers."""

    errors: tuple[RosterError, ...]
    orphans: tuple[str, ...]
    roster: Roster = field(default=Roster("UTC"), compare=False)  # all that could be read

    @property
    def codes(self) -> list[str]:
        """Each refusal once."""
        return sorted({error.code for error in self.errors})


def parse(document: Any) -> Roster:
    """Read the whole document; raises RosterError with the place of the first mistake."""
    roster, errors = _read(document)
    for error in errors:
        raise error
    return roster


def check(document: Any) -> Checked:
    """Say everything that is wrong with the document, and which swaps lost their shift."""
    roster, errors = _read(document)
    return Checked(tuple(errors), tuple(orphans(roster)), roster)


def _read(document: Any) -> tuple[Roster, list[RosterError]]:
    """Read all that can be read, and collect what cannot."""
    try:
        whole_document = Item(document, "", PARTS)
    except RosterError as error:
        return Roster("UTC"), [RosterError(error.path or "document", error.message)]
    given = {name: value for name, value in document.items() if value is not None}
    errors: list[RosterError] = []

    def kept(path: str, value: Any, read: Reader[T]) -> Iterator[T]:
        try:
            yield read(value, path)
        except RosterError as error:
            errors.append(error)

    places: dict[int, str] = {}  # of an entry that was read, by its id()

    def each(name: str, read: Reader[T]) -> tuple[T, ...]:
        entries = next(kept(name, given.get(name, []), many(_as_it_is)), ())
        found: list[T] = []
        for index, value in enumerate(entries):
            for one in kept(f"{name}[{index}]", value, read):
                places[id(one)] = f"{name}[{index}]"
                found.append(one)
        return tuple(found)

    home = next(kept("zone", whole_document, lambda item, _: item.need("zone", zone)), "UTC")
    people = next(kept("people", given.get("people", {}), _by_name), {})
    roster = Roster(
        home,
        each("patterns", partial(_pattern, home=home)),
        each("one_offs", _one_off),
        each("overrides", _override),
        each("swaps", _swap),
        each("exact_plans", _exact_plan),
        each("time_off", _time_off),
        each("closures", _closure),
        {name: one for name in people for one in kept(f"people.{name}", people[name], _person)},
        each("needs", _need),
    )
    return roster, [*errors, *repeated(roster, places), *conflicts(roster, places)]


def _as_it_is(value: Any, _path: str) -> Any:
    return value


def _by_name(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RosterError(path, "expected an object with people's names")
    return value


# -- patterns ---------------------------------------------------------------------------------

PATTERN = (
    "id tier start end end_days days zone from until every_weeks nth only_dates except_dates"
    " people rotation overlap_minutes"
)


def _pattern(value: Any, path: str, home: str) -> Pattern:
    item = Item(value, path, PATTERN)
    rotation = item.may("rotation", _rotation, None)
    people = item.may("people", many(text), None)
    if (rotation is None) is (people is None):
        raise RosterError(item.at("people"), "expected either people or a rotation")
    every_weeks = item.may("every_weeks", whole(1, 520), 1)
    valid_from = item.may("from", day, date.min)
    if every_weeks > 1 and valid_from == date.min:
        raise RosterError(item.at("from"), "is missing: every_weeks counts from its Monday")
    only = item.may("only_dates", many(day), None)
    start, end = item.need("start", clock), item.need("end", clock)
    return Pattern(
        tier=item.need("tier", tier),
        start=start,
        end=_shift_end(item, start, end),
        zone=item.may("zone", zone, home),
        people=people or (),
        rotation=rotation,
        id=item.may("id", text, None),
        days=item.may("days", weekdays, frozenset(range(7))),
        valid_from=valid_from,
        valid_until=item.may("until", day, date.max),
        every_weeks=every_weeks,
        nth=frozenset(item.may("nth", many(_nth), ())),
        only_dates=None if only is None else frozenset(only),
        except_dates=frozenset(item.may("except_dates", many(day), ())),
        overlap=timedelta(minutes=item.may("overlap_minutes", whole(0, 240), 0)),
    )


def _shift_end(item: Item, start: timedelta, end: timedelta) -> timedelta:
    """At or before the start means the next day; `end_days` says more."""
    end += item.may("end_days", whole(0, 31), 0 if end > start else 1) * DAY
    if start >= DAY:
        raise RosterError(item.at("start"), "24:00 is an end only: start at 00:00")
    if end <= start:
        raise RosterError(item.at("end_days"), "the shift would end before it starts")
    return end


def _nth(value: Any, path: str) -> int:
    found = whole(-5, 5)(value, path)
    if not found:
        raise RosterError(path, "expected 1 to 5 from the start of the month, or -1 to -5")
    return found


def _rotation(value: Any, path: str) -> Rotation:
    item = Item(value, path, "groups turn every anchor")
    groups = item.need("groups", many(many(text)))
    if not groups or not all(groups):
        raise RosterError(item.at("groups"), "a rotation needs people in it", "empty_rotation")
    every = item.may("every", whole(1, 1000), 1)
    return Rotation(groups, item.need("turn", word(Turn)), item.need("anchor", day), every)


# -- dated exceptions -------------------------------------------------------------------------


def _window(item: Item, code: str = "malformed") -> tuple[datetime, datetime]:
    start, end = item.need("start", moment), item.need("end", moment)
    if end <= start:
        raise RosterError(item.at("end"), "must be after start", code)
    return start, end


def _one_off(value: Any, path: str) -> OneOff:
    item = Item(value, path, "tier person start end")
    return OneOff(item.need("tier", tier), item.need("person", text), *_window(item))


def _override(value: Any, path: str) -> Override:
    item = Item(value, path, "kind person by tier start end")
    kind = item.need("kind", text)
    if kind not in {"add", "replace", "remove"}:
        raise RosterError(item.at("kind"), f"expected add, replace or remove, not {kind!r}")
    person, by = item.need("person", text), item.may("by", text, None)
    if (by is None) is (kind == "replace"):
        raise RosterError(item.at("by"), "a replacement, and only that, says by whom")
    start, end = _window(item, "override_empty")
    if by == person:
        raise RosterError(item.at("by"), "nobody can replace themselves", "override_self")
    return Override(kind, person, start, end, by, item.may("tier", tier, None))


def _swap(value: Any, path: str) -> Swap:
    item = Item(value, path, "id pattern date person by")
    names = (item.need("id", text), item.need("pattern", text))
    return Swap(*names, item.need("date", day), item.need("person", text), item.need("by", text))


def _exact_plan(value: Any, path: str) -> ExactPlan:
    item = Item(value, path, "tier start end shifts")
    which = item.need("tier", tier)

    def planned(value: Any, path: str) -> OneOff:
        shift = Item(value, path, "person start end tier")
        if shift.may("tier", tier, which) != which:
            raise RosterError(shift.at("tier"), f"expected {which}, the tier of its plan")
        return OneOff(which, shift.need("person", text), *_window(shift))

    return ExactPlan(which, *_window(item), item.may("shifts", many(planned), ()))


def _time_off(value: Any, path: str) -> TimeOff:
    item = Item(value, path, "person start end kind")
    return TimeOff(item.need("person", text), *_window(item))


def _closure(value: Any, path: str) -> Closure:
    item = Item(value, path, "start end tiers")
    return Closure(*_window(item), item.may("tiers", many(tier), ()) or TIERS)


# -- people and needs -------------------------------------------------------------------------


def _person(value: Any, path: str) -> Person:
    item = Item(value, path, "skills languages counties email phone zone max_hours")
    return Person(
        frozenset(item.may("skills", many(text), ())),
        frozenset(item.may("languages", many(text), ())),
        frozenset(item.may("counties", many(text), ())),
        email=item.may("email", address, None),
        phone=item.may("phone", telephone, None),
        zone=item.may("zone", zone, None),
        max_hours=item.may("max_hours", number, None),
    )


def _need(value: Any, path: str) -> Need:
    item = Item(value, path, "tier need days start end skill language")
    start = item.may("start", clock, timedelta(0))
    return Need(
        item.need("tier", tier),
        item.need("need", whole(0, 10_000)),
        item.may("days", weekdays, frozenset(range(7))),
        start,
        _shift_end(item, start, item.may("end", clock, DAY)),
        item.may("skill", text, None),
        item.may("language", text, None),
    )
