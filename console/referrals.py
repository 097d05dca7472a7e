"""Referrals: a service is found during a call, somebody is referred to it, and did they go?"""

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from care import referral as rules
from care.directory import Service, Wanted
from care.referral import ANSWERS, CONSENTS, STEPS_IN_WORDS, Referral, Refused, Step
from console.forms import Form
from console.here import board, house_zone_name, myself, now, store
from console.permissions import COORDINATOR, SUPERVISOR
from console.referral_words import Shown, listed, shown
from console.words import LANGUAGES
from ivr.call import Call
from routing.wallclock import instant
from storage import ids
from storage.store import Rows
from switchboard import directory, referrals
from switchboard.referrals import Wish

RANDOM_ID = re.compile(r"[\w-]{22}")
AGE_MOST = 120
WENT = "went_"  # in the wrap-up's form, before a referral's id
SEARCH = ("need", "language", "age", "eligibility", "open")
OVERSEE = (COORDINATOR, SUPERVISOR)


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/referrals", "referrals", page)
    add("/calls/<call_id>/referrals", "referrals_of_call", of_call)
    add("/calls/<call_id>/referrals", "make_referral", make, methods=["POST"])
    add("/referrals/<referral_id>/steps", "referral_step", step, methods=["POST"])


# -- searching ----------------------------------------------------------------------------------


def wanted(values: Mapping[str, str]) -> Wanted:
    """What a search form asks for; an age that is none is not asked."""
    age = values.get("age", "").strip()
    return Wanted(
        need=values.get("need", "")[:200],
        language=values.get("language", "").strip()[:40],
        age=int(age) if age.isdecimal() and int(age) <= AGE_MOST else None,
        eligibility=values.get("eligibility", "")[:200],
        open_at=now() if values.get("open") == "yes" else None,
    )


def found(values: Mapping[str, str]) -> dict[str, Any]:
    """What the templates need about a search and what it found; nothing asked: nothing found."""
    asked = any(values.get(name, "").strip() for name in SEARCH)
    zone = house_zone_name()
    with store().read() as rows:
        services = directory.search(rows, wanted(values), zone) if asked else []
        heading = rows.directory.heading()
    return {
        "search": values,
        "asked": asked,
        "found": listed(services[: directory.FOUND_MOST], now(), zone),
        "found_all": len(services),
        "languages": sorted(LANGUAGES.values()),
        "directory": heading,
        "age_of_directory": (now() - heading.imported_at).days if heading else None,
    }


# -- the page -----------------------------------------------------------------------------------


def page() -> str:
    """Search the directory, and every open referral that is this person's business."""
    with store().read() as rows:
        mine = [one for one in rows.referrals.open() if may_see(rows, one)]
        listing = shown(rows, mine, now(), myself().zone)
    referrals.note_reading(board(), myself().id, mine)
    listing.sort(key=lambda one: not one.asks)
    return render_template("referrals/page.html", open=listing, **words(), **found(request.args))


def words() -> dict[str, Any]:
    return {"zone": myself().zone, "steps": STEPS_IN_WORDS, "consents": CONSENTS}


def may_see(rows: Rows, one: Referral) -> bool:
    """Those who oversee see all; a clinician their own, and those of the person they are with."""
    person = myself()
    if person.may(*OVERSEE) or one.made_by == person.id:
        return True
    own = rows.desks.get(person.id)
    call = rows.calls.get(own.call_id) if own and own.call_id else None
    return call is not None and any(
        known.id == one.id for known in referrals.of_person(board(), rows, call)
    )


# -- at the desk --------------------------------------------------------------------------------


def at_desk(call: Call) -> dict[str, Any]:
    """What the desk's templates need about the referrals of this person."""
    with store().read() as rows:
        theirs = referrals.of_person(board(), rows, call)
        to_ask = referrals.to_ask(board(), rows, call)
        listing = shown(rows, theirs, now(), myself().zone)
    referrals.note_reading(board(), myself().id, theirs)
    facts = {
        "referrals": listing,
        "to_ask": to_ask,
        "answers": ANSWERS.items(),
        "new_referral": ids.new(),
        "referral_call": call.id,
        "to": "desk",
        "chosen": {},
        "errors_of_referral": {},
    }
    return facts | words() | found({})


def of_record(rows: Rows, call_id: str) -> list[Shown]:
    """The referrals made in a contact, for its record."""
    return shown(rows, rows.referrals.of_call(call_id), now(), myself().zone)


def of_followup(rows: Rows, number: str, call_id: str | None) -> list[Shown]:
    """The referrals of a promise's person that are this reader's business."""
    found = rows.referrals.of_person(number or None, [call_id] if call_id else [])
    mine = [one for one in found if may_see(rows, one)]
    return shown(rows, mine, now(), myself().zone)


def theirs(call_id: str) -> Call:
    """The contact on this clinician's own desk."""
    with store().read() as rows:
        own = rows.desks.get(myself().id)
        call = rows.calls.get(call_id) if own and own.call_id == call_id else None
    if call is None:
        abort(404)
    return call


def call_here() -> Call:
    """The contact on this clinician's own desk, whichever it is."""
    with store().read() as rows:
        own = rows.desks.get(myself().id)
    return theirs((own and own.call_id) or "")


def of_call(call_id: str) -> str:
    """A search during a call: at the desk what was found, without scripts a page of its own."""
    call = theirs(call_id)
    facts = at_desk(call) | found(request.args)
    whole = "HX-Request" not in request.headers
    return render_template("referrals/call.html" if whole else "referrals/found.html", **facts)


def make(call_id: str) -> ResponseReturnValue:
    """Refer them to a service that was found, or in the clinician's own words."""
    call = theirs(call_id)
    form = Form(request.form)
    wish = read_wish(form)
    new_id = form.values.get("id", "")
    if not RANDOM_ID.fullmatch(new_id):
        form.refuse("service_name", "Open this form again.")
    if not form.errors:
        try:
            referrals.make(board(), new_id, call_id, myself().id, wish)
        except Refused as why:
            form.refuse("service_name", str(why))
    facts, status = at_desk(call), 200
    if form.errors:
        status = 422
        facts |= again(form, wish)
    if "HX-Request" in request.headers:
        return render_template("referrals/region.html", **facts), status
    if form.errors:
        return render_template("referrals/call.html", **facts), status
    return redirect(url_for("console.desk"), 303)


def again(form: Form, wish: Wish) -> dict[str, Any]:
    """The form as it was sent, with the service that was chosen."""
    with store().read() as rows:
        chosen = rows.directory.get(wish.service_id) if wish.service_id else None
    services: list[Service] = [chosen] if chosen else []
    return {
        "chosen": form.values,
        "errors_of_referral": form.errors,
        "new_referral": form.values.get("id") or ids.new(),
        "found": listed(services, now(), house_zone_name()),
        "found_all": len(services),
        "asked": bool(services),
    }


def read_wish(form: Form) -> Wish:
    wish = Wish(
        service_id=form.text("service_id", 80),
        service_name=form.text("service_name", 300) or "",
        consent=form.values.get("consent", ""),
        consent_by=form.text("consent_by", 80),
        shared=form.text("shared", 2000) or "",
        appointment_at=appointment(form),
    )
    where_to = wish.service_id or wish.service_name
    wrong = rules.missing(where_to, wish.consent, wish.consent_by, wish.shared)
    for name, why in wrong.items():
        form.refuse(name, why)
    return wish


def appointment(form: Form) -> datetime | None:
    """A day and a time by the clinician's own clock; both are left out where there is none."""
    if not (form.values.get("date") or form.values.get("time")):
        return None
    day, clock = form.day("date"), form.time("time")
    if form.errors or day is None:
        return None
    return instant(datetime.combine(day, time.fromisoformat(clock)), myself().zone)


def went(values: Mapping[str, str]) -> dict[str, Step]:
    """What a wrap-up's form says of each earlier referral: did they go?"""
    said = {name.removeprefix(WENT): said for name, said in values.items() if name.startswith(WENT)}
    return {key: Step(step) for key, step in said.items() if step in ANSWERS}


# -- what came of it ----------------------------------------------------------------------------


def step(referral_id: str) -> ResponseReturnValue:
    """Somebody knows what came of a referral."""
    with store().read() as rows:
        one = rows.referrals.get(referral_id)
        if one is None or not may_see(rows, one):
            abort(404)
    form = Form(request.form)
    which = form.one_of("step", tuple(one.value for one in Step))
    said = form.text("words", rules.WORDS_MOST) or ""
    when = appointment(form)
    if not form.errors:
        try:
            referrals.step(
                board(), referral_id, Step(which), myself().id, words=said, appointment_at=when
            )
        except Refused as why:
            form.refuse("step", str(why))
    return answered(one, form)


def answered(one: Referral, form: Form) -> ResponseReturnValue:
    """Back to where it was said: the desk, the record, or the list."""
    wrong = " ".join(form.errors.values())
    if "HX-Request" in request.headers:  # at the desk, which must not leave the page during a call
        facts = at_desk(call_here()) | {"wrong_step": wrong}
        return render_template("referrals/region.html", **facts), 422 if wrong else 200
    if wrong:
        return render_template("referrals/refused.html", wrong=wrong, one=one), 422
    to = form.values.get("to", "")
    if to == "record":
        return redirect(url_for("console.record", call_id=one.call_id), 303)
    return redirect(url_for("console.desk" if to == "desk" else "console.referrals"), 303)
