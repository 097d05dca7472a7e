"""How is a promise to call a person back made, changed and taken back?"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callbacks import plan
from callbacks.template import Template, first_window
from callbacks.window import House, NoWindow, Window
from config.followups import NONE, FollowUpBook
from ivr.call import Call
from storage import ids
from storage.followups import OPEN
from storage.store import Rows
from storage.values import FollowUp
from switchboard import followups, voice
from switchboard.board import Board

HOW = ("spoken", "written", "by_key")  # how consent was given


@dataclass(frozen=True, slots=True)
class Wish:
    """What was agreed with the person. Times are HH:MM in `zone`.

    `consent_by` names who gave consent ("the caller", "their mother"), `consent_how` one of HOW;
    without consent nobody rings. `texts`: they agreed to a reminder by text too, which is another
    thing than to be called. `template` is a plan of followups.toml; with `due_at` that
    instant opens the due window instead. `message` names the neutral words that may be left.
    """

    name: str
    number: str
    zone: str
    language: str
    consent_by: str
    best_from: str
    best_until: str
    due_at: datetime | None = None
    note: str = ""
    template: str | None = None
    consent_how: str = "spoken"
    zone_confirmed: bool = False
    message: str | None = None
    tell_if_unreached: str = ""
    risk: int = 0
    same_clinician: bool = True
    texts: bool = False


class NotPossible(ValueError):
    """The follow-up cannot be promised so; the words say what is missing."""


def template(plans: FollowUpBook, name: str | None) -> Template | None:
    """The plan of that name; None when nothing is promised by one.

    Raises:
        NotPossible: there is no such plan.
    """
    if name in (None, "", NONE):
        return None
    said = plans.templates.get(name or "")
    if said is None:
        raise NotPossible(f"There is no plan {name!r}: choose one of the list.")
    return Template(
        name=name or "",
        label=said.label,
        opens_after=timedelta(hours=said.opens_after_hours),
        closes_after=timedelta(hours=said.closes_after_hours),
        attempts_max=said.attempts_max,
        spacing=timedelta(hours=said.spacing_hours),
        urgent=said.urgent,
    )


# -- promising --------------------------------------------------------------------------------


def schedule(board: Board, call_id: str, person_id: str, wish: Wish) -> str:
    """Keep a promise made in a conversation; returns the follow-up's id.

    Raises:
        NotPossible: no consent, no number that could be rung, no such plan, or an unknown call.
    """
    if not wish.consent_by or wish.consent_how not in HOW:
        raise NotPossible("Consent is missing: say who agreed to be called back, and how.")
    if not voice.could_ring(board, wish.number):
        raise NotPossible("The number cannot be rung: write it in full, such as +13145550150.")
    if wish.message and wish.message not in board.plans.messages:
        raise NotPossible("Choose the neutral words of the list.")
    with board.store.begin() as rows:
        now = board.now()
        call = rows.calls.get(call_id)
        if call is None:
            raise NotPossible("This call is not known any more.")
        followup = _from_wish(board, call, person_id, wish, now)
        rows.followups.add(followup)
        facts = {"template": wish.template, "consent_how": wish.consent_how, "texts": wish.texts}
        rows.audit.write(person_id, "followup.scheduled", f"followup:{followup.id}", facts, now)
    return followup.id


def _from_wish(board: Board, call: Call, person_id: str, wish: Wish, now: datetime) -> FollowUp:
    chosen = template(board.plans, wish.template)
    due_at, due_until = _due(board, wish, chosen, now)
    return FollowUp(
        id=ids.new(),
        kind="followup",
        call_id=call.id,
        state="due",
        name=wish.name or None,
        number=wish.number,
        zone=wish.zone,
        language=wish.language,
        line=call.line,
        consent_by=wish.consent_by,
        consent_at=now,
        consent_how=wish.consent_how,
        may_leave_message=wish.message is not None,
        message=wish.message,
        best_from=wish.best_from,
        best_until=wish.best_until,
        promised_at=now,
        due_at=due_at,
        due_until=due_until,
        attempts_max=chosen.attempts_max if chosen else plan.ATTEMPTS_MAX,
        attempts_made=0,
        spacing_minutes=int((chosen.spacing if chosen else plan.SPACING).total_seconds() // 60),
        urgent=chosen.urgent if chosen else True,
        template=chosen.name if chosen else None,
        risk=wish.risk,
        zone_confirmed=wish.zone_confirmed,
        tell_if_unreached=wish.tell_if_unreached or None,
        prefers=person_id if wish.same_clinician else None,
        note=wish.note or None,
        texts_agreed_at=now if wish.texts else None,
        texts_agreed_by=wish.consent_by if wish.texts else None,
        texts_agreed_how=wish.consent_how if wish.texts else None,
    )


def _due(board: Board, wish: Wish, chosen: Template | None, now: datetime) -> Window:
    since = plan.Facts("followup", wish.zone, wish.best_from, wish.best_until, attempts_made=0)
    try:
        if wish.due_at is None and chosen:
            facts = chosen.facts(wish.zone, wish.best_from, wish.best_until)
            return first_window(chosen, facts, now, board.house)
        return plan.next_window(since, wish.due_at or now, board.house)
    except NoWindow as error:
        raise NotPossible("The house's hours leave no time to ring: ask the operator.") from error


def promise_callback(board: Board, rows: Rows, call: Call, at: datetime) -> None:
    """The waiting caller chose to be called back: now, at any hour, in their place."""
    rows.followups.add(callback(board, call, at))


def callback(board: Board, call: Call, at: datetime) -> FollowUp:
    """A callback to the number shown, due at `at`."""
    return FollowUp(
        id=ids.new(),
        kind="callback",
        call_id=call.id,
        state="due",
        name=None,
        number=call.number_shown or "",
        zone=board.line(call.line).zone,
        language=call.language,
        line=call.line,
        consent_by="the caller",
        consent_at=at,
        consent_how="by_key",
        may_leave_message=False,
        best_from="00:00",
        best_until="24:00",
        promised_at=call.arrived_at,
        due_at=at,
        due_until=at + plan.CALLBACK_WITHIN,
        attempts_max=plan.ATTEMPTS_MAX,
        attempts_made=0,
    )


# -- ending -----------------------------------------------------------------------------------


def close(board: Board, followup_id: str, person_id: str, reason: str) -> bool:
    """A named person closes a promise. False: it was closed before, or is being kept now."""
    with board.store.begin() as rows:
        now = board.now()
        followup = rows.followups.lock(followup_id)
        if followup is None or followup.state in ("kept", "closed", "placing"):
            return False
        followups.cancel_offers(rows, followup_id, "closed", now)
        rows.followups.save(
            replace(followup, state="closed", closed_reason=reason[:40], closed_at=now)
        )
        facts = {"reason": reason[:40]}
        rows.audit.write(person_id, "followup.closed", f"followup:{followup_id}", facts, now)
    return True


def reached_us(board: Board, rows: Rows, call: Call, now: datetime) -> int:
    """Whoever had this talk kept every open promise to the number shown; returns how many.

    A promise made in this very talk stays, and so does one whose attempt this call is.
    """
    number = board.somebodys(call.number_shown)
    if call.attempt_id or call.answered_at is None or number is None:
        return 0
    met = 0
    for one in rows.followups.open_by_number(number):
        if one.call_id == call.id or one.state == "placing" or one.promised_at > call.arrived_at:
            continue
        met += 1
        rows.followups.save(replace(one, state="kept", closed_reason="reached_us", closed_at=now))
    return met


def is_open(one: FollowUp) -> bool:
    """Whether it is still to be kept."""
    return one.state in OPEN


def window_ahead(one: FollowUp, now: datetime) -> Window:
    """From when until when it is to be kept; the whole of the next day once that has passed."""
    start, closes = max(one.due_at, now), one.due_until or one.due_at + plan.CALLBACK_WITHIN
    return start, closes if closes > start else start + timedelta(days=1)


def overdue(one: FollowUp, now: datetime) -> bool:
    """Whether it is still open although the window in which it was due has closed."""
    closes = one.due_until or one.due_at + plan.CALLBACK_WITHIN
    return is_open(one) and closes <= now


def due(rows: Rows, at: datetime, house: House, limit: int) -> list[FollowUp]:
    """What would be offered at `at`, in that order: due, with consent, inside its window."""
    return [
        one
        for one in rows.followups.due(at, limit)
        if plan.forbidden(followups.facts_of(one), one.consent_by, at, house) is None
    ]
