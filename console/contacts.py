"""Which contacts were there on a day? A supervisor's way to each record; looking is audited."""

from datetime import datetime, time, timedelta

from flask import Blueprint, render_template, request

from care import contract
from console.forms import day_of
from console.here import board, house_zone_name, myself, now, store
from ivr.call import Call
from routing.wallclock import instant, wall


def install(console: Blueprint) -> None:
    console.add_url_rule("/contacts", "contacts", page)


def page() -> str:
    zone = house_zone_name()
    day = day_of(request.args.get("day", "")) or wall(now(), zone).date()
    midnight = datetime.combine(day, time.min)
    start, end = instant(midnight, zone), instant(midnight + timedelta(days=1), zone)
    with store().begin() as rows:
        calls = rows.calls.between(start, end)
        people = {person.id: person.name for person in rows.people.all()}
        written = rows.records.dispositions([call.id for call in calls])
        rows.audit.write(myself().id, "contacts.read", f"day:{day}", {}, now())
    return render_template(
        "contacts/page.html",
        calls=calls,
        people=people,
        lines={call.line: board().line(call.line).name for call in calls},
        handed={call.id: handed_over(call, written.get(call.id)) for call in calls},
        day=day,
        zone=zone,
    )


def handed_over(call: Call, disposition: str | None) -> contract.HandOff | None:
    """What became of a call that a 911 centre handed to us; None: it came from none."""
    if board().line(call.line).kind != "psap" or call.followup_id:
        return None
    return contract.of(call.arrived_at, call.answered_at, call.ended_reason, disposition)
