"""The roster's entries, one form for each kind: patterns, swaps, time off, needs and the others."""

import json
from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import roster_patterns
from console.forms import Form
from console.here import now
from console.roster_fields import Entry, Ground, repeated
from console.roster_kinds import KINDS, OVERRIDES, TIME_OFF, Kind, ready_made, shift_rows
from console.roster_steps import back_to, draft_and_ground, step
from console.roster_words import FIELDS, NTH, entry_words, value_words
from console.week import TIERS
from routing.edits import Document, entries, merge, with_entry
from routing.orphans import orphans
from routing.wallclock import wall
from storage import ids
from switchboard import roster_book
from switchboard.roster_draft import Draft

REMARKS = {"id", "name", "note", "reason"}
GONE = "Somebody deleted this while you were editing it. Save again to put it back."
BOTH = "Somebody changed this while you were editing it. What they chose stands beside each field."


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/roster/entries", "roster_entries", listing)
    add("/roster/<kind>/new", "new_entry", new)
    add("/roster/<kind>", "add_entry", create, methods=["POST"])
    add("/roster/<kind>/<key>", "entry", edit)
    add("/roster/<kind>/<key>", "change_entry", change, methods=["POST"])
    add("/roster/<kind>/<key>/removal", "remove_entry", remove, methods=["POST"])


def kind_of(path: str) -> Kind:
    if path not in KINDS:
        abort(404)
    return KINDS[path]


# -- reading ----------------------------------------------------------------------------------


def listing() -> str:
    """Every entry there is, by its kind: the roster in words."""
    draft, ground = draft_and_ground()
    found: dict[str, list[tuple[str, str]]] = {path: [] for path in KINDS}
    by_part = {kind.part: path for path, kind in KINDS.items()}
    for (part, key), entry in entries(draft.document).items():
        if part in by_part and part != "people":
            words = entry_words(part, entry, ground.names, ground.zone)
            found[by_part[part]].append((key, words))
    for person in sorted(ground.people.values(), key=lambda one: one.name.casefold()):
        entry = (draft.document.get("people") or {}).get(person.id, {})
        if person.active:
            said = entry_words("people", entry, ground.names, ground.zone)
            found["people"].append((person.id, f"{person.name}: {said}"))
    lost = set(orphans(roster_book.book_of(draft.document).roster))
    return render_template("roster/entries.html", kinds=KINDS, found=found, orphans=lost)


def new(kind: str) -> str:
    known = kind_of(kind)
    _, ground = draft_and_ground()
    return show(known, ready_made(known, Form(request.args.to_dict())), ground, None)


def edit(kind: str, key: str) -> str:
    known = kind_of(kind)
    draft, ground = draft_and_ground()
    entry = found(draft, known, key, ground)
    if entry is None:
        abort(404)
    form = Form(known.as_fields(entry, ground))
    today = wall(now(), ground.zone).date()
    if known.part == "patterns" and roster_patterns.begun(entry, today):
        form.values["since"] = date.fromordinal(today.toordinal() + 1).isoformat()
    return show(known, form, ground, key, entry)


def found(draft: Draft, kind: Kind, key: str, ground: Ground) -> Entry | None:
    """The entry of that key; a person has one even when nothing was said yet."""
    entry = entries(draft.document).get((kind.part, key))
    if entry is None and kind.part == "people" and key in ground.people:
        return {}
    return entry


def show(
    kind: Kind, form: Form, ground: Ground, key: str | None, entry: Entry | None = None
) -> str:
    people = [one for one in ground.people.values() if one.active]
    facts: dict[str, Any] = {
        "kind": kind,
        "form": form,
        "key": key,
        "was": json.dumps(entry) if entry is not None else form.values.get("was", ""),
        "people": sorted(people, key=lambda one: one.name.casefold()),
        "zone": ground.zone,
        "names": ground.names,
        "twice": [name for name in ("start", "end", "at") if comes_twice(form, name, ground)],
        "today": wall(now(), ground.zone).date().isoformat(),
    }
    return render_template(kind.template, **facts, **_choices(kind, form, ground))


def comes_twice(form: Form, name: str, ground: Ground) -> bool:
    """Whether the clock reads the time typed twice on that day."""
    value = form.values.get(name, "")
    typed = value if "T" in value else f"{form.values.get('date', '')}T{value}"
    try:
        local = datetime.fromisoformat(typed).replace(tzinfo=None)
    except ValueError:
        return False
    return repeated(local, ground.zone) is not None


def _choices(kind: Kind, form: Form, ground: Ground) -> dict[str, Any]:
    """What the form's lists offer."""
    said = {"tiers": TIERS, "overrides": OVERRIDES, "time_off": TIME_OFF, "nths": NTH}
    if kind.part == "patterns":
        fields = {
            "who": roster_patterns.who_fields(form),
            "groups": roster_patterns.group_fields(form),
        }
        return said | fields | {"turns": roster_patterns.TURNS}
    patterns = {
        key: entry_words("patterns", entry, ground.names, ground.zone)
        for key, entry in ground.patterns.items()
    }
    return said | {"patterns": patterns, "rows": shift_rows(form)}


# -- writing ----------------------------------------------------------------------------------


def create(kind: str) -> ResponseReturnValue:
    known = kind_of(kind)
    return keep(known, None)


def change(kind: str, key: str) -> ResponseReturnValue:
    return keep(kind_of(kind), key)


def keep(kind: Kind, key: str | None) -> ResponseReturnValue:
    form = Form(request.form)
    draft, ground = draft_and_ground()
    there = found(draft, kind, key, ground) if key else None
    if "more" in form.values:  # room for more turns or shifts: nothing is kept yet
        return show(kind, form, ground, key)
    entry = kind.read(form, ground)
    if kind.part == "patterns" and not key and not form.errors:
        entry = roster_patterns.beginning(entry, wall(now(), entry.get("zone") or ground.zone))
    if not form.errors and key:
        entry, there = together(kind, key, form, entry, there)
    if not form.errors:
        where = key or entry.get("id") or ids.new()
        words = entry_words(kind.part, entry, ground.names, ground.zone)
        verb = "changed" if key else "added"
        said = f"{kind.title} {verb}: {words}"
        if step(form, lambda document: edited(document, kind, where, entry, form), said):
            return back_to(begins(entry), f"{kind.title} {verb} in your draft.")
    return show(kind, form, ground, key, there), 422


def together(
    kind: Kind, key: str, form: Form, entry: Entry, there: Entry | None
) -> tuple[Entry, Entry | None]:
    """My entry upon what is there now, field by field; the form says where both changed."""
    base = _was(form)
    kept = {name: value for name, value in (base or {}).items() if _unseen(kind, name, form)}
    mine = kept | entry
    if base is None or there == base:
        return mine, there
    if there is None:
        form.refuse("form", GONE)
        form.values["was"] = ""
        return mine, None
    one = {kind.part: {key: base}} if kind.part == "people" else {kind.part: [base | {"id": key}]}
    both = merge(one, with_entry(one, kind.part, key, mine), with_entry(one, kind.part, key, there))
    for clash in both.clashes:
        form.refuse("form", BOTH)
        said = value_words(clash, "theirs", {}, "UTC")
        form.refuse(clash.field, f"Meanwhile: {FIELDS.get(clash.field, clash.field)} {said}.")
    return entries(both.document)[kind.part, key], there


def _was(form: Form) -> Entry | None:
    """The entry as the form showed it: what both sides began with."""
    try:
        was = json.loads(form.values.get("was", ""))
    except ValueError:
        return None
    return was if isinstance(was, dict) else None


def _unseen(kind: Kind, name: str, form: Form) -> bool:
    """Whether the form does not ask for that field, so that it must stay."""
    if kind.part == "people":
        return name not in ("counties", "max_hours", "note")
    return name in REMARKS and name not in form.values


def edited(document: Document, kind: Kind, key: str, entry: Entry, form: Form) -> Document:
    """The document with the entry; a pattern that has begun goes on from a day."""
    since = form.day("since") if form.values.get("since") else None
    if kind.part == "patterns" and since and (kind.part, key) in entries(document):
        return roster_patterns.changed_from(document, key, entry, since)
    if kind.part == "people" and not entry:
        return with_entry(document, kind.part, key, None)
    return with_entry(document, kind.part, key, entry)


def begins(entry: Entry) -> datetime | None:
    """When a dated entry begins, to show that week."""
    start = entry.get("start", "")
    return datetime.fromisoformat(start) if "T" in start else None


def remove(kind: str, key: str) -> ResponseReturnValue:
    """Delete an entry. What has begun ends now instead: what was promised stays."""
    known, form = kind_of(kind), Form(request.form)
    draft, ground = draft_and_ground()
    entry = found(draft, known, key, ground)
    if entry is None:
        abort(404)
    words = entry_words(known.part, entry, ground.names, ground.zone)
    after = ended(known, entry, ground)
    said = f"{known.title} {'ended' if after else 'deleted'}: {words}"
    if step(form, lambda document: with_entry(document, known.part, key, after), said):
        verb = "ends now" if after else "deleted"
        return back_to(None, f"{known.title} {verb} in your draft.")
    for sentence in form.errors.values():
        flash(sentence, "error")
    return redirect(url_for("console.entry", kind=kind, key=key), 303)


def ended(kind: Kind, entry: Entry, ground: Ground) -> Entry | None:
    """What is left of an entry that has begun; None when nothing of it is over."""
    today = wall(now(), ground.zone).date()
    if kind.part == "patterns":
        return pattern_ended(entry, today)
    if "start" not in entry or kind.part == "needs":
        return None
    start, end = (datetime.fromisoformat(entry[at]) for at in ("start", "end"))
    if start >= now() or end <= now():
        return None
    return entry | {"end": now().isoformat()}


def pattern_ended(entry: Entry, today: date) -> Entry | None:
    if not roster_patterns.begun(entry, today):
        return None
    tomorrow = date.fromordinal(today.toordinal() + 1).isoformat()  # today's shift may be running
    return entry | {"until": min(tomorrow, entry.get("until") or tomorrow)}
