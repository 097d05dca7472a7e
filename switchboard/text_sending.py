"""How does a text that was written down reach the carrier, and what became of it?

Whether it may go is asked again right before it goes. What the carrier did not say is found out by
evidence (switchboard/evidence.py), and nothing is ever sent a second time.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from storage.store import Rows
from storage.texts import ENDED
from storage.values import ErrandRow, TextMessage
from switchboard import house_texts, reminders
from switchboard.board import Board
from telephony import codes
from telephony.carrier import TextFound
from telephony.outcomes import CarrierRefused
from telephony.text_forms import ENDS, UNSUBSCRIBED, TextNews
from telephony.twiml import with_override

NOT_SENT = "not_sent"  # for all we know; news of it may still come
# By kind of text: why it may not go after all, and its words.
READY: dict[str, Callable[[Board, Rows, TextMessage, datetime], tuple[str | None, str]]] = {
    "reminder": reminders.ready,
    "notice": house_texts.ready,
}


def sweep(board: Board) -> None:
    """Write down what may be sent now, a few at a time. Idempotent; nothing while texts are off."""
    if not board.settings.text_messages:
        return
    with board.store.read() as rows:
        never_left = rows.texts.never_left()
    for text in never_left:
        with board.store.begin() as rows:
            _ended(rows, text, "failed", NOT_SENT, board.now())
    if reminders.write_down(board) + house_texts.write_down(board):
        board.wake()


def send(board: Board, errand: ErrandRow) -> str:
    """Carry out the errand: look once more whether it may go, and send it."""
    now = board.now()
    with board.store.begin() as rows:
        text = rows.texts.get(errand.facts["text"])
        if text is None or text.state != "owed" or text.sid:
            return "no longer wanted"
        why, words = READY[text.kind](board, rows, text, now)
        if not board.settings.text_messages or why:
            _ended(rows, text, "dropped", why or "off", now)
            return "no longer wanted"
    address = f"{board.settings.public_base_url}/text/{text.id}/text-status"
    status_url = with_override(address, board.settings.status_url_override)
    ours = board.line(text.line).number
    sid = board.carrier.send_text(text.number, ours, words, status_url=status_url)
    told(board, text.id, TextNews(sid, "queued", ""))
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


def told(board: Board, text_id: str, news: TextNews) -> None:
    """A signed webhook names the text: it was sent, whatever the carrier did not say."""
    with board.store.begin() as rows:
        _learn(rows, text_id, news, board.now())


def _learn(rows: Rows, text_id: str, news: TextNews, now: datetime) -> None:
    """Keep what is newer than what is known. News come in any order; an end is final."""
    text = rows.texts.lock(text_id)
    if text is None or text.kind not in READY:
        return
    rows.errands.proven(rows.texts.target(text.id), "text", text.id, news.sid, now)
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
        _learn(rows, errand.facts["text"], TextNews(seen.sid, status, ""), board.now())


def reason(text: TextMessage) -> str:
    """Say in words what the carrier's code means; "" where the reason is one of ours."""
    return codes.words(int(text.why)) if text.why and text.why.isdigit() else ""


def _ended(rows: Rows, text: TextMessage, state: str, why: str, now: datetime) -> None:
    rows.texts.becomes(replace(text, state=state, told_at=now, why=why), "owed")
