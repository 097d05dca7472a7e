"""What did one roster document change in another, and can two people's changes stand together?

An entry is known by its part and key, wherever it stands in its list: its own `id`, or a
fingerprint of what it says. Once changed it carries that key as its `id`, so it stays known.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

LISTS = (
    "patterns",
    "one_offs",
    "overrides",
    "swaps",
    "exact_plans",
    "time_off",
    "closures",
    "needs",
)
PARTS = (*LISTS, "people", "zone")
# Fields that are sets: what one adds and another adds are both meant.
SETS = frozenset({"except_dates", "only_dates", "skills", "languages", "counties"})
WHOLE = ""  # a clash about a whole entry: one removed what the other changed

Document = dict[str, Any]
Entry = dict[str, Any]
Place = tuple[str, str]  # part, key
Entries = dict[Place, Entry]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry before and after; None: it was not there, or is no more."""

    part: str
    key: str
    before: Entry | None
    after: Entry | None

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that differ, sorted."""
        before, after = self.before or {}, self.after or {}
        return tuple(
            sorted(f for f in before.keys() | after.keys() if before.get(f) != after.get(f))
        )


@dataclass(frozen=True, slots=True)
class Clash:
    """Two people gave one field (or the whole entry, then `field` is empty) different values."""

    part: str
    key: str
    field: str
    base: Any
    mine: Any
    theirs: Any

    @property
    def place(self) -> tuple[str, str, str]:
        """What `merge` is told when mine shall win."""
        return self.part, self.key, self.field


@dataclass(frozen=True, slots=True)
class Merged:
    """Both people's changes in one document. Where they clash, theirs stands."""

    document: Document
    clashes: tuple[Clash, ...]


# -- entries ----------------------------------------------------------------------------------


def entries(document: Document) -> Entries:
    """Return every entry by its place, in the document's order."""
    found: Entries = {}
    for part in LISTS:
        for entry in document.get(part) or ():
            own = entry.get("id") or _fingerprint(entry)
            key = _free(found, part, own)
            found[part, key] = entry if key == own else entry | {"id": key}
    for name, person in (document.get("people") or {}).items():
        found["people", name] = person
    if "zone" in document:
        found["zone", ""] = {"zone": document["zone"]}
    return found


def document_of(found: Entries) -> Document:
    """Return the document with exactly these entries; empty parts are left out."""
    lists: dict[str, list[Entry]] = {}
    rest: Document = {}
    for (part, key), entry in found.items():
        if part == "zone":
            rest |= entry
        elif part == "people":
            rest.setdefault("people", {})[key] = entry
        else:
            own = entry.get("id") or _fingerprint(entry)
            lists.setdefault(part, []).append(entry if own == key else entry | {"id": key})
    return {
        name: (lists | rest)[name] for name in ("zone", *LISTS, "people") if name in lists | rest
    }


def with_entry(document: Document, part: str, key: str, entry: Entry | None) -> Document:
    """Return the document with this entry at its place; None takes it away."""
    found = entries(document)
    if entry is None:
        found.pop((part, key), None)
    else:
        found[part, key] = entry
    return document_of(found)


def _free(found: Entries, part: str, own: str) -> str:
    """Two entries that say the same, or are called the same, are still two."""
    number, key = 1, own
    while (part, key) in found:
        number, key = number + 1, f"{own}~{number + 1}"
    return key


def _fingerprint(entry: Entry) -> str:
    said = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()[:12]


# -- changes ----------------------------------------------------------------------------------


def changes(before: Document, after: Document) -> list[Change]:
    """Return what differs, in the order of the parts."""
    old, new = entries(before), entries(after)
    found = [
        Change(*place, old.get(place), new.get(place))
        for place in {**old, **new}
        if old.get(place) != new.get(place)
    ]
    return sorted(found, key=lambda change: PARTS.index(change.part))


def undone(document: Document, made: Collection[Change]) -> Merged:
    """Take these changes back, keeping whatever was changed since."""
    base = {(one.part, one.key): one.after for one in made if one.after is not None}
    mine = {(one.part, one.key): one.before for one in made if one.before is not None}
    return _merged(base, mine, entries(document), ())


def merge(
    base: Document,
    mine: Document,
    theirs: Document,
    mine_wins: Collection[tuple[str, str, str]] = (),
) -> Merged:
    """Put my changes of `base` upon theirs, field by field.

    `mine_wins`: the places of clashes in which mine was chosen.
    """
    return _merged(entries(base), entries(mine), entries(theirs), mine_wins)


def _merged(
    base: Mapping[Place, Entry],
    mine: Mapping[Place, Entry],
    theirs: Mapping[Place, Entry],
    mine_wins: Collection[tuple[str, str, str]],
) -> Merged:
    result: Entries = {}
    clashes: list[Clash] = []
    for place in {**theirs, **mine}:
        entry, found = _entry(
            place, (base.get(place), mine.get(place), theirs.get(place)), mine_wins
        )
        clashes += found
        if entry is not None:
            result[place] = entry
    return Merged(document_of(result), tuple(clashes))


Versions = tuple[Entry | None, Entry | None, Entry | None]  # base, mine, theirs


def _entry(
    place: Place, versions: Versions, mine_wins: Collection[tuple[str, str, str]]
) -> tuple[Entry | None, list[Clash]]:
    base, mine, theirs = versions
    if mine in (theirs, base):
        return theirs, []
    if theirs == base:
        return mine, []
    if mine is None or theirs is None:
        clash = Clash(*place, WHOLE, base, mine, theirs)
        return (mine if clash.place in mine_wins else theirs), [clash]
    return _fields(place, (base or {}, mine, theirs), mine_wins)


def _fields(
    place: Place,
    versions: tuple[Entry, Entry, Entry],
    mine_wins: Collection[tuple[str, str, str]],
) -> tuple[Entry, list[Clash]]:
    result: Entry = {}
    clashes = []
    for field in {**versions[2], **versions[1]}:
        base, mine, theirs = (version.get(field) for version in versions)
        chosen = theirs if mine == base else mine
        if mine not in (base, theirs) and theirs != base:
            if field in SETS:
                chosen = _union(base or [], mine or [], theirs or [])
            else:
                clashes.append(clash := Clash(*place, field, base, mine, theirs))
                chosen = mine if clash.place in mine_wins else theirs
        if chosen is not None:
            result[field] = chosen
    return result, clashes


def _union(base: list[str], mine: list[str], theirs: list[str]) -> list[str]:
    """What neither took away of what was there, and what either added."""
    return sorted(set(mine) & set(theirs) | (set(mine) | set(theirs)) - set(base))
