"""The roster as data: what do `diversion roster who`, `gaps` and `hours` answer, by an address?"""

import re
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from console.here import now, store
from routing import fields
from routing.roster import RosterError
from switchboard.roster_answers import Asked, answered, said

INSTANTS_MOST = 100
LONGEST = timedelta(days=400)  # as far as one question may look
NEED_MOST = 10_000
WHOLE = re.compile(r"[0-9]{1,6}")


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/roster/who.json", "who_json", who)
    add("/roster/gaps.json", "gaps_json", gaps)
    add("/roster/hours.json", "hours_json", hours)


def who() -> ResponseReturnValue:
    """Who is on call at each `at`, the first hundred; without one, now."""
    asked_at = request.args.getlist("at")[:INSTANTS_MOST] or [said(now())]
    try:
        instants = [(words, fields.moment(words, "at")) for words in asked_at]
    except RosterError as error:
        return refused(error)
    with store().read() as rows:
        asked = Asked.of_database(rows)
        return jsonify([answered(words, asked.who(at)) for words, at in instants])


def gaps() -> ResponseReturnValue:
    """When fewer than `need` (with `skill`) are on call in `tier`, between `from` and `to`."""
    try:
        window, tier = bounds(), fields.tier(given("tier"), "tier")
        need = fields.whole(1, NEED_MOST)(_whole(request.args.get("need", "1")), "need")
    except RosterError as error:
        return refused(error)
    with store().read() as rows:
        asked = Asked.of_database(rows)
        return jsonify(asked.gaps(*window, tier, need, request.args.get("skill") or None))


def hours() -> ResponseReturnValue:
    """Everybody's elapsed hours in `tier`, between `from` and `to`."""
    try:
        window, tier = bounds(), fields.tier(given("tier"), "tier")
    except RosterError as error:
        return refused(error)
    with store().read() as rows:
        return jsonify(Asked.of_database(rows).hours(*window, tier))


# -- what is asked ----------------------------------------------------------------------------


def bounds() -> tuple[datetime, datetime]:
    start, end = (fields.moment(given(name), name) for name in ("from", "to"))
    if not start < end <= start + LONGEST:
        raise RosterError("to", f"must be after from, and at most {LONGEST.days} days later")
    return start, end


def given(name: str) -> str:
    value = request.args.get(name)
    if value is None:
        raise RosterError(name, "is missing")
    return value


def _whole(words: str) -> Any:
    return int(words) if WHOLE.fullmatch(words) else words[:10]


def refused(error: RosterError) -> tuple[Response, int]:
    return jsonify(error=str(error), code=error.code), 400
