"""Who is reminded by text of a promised call?

A reminder is written down with its errand, one for each promise, ever: the unique index holds where
two clocks race. It is sent by switchboard/text_sending.py.
"""

from dataclasses import replace
from datetime import datetime

from callbacks import reminder
from callbacks.reminder import LOOKED_AHEAD, WAITS, WEEK
from storage import ids
from storage.store import Rows
from storage.values import FollowUp, TextMessage
from switchboard.board import Board

HOW = ("spoken", "written")  # how somebody agreed to texts, or said that they revoke it
# Errands are carried out one after another, callers' own among them.
AT_ONCE_MOST = 2


def write_down(board: Board) -> int:
    """Write down whom to remind now, a few at a time; returns how many were looked at."""
    now = board.now()
    with board.store.read() as rows:
        ahead = rows.followups.to_remind(now, now + LOOKED_AHEAD)
    due = [one for one in ahead if _now_is_the_time(one, now)][:AT_ONCE_MOST]
    for one in due:
        with board.store.begin() as rows:
            _write_down(rows, one.id, now)
    return len(due)


def _now_is_the_time(one: FollowUp, now: datetime) -> bool:
    opens, closes = reminder.span(one.due_at, one.zone)
    return opens <= now < closes


def _write_down(rows: Rows, followup_id: str, now: datetime) -> None:
    one = rows.followups.lock(followup_id)
    if one is None or one.state != "due":
        return
    why = forbidden(rows, one, now)
    if why in WAITS:
        return
    state = "dropped" if why else "owed"
    text = TextMessage(
        ids.new(), "reminder", one.number, one.line, now, state, one.id, told_at=now, why=why
    )
    rows.texts.write_down(text, one.call_id or "")


def forbidden(rows: Rows, one: FollowUp, now: datetime, sending: str = "") -> str | None:
    """Why this promise may not be reminded of now; `sending` is the text that is about to go."""
    known = rows.texts.number(one.number)
    sent = [
        text.at
        for text in rows.texts.sent("reminder", one.number, now - WEEK)
        if text.id != sending
    ]
    facts = reminder.Facts(
        zone=one.zone,
        promised_at=one.promised_at,
        due_at=one.due_at,
        agreed=one.texts_agreed_at is not None and one.texts_revoked_at is None,
        opted_out=known is not None and known.opted_out_at is not None,
        sent=sent,
    )
    return reminder.forbidden(facts, now)


def ready(board: Board, rows: Rows, text: TextMessage, now: datetime) -> tuple[str | None, str]:
    """Return why it may not go after all, and its words."""
    one = rows.followups.get(text.followup_id or "")
    if one is None or one.state != "due" or one.attempts_made:
        return "over", ""
    words = board.plans.texts.words("reminder", one.language, board.line(text.line).number)
    return forbidden(rows, one, now, sending=text.id), words


# -- consent ----------------------------------------------------------------------------------


def revoke(board: Board, followup_id: str, person_id: str, by: str, how: str) -> int:
    """Consent to texts ends for every open promise to that number; returns for how many.

    `by` said so; `how` is one of HOW. Consent to be called stays as it is.
    """
    with board.store.begin() as rows:
        one, now = rows.followups.get(followup_id), board.now()
        same = rows.followups.open_by_number(one.number) if one else []
        agreed = [each for each in same if each.texts_agreed_at and not each.texts_revoked_at]
        for each in agreed:
            held = rows.followups.lock(each.id)
            if held is None:
                continue
            rows.followups.save(
                replace(held, texts_revoked_at=now, texts_revoked_by=by, texts_revoked_how=how)
            )
            facts = {"how": how}
            rows.audit.write(person_id, "texts.revoked", f"followup:{each.id}", facts, now)
    return len(agreed)
