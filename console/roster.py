"""The coordinator's roster: a week or a month that can be read as a whole, gaps first."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Blueprint, render_template, request

from console import (
    holidays,
    roster_answers,
    roster_bulk,
    roster_cover,
    roster_coverage,
    roster_entries,
    roster_feeds,
    roster_history,
    roster_imports,
    roster_mine,
    roster_publication,
    roster_route,
    roster_shift,
    roster_staffing,
    roster_swap,
    roster_time_off,
)
from console.days import View, month_of, week_of
from console.forms import Form, day_of
from console.here import house_zone_name, me, myself, now, store
from console.permissions import OVERSEES, PLANS
from console.roster_fields import LOCAL, moment
from console.roster_kinds import KINDS
from console.roster_look import Look, coming, look
from console.roster_steps import drafted
from console.week import TIERS
from routing.wallclock import wall
from storage.store import Rows
from switchboard import roster_book

SECTION = (  # the pages of this place, for the rail
    "roster",
    "roster_entries",
    "new_entry",
    "add_entry",
    "entry",
    "change_entry",
    "shift",
    "give_shift",
    "move_shift",
    "imports",
    "preview_import",
    "take_import",
    "publication",
    "publish",
    "coverage",
    "route",
    "staffing",
    "my_shifts",
    "swap",
    "propose_swap",
    "time_off",
    "ask_time_off",
    "feeds",
    "cover",
    "revisions",
    "revision",
)
PARTS = (
    roster_shift,
    roster_bulk,
    roster_imports,
    roster_publication,
    roster_history,
    roster_mine,
    roster_coverage,
    roster_route,
    roster_answers,
    roster_staffing,
    roster_feeds,
    roster_cover,
    roster_swap,
    roster_time_off,
    roster_entries,
)
VIEWS = {"week": week_of, "month": month_of}
GAPS_SHOWN = 12


def install(console: Blueprint) -> None:
    console.add_url_rule("/roster", "roster", page)
    for part in PARTS:
        part.install(console)
    console.add_app_template_filter(local_clock)


def page() -> str:
    zone, moment_ = house_zone_name(), now()
    view = asked_view(zone, moment_)
    may_edit = myself().may(*PLANS)
    with store().read() as rows:
        draft = drafted(rows)
        people = rows.people.all(active_only=False)
        names = {one.id: one.name for one in people}
        document = draft.published if request.args.get("show") == "published" else draft.document
        able = roster_book.able(rows)
        facts: dict[str, Any] = {
            "desks": {desk.person_id: desk.state for desk in rows.desks.all()},
            "asked": who_at(rows, zone),
            "on_call": roster_book.timeline(rows, moment_, moment_).at(moment_),
            "others": others(rows, names) if may_edit else [],
        }
    order = sorted(names, key=lambda one: (names[one].casefold(), one))
    shown = look(view, document, draft.published, able, order)
    return render_template(
        "roster/page.html",
        **facts,
        **shown_as(view, shown),
        draft=draft,
        steps=draft.kept.steps if draft.kept else [],
        drafting=document is draft.document and draft.kept is not None,
        gaps=coming(roster_book.book_of(document), moment_, able),
        gaps_shown=GAPS_SHOWN,
        names=names,
        active={one.id: one.name for one in people if one.active and "clinician" in one.roles},
        may_edit=may_edit,
        may_oversee=myself().may(*OVERSEES),
        tiers=TIERS,
        kinds=KINDS,
    )


def shown_as(view: View, shown: Look) -> dict[str, Any]:
    """The table's facts, and the addresses of the ones before and after."""
    days = view.heads(holidays.named(view.first, view.dates[-1]))
    mine = me()
    return {
        "view": view,
        "view_name": asked_name(),
        "days": days,
        "look": shown,
        "layers": request.args.get("layers") == "all",
        "selecting": request.args.get("select") == "yes",
        "my_zone": mine.zone if mine and mine.zone != view.zone else "",
        "earlier": _turned(view, -1),
        "later": _turned(view, 1),
    }


def asked_name() -> str:
    name = request.args.get("view", "week")
    return name if name in VIEWS else "week"


def asked_view(zone: str, moment_: datetime) -> View:
    today = wall(moment_, zone).date()
    return VIEWS[asked_name()](day_of(request.args.get("week", "")) or today, zone, moment_)


def _turned(view: View, way: int) -> date:
    """A day of the view before or after."""
    if way < 0:
        return date.fromordinal(view.first.toordinal() - 1)
    return date.fromordinal(view.dates[-1].toordinal() + 1)


# -- questions --------------------------------------------------------------------------------


def who_at(rows: Rows, zone: str) -> dict[str, Any]:
    """The answer to "who is on call at ...?", by what is published."""
    typed = request.args.get("at", "")
    form = Form({"at": typed or wall(now(), zone).strftime(LOCAL), **_which()})
    if not typed:
        return {"form": form}
    at = moment(form, "at", zone)
    if at is None or form.errors:
        return {"form": form}
    timeline = roster_book.timeline(rows, at, at)
    return {"form": form, "at": at, "on_call": timeline.at(at)}


def _which() -> dict[str, str]:
    return {"at_which": request.args.get("at_which", "")}


def others(rows: Rows, names: Mapping[str, str]) -> list[str]:
    """Who else has changes that are not published."""
    mine = myself().id
    return [
        names.get(one.person_id, "Somebody")
        for one in rows.roster_drafts.all()
        if one.person_id != mine
    ]


def local_clock(at: datetime, zone: str) -> str:
    return f"{wall(at, zone):%H:%M}"
