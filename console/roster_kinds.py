"""How does each kind of entry become a form, and a form an entry? One row of KINDS per kind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from console import roster_fields as fields
from console import roster_patterns
from console.forms import Form
from console.roster_fields import Entry, Ground
from routing.fields import WEEKDAYS
from storage import ids

OVERRIDES = {"replace": "somebody stands in", "add": "somebody besides", "remove": "without them"}
TIME_OFF = ("vacation", "sick", "training", "other")
SPARE_SHIFTS = 3
SHIFTS_MOST = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entry: its part of the document, its address, its words and its form."""

    part: str
    path: str
    title: str
    about: str
    read: Callable[[Form, Ground], Entry]
    as_fields: Callable[[Entry, Ground], dict[str, str]]

    @property
    def template(self) -> str:
        return f"roster/kinds/{self.part}.html"


# -- one-offs ---------------------------------------------------------------------------------


def read_one_off(form: Form, ground: Ground) -> Entry:
    """An extra shift on one date; an end at or before the start is on the next day."""
    entry = {"tier": fields.tier(form), "person": fields.person(form, "person", ground)}
    day, start, end = form.day("date"), form.time("start"), form.time("end")
    if form.errors or day is None:
        return entry
    ends_on = day + timedelta(days=int(end <= start))
    local = {"start": f"{day}T{start}", "end": f"{ends_on}T{end}"}
    typed = Form(form.values | local)
    found = fields.window(typed, ground)
    for name, words in typed.errors.items():
        form.refuse(name, words)
    return entry | found


def one_off_fields(entry: Entry, ground: Ground) -> dict[str, str]:
    window = fields.window_fields(entry, ground.zone)
    day, _, start = window["start"].partition("T")
    return window | {
        "tier": entry["tier"],
        "person": entry["person"],
        "date": day,
        "start": start,
        "end": window["end"].partition("T")[2],
    }


# -- overrides and swaps ----------------------------------------------------------------------


def read_override(form: Form, ground: Ground) -> Entry:
    kind = form.one_of("kind", OVERRIDES)
    entry = {
        "kind": kind,
        "tier": fields.tier(form) if form.values.get("tier") or kind == "add" else None,
        "person": fields.person(form, "person", ground),
        "reason": form.text("reason", 200),
        **fields.window(form, ground),
    }
    if kind == "replace":
        entry["by"] = fields.person(form, "by", ground, "Choose who stands in.")
    return fields.without_empty(entry)


def override_fields(entry: Entry, ground: Ground) -> dict[str, str]:
    said = {name: entry.get(name, "") for name in ("kind", "tier", "person", "by", "reason")}
    return said | fields.window_fields(entry, ground.zone)


def read_swap(form: Form, ground: Ground) -> Entry:
    day = form.day("date")
    entry = {
        "id": form.values.get("id") or ids.new(),
        "pattern": form.one_of("pattern", tuple(ground.patterns)),
        "date": day.isoformat() if day else "",
        "person": fields.person(form, "person", ground),
        "by": fields.person(form, "by", ground, "Choose who takes the shift."),
        "reason": form.text("reason", 200),
    }
    if entry["by"] and entry["by"] == entry["person"]:
        form.refuse("by", "Nobody can swap with themselves: choose somebody else.")
    return fields.without_empty(entry)


def swap_fields(entry: Entry, _ground: Ground) -> dict[str, str]:
    return {
        name: entry.get(name, "") for name in ("id", "pattern", "date", "person", "by", "reason")
    }


# -- exact plans ------------------------------------------------------------------------------


def read_plan(form: Form, ground: Ground) -> Entry:
    entry = {
        "tier": fields.tier(form),
        "name": form.text("name", 80),
        **fields.window(form, ground),
    }
    shifts = []
    for number in range(SHIFTS_MOST):
        names = {part: f"shift_{number}_{part}" for part in ("person", "start", "end")}
        if not any(form.values.get(name) for name in names.values()):
            continue
        start, end = (fields.moment(form, names[at], ground.zone) for at in ("start", "end"))
        if start and end and end <= start:
            form.refuse(names["end"], "The end must be after the start.")
        shifts.append(
            {
                "person": fields.person(form, names["person"], ground),
                "start": fields.said(start),
                "end": fields.said(end),
            }
        )
    return fields.without_empty(entry) | {"shifts": shifts}


def plan_fields(entry: Entry, ground: Ground) -> dict[str, str]:
    found = {"tier": entry["tier"], "name": entry.get("name", "")}
    found |= fields.window_fields(entry, ground.zone)
    for number, shift in enumerate(entry.get("shifts") or ()):
        found[f"shift_{number}_person"] = shift["person"]
        for at in ("start", "end"):
            found |= fields.as_local(f"shift_{number}_{at}", shift[at], ground.zone)
    return found


def shift_rows(form: Form) -> int:
    """How many shifts the plan's form shows: those filled in, and some to spare."""
    used = [n for n in range(SHIFTS_MOST) if form.values.get(f"shift_{n}_person")]
    return min(SHIFTS_MOST, (max(used) + 1 if used else 0) + SPARE_SHIFTS)


# -- time off, closures, needs, people --------------------------------------------------------


def read_time_off(form: Form, ground: Ground) -> Entry:
    entry = {"person": fields.person(form, "person", ground), **fields.window(form, ground)}
    return fields.without_empty(entry | {"kind": form.one_of("kind", TIME_OFF)})


def time_off_fields(entry: Entry, ground: Ground) -> dict[str, str]:
    said = {"person": entry["person"], "kind": entry.get("kind", "other")}
    return said | fields.window_fields(entry, ground.zone)


def read_closure(form: Form, ground: Ground) -> Entry:
    entry = {"name": form.text("name", 80), **fields.window(form, ground)}
    chosen = fields.tiers(form)
    if not chosen:
        form.refuse("tiers", "Choose at least one tier.")
    return fields.without_empty(entry | {"tiers": chosen})


def closure_fields(entry: Entry, ground: Ground) -> dict[str, str]:
    closed = entry.get("tiers") or fields.TIER_NAMES
    said = {"name": entry.get("name", "")} | {f"tier_{tier}": "yes" for tier in closed}
    return said | fields.window_fields(entry, ground.zone)


def read_need(form: Form, _ground: Ground) -> Entry:
    entry = {
        "tier": fields.tier(form),
        "need": fields.whole(form, "need", 0, 1000, -1),
        "start": form.time("start"),
        "end": fields.clock(form, "end"),
        "skill": form.text("skill", 80),
        "language": form.text("language", 8),
    }
    if entry["need"] == -1:
        form.refuse("need", "How many people? A whole number.")
    days = fields.weekdays(form)
    entry["days"] = days if len(days) < len(WEEKDAYS) else None
    return fields.without_empty(entry)


def need_fields(entry: Entry, _ground: Ground) -> dict[str, str]:
    said = {name: str(entry.get(name, "")) for name in ("tier", "need", "skill", "language")}
    hours = {"start": entry.get("start", "00:00"), "end": entry.get("end", "24:00")}
    return said | hours | fields.weekday_fields(entry)


def read_person(form: Form, _ground: Ground) -> Entry:
    """What only the roster knows of a person; skills and languages are on the People page."""
    entry = {
        "counties": fields.words(form, "counties"),
        "max_hours": fields.whole(form, "max_hours", 0, 168, 0),
        "note": form.text("note", 400),
    }
    return fields.without_empty({k: v for k, v in entry.items() if v != 0})


def person_fields(entry: Entry, _ground: Ground) -> dict[str, str]:
    hours = entry.get("max_hours")
    return {
        "counties": ", ".join(entry.get("counties") or ()),
        "max_hours": f"{hours:g}" if hours else "",
        "note": entry.get("note", ""),
    }


KINDS = {
    kind.path: kind
    for kind in (
        Kind("patterns", "patterns", "Pattern", "A shift that recurs: the same people, or turns.",
             roster_patterns.read, roster_patterns.as_fields),
        Kind("one_offs", "one-offs", "Extra shift", "A single shift on one date.",
             read_one_off, one_off_fields),
        Kind("overrides", "overrides", "Override", "For some hours somebody else, more or fewer.",
             read_override, override_fields),
        Kind("swaps", "swaps", "Swap", "One person takes another's shift of a pattern on one date.",
             read_swap, swap_fields),
        Kind("exact_plans", "exact-plans", "Exact plan",
             "For a stretch exactly these shifts, and nothing of the patterns: a holiday week.",
             read_plan, plan_fields),
        Kind("time_off", "time-off", "Time off", "Somebody is on call for nothing.",
             read_time_off, time_off_fields),
        Kind("closures", "closures", "Closure", "Nobody is on call, on purpose: not a gap.",
             read_closure, closure_fields),
        Kind("needs", "needs", "Need", "How many people are wanted, and who can do what.",
             read_need, need_fields),
        Kind("people", "people", "Person", "How many hours a week somebody may have, and where.",
             read_person, person_fields),
    )
}  # fmt: skip
BY_PART = {kind.part: kind for kind in KINDS.values()}


def ready_made(kind: Kind, form: Form) -> Form:
    """A new entry's form, with what the link already says and what is usual."""
    usual = {
        "patterns": {f"day_{day}": "yes" for day in WEEKDAYS}
        | {"tier": "primary", "start": "08:00", "end": "20:00", "turn": "week", "every": "1"},
        "one_offs": {"tier": "primary", "start": "08:00", "end": "20:00"},
        "overrides": {"kind": "replace"},
        "time_off": {"kind": "vacation"},
        "closures": {f"tier_{tier}": "yes" for tier in fields.TIER_NAMES},
        "needs": {f"day_{day}": "yes" for day in WEEKDAYS}
        | {"tier": "primary", "need": "1", "start": "00:00", "end": "24:00"},
    }
    return Form(usual.get(kind.part, {}) | form.values)
