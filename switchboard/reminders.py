"""Who is reminded by text of a promised call, and what became of each reminder?

A reminder is written down with its errand, one for each promise, ever: the unique index holds where
two clocks race. Whether it may go is asked again right before it goes. What the carrier did not say
is found out by evidence (switchboard/evidence.py), and nothing is ever sent a second time.
"""

from dataclasses import replace
from datetime import datetime

from callbacks import reminder
from callbacks.reminder import LOOKED_AHEAD, WAITS, WEEK
from storage import ids
from storage.store import Rows
from storage.texts import ENDED
from storage.values import ErrandRow, FollowUp, TextMessage
from switchboard.board import Board
from telephony import codes
from telephony.carrier import CarrierRefused, TextFound
from telephony.text_forms import ENDS, UNSUBSCRIBED, TextNews
from telephony.twiml import with_override

HOW = ("spoken", "written")  # how somebody agreed to texts, or said that they revoke it
# Errands are carried out one after another, callers' own among them.
AT_ONCE_MOST = 2
NOT_SENT = "not_sent"  # for all we know; news of it may still come


def sweep(board: Board) -> None:
    """Write down what may be sent now, a few at a time. Idempotent; nothing while texts are off."""
    if not board.settings.text_messages:
        return
    now = board.now()
    with board.store.read() as rows:
        ahead = rows.followups.to_remind(now, now + LOOKED_AHEAD)
        due = [one for one in ahead if _now_is_the_time(one, now)]
        never_left = rows.texts.never_left()
    for one in due[:AT_ONCE_MOST]:
        with board.store.begin() as rows:
            _write_down(rows, one.id, now)
    for text in never_left:
        with board.store.begin() as rows:
            _ended(rows, text, "failed", NOT_SENT, now)
    if due:
        board.wake()


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
    if rows.texts.add(text) and not why:
        facts = {"text": text.id}
        rows.errands.add(one.call_id or "", [("SendText", facts, target(text.id), now)])


def target(text_id: str) -> str:
    """What an errand of this text touches: that text, once."""
    return f"text:{text_id}"


def forbidden(rows: Rows, one: FollowUp, now: datetime, sending: str = "") -> str | None:
    """Why this promise may not be reminded of now; `sending` is the text that is about to go."""
    known = rows.texts.number(one.number)
    sent = [text.at for text in rows.texts.reminded(one.number, now - WEEK) if text.id != sending]
    facts = reminder.Facts(
        zone=one.zone,
        promised_at=one.promised_at,
        due_at=one.due_at,
        agreed=one.texts_agreed_at is not None and one.texts_revoked_at is None,
        opted_out=known is not None and known.opted_out_at is not None,
        sent=sent,
    )
    return reminder.forbidden(facts, now)


def reason(text: TextMessage) -> str:
    """Say in words what the carrier's code means; "" where the reason is one of ours."""
    return codes.words(int(text.why)) if text.why and text.why.isdigit() else ""


# -- sending ----------------------------------------------------------------------------------


def send(board: Board, errand: ErrandRow) -> str:
    """Carry out the errand: look once more whether it may go, and send it."""
    now = board.now()
    with board.store.begin() as rows:
        text = rows.texts.get(errand.facts["text"])
        one = rows.followups.get(text.followup_id or "") if text else None
        if text is None or one is None or text.state != "owed" or text.sid:
            return "no longer wanted"
        over = None if one.state == "due" and one.attempts_made == 0 else "over"
        why = over or forbidden(rows, one, now, sending=text.id)
        if not board.settings.text_messages or why:
            _ended(rows, text, "dropped", why or "off", now)
            return "no longer wanted"
    line = board.line(one.line)
    words = board.plans.texts.words("reminder", one.language, line.number)
    address = f"{board.settings.public_base_url}/text/{text.id}/text-status"
    status_url = with_override(address, board.settings.status_url_override)
    sid = board.carrier.send_text(one.number, line.number, words, status_url=status_url)
    with board.store.begin() as rows:
        learn(rows, text.id, TextNews(sid, "queued", ""), board.now())
    return sid


def refused(board: Board, errand: ErrandRow, refusal: CarrierRefused) -> None:
    """The carrier will not send it: written down, and never tried again."""
    with board.store.begin() as rows:
        text, now = rows.texts.lock(errand.facts["text"]), board.now()
        if text is None:
            return
        _ended(rows, text, "failed", str(refusal.code), now)
        if str(refusal.code) == UNSUBSCRIBED:
            rows.texts.opt_out(text.number, now)


# -- what became of it ------------------------------------------------------------------------


def told(board: Board, text_id: str, news: TextNews) -> None:
    """A signed webhook names the text: it was sent, whatever the carrier did not say."""
    with board.store.begin() as rows:
        learn(rows, text_id, news, board.now())


def learn(rows: Rows, text_id: str, news: TextNews, now: datetime) -> None:
    """Keep what is newer than what is known. News come in any order; an end is final."""
    text = rows.texts.lock(text_id)
    if text is None or text.kind != "reminder":
        return
    rows.errands.proven(target(text.id), "text", text.id, news.sid, now)
    state = news.status if news.status in ENDS else "sent"
    over = text.state in ENDED and text.why != NOT_SENT
    if over or (text.state == state and text.sid):
        return
    rows.texts.becomes(
        replace(text, state=state, sid=news.sid, told_at=now, why=news.code or None), text.state
    )
    if news.code == UNSUBSCRIBED:
        rows.texts.opt_out(text.number, now)


def found(board: Board, errand: ErrandRow, seen: TextFound) -> None:
    """The carrier's list shows it."""
    with board.store.begin() as rows:
        status = seen.status if seen.status in ENDS else "sent"
        rows.errands.settle(errand.id, "done", seen.sid, board.now())
        learn(rows, errand.facts["text"], TextNews(seen.sid, status, ""), board.now())


def _ended(rows: Rows, text: TextMessage, state: str, why: str, now: datetime) -> None:
    rows.texts.becomes(replace(text, state=state, told_at=now, why=why), "owed")


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
