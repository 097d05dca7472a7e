"""How does the people door hang in the web process?"""

from dataclasses import dataclass

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from console import (
    board_page,
    contacts,
    crew_keys,
    crews,
    desk,
    directory_page,
    fhir,
    figures,
    followup_page,
    followups,
    guard,
    guests,
    handoffs,
    people,
    psap_keys,
    records,
    referrals,
    rescues,
    response_plans,
    roster,
    signin,
    stream,
    supervision,
    words,
)
from console.crew_door import crew
from console.here import me, myself
from console.permissions import allowed
from console.psap_door import psap
from switchboard.board import Board


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the left rail."""

    name: str
    endpoint: str
    icon: str
    section: tuple[str, ...]

    @property
    def url(self) -> str:
        return url_for(f"console.{self.endpoint}")

    @property
    def here(self) -> bool:
        return (request.endpoint or "").removeprefix("console.") in self.section


DESK = (
    "desk",
    "schedule",
    "wrap_up",
    "handoff_card",
    "correct_handoff",
    "crew_form_of_call",
    "referrals_of_call",
    "make_referral",
)
CREWS = ("crews", "crew_form", "request_crew", "crew_visit", "change_crew_visit", "add_crew")
REFERRALS = ("referrals", "referral_step", "directory", "preview_directory", "take_directory")
RESPONSE_PLANS = (
    "response_plans",
    "response_plan",
    "write_response_plan",
    "revise_response_plan",
    "end_response_plan",
)
PEOPLE = ("people", "person", "new_person", "add_person", "psaps", "make_psap_key")
PLACES = (
    Place("Desk", "desk", "desk", DESK),
    Place("Follow-ups", "followups", "followups", ("followups", "decide", "record")),
    Place("Referrals", "referrals", "pin", REFERRALS),
    Place("Response plans", "response_plans", "pencil", RESPONSE_PLANS),
    Place("Crews", "crews", "crew", CREWS),
    Place("Roster", "roster", "roster", roster.SECTION),
    Place("Board", "board_page", "board", ("board_page", "rescues")),
    Place("Figures", "figures", "figures", ("figures", "contacts")),
    Place("People", "people", "people", PEOPLE),
)


def attach(app: Flask, board: Board) -> None:
    """Put sign-in, pages and their guards into `app`; the telephone door stays as it is."""
    app.extensions["board"] = board
    app.extensions["console_feed"] = stream.feed_for(board)
    signin.install(app, board)
    guard.install(app)
    words.install(app)
    app.jinja_env.globals["places"] = places
    app.register_blueprint(door())
    app.register_blueprint(psap)
    app.register_blueprint(crew)
    for code in (404, 405):
        app.register_error_handler(code, nowhere)


def door() -> Blueprint:
    console = Blueprint(
        "console",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/assets",
    )
    console.add_url_rule("/", "home", home)
    console.add_url_rule("/sign-in/link/<token>", "link", signin.follow)
    console.add_url_rule("/events", "events", stream.events)
    console.add_url_rule("/desk/events", "events", stream.events)
    for part in (desk, guests, handoffs, records, rescues, roster, board_page, supervision):
        part.install(console)
    parts = (followups, followup_page, figures, contacts, people, psap_keys, crews, crew_keys)
    for part in (*parts, referrals, directory_page, fhir, response_plans):
        part.install(console)
    console.register_error_handler(HTTPException, explain)
    return console


def home() -> Response:
    """The first place of the rail that this person may enter."""
    return redirect(places()[0].url)


def places() -> list[Place]:
    person = me()
    if person is None:
        return []
    return [p for p in PLACES if person.may(*allowed(f"console.{p.endpoint}"))]


def nowhere(error: HTTPException) -> tuple[str, int]:
    """An address that is nobody's, or that is never read: the way to one that is."""
    return render_template("signin/nowhere.html"), error.code or 404


def explain(error: HTTPException) -> Response | tuple[str, int]:
    """A page for people, with a way on; scripts read the status."""
    if error.code is None or me() is None:
        return error.get_response()
    return render_template("problem.html", code=error.code, person=myself()), error.code
