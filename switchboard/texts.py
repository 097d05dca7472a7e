"""What is answered to a text that came in? Nobody reads it; a person is told where to call.

The answer goes out in the webhook's own answer, so nothing is sent that could be sent twice. A
repeated webhook gets the same bytes. What was written is kept nowhere.
"""

from datetime import datetime, timedelta

from callbacks.heard import Meaning, meaning
from storage import ids
from storage.store import Rows
from storage.values import TextMessage
from switchboard.board import Board
from telephony import twiml
from telephony.text_forms import TextFacts

ANSWERED_AGAIN = timedelta(days=1)
CARRIERS = {"stop": Meaning.STOP, "start": Meaning.START, "help": Meaning.HELP}
WORDS = {Meaning.HELP: "help", Meaning.OTHER: "nobody_reads"}


def received(board: Board, text: TextFacts) -> bytes:
    """Take in a text and return the document that answers it, empty where nothing is said."""
    number = board.somebodys(text.number)
    if number is None:  # a short code, or a number of ours: two machines could talk for ever
        return twiml.message(None)
    with board.store.begin() as rows:
        known = rows.texts.by_sid(text.sid) or _taken_in(board, rows, text, number)
    return known.answer or twiml.message(None)


def _taken_in(board: Board, rows: Rows, text: TextFacts, number: str) -> TextMessage:
    """Do what it asks, and keep what it was answered; its twin's answer, if that was faster."""
    asks, now = CARRIERS.get(text.opt_out) or meaning(text.body), board.now()
    why = _unanswered(board, rows, number, asks, now)
    said = None if why or text.opt_out else _words(board, rows, text, number, asks)
    _obey(rows, number, asks, now)
    line, answer = board.book.dialled(text.to), twiml.message(said)
    one = TextMessage(
        ids.new(), asks, number, line.id, now, "received", sid=text.sid, why=why, answer=answer
    )
    return one if rows.texts.add(one) else rows.texts.by_sid(text.sid) or one


def _obey(rows: Rows, number: str, asks: Meaning, now: datetime) -> None:
    if asks is Meaning.STOP:
        rows.texts.opt_out(number, now)
    elif asks is Meaning.START:
        rows.texts.opt_in(number, now)


def _unanswered(board: Board, rows: Rows, number: str, asks: Meaning, now: datetime) -> str | None:
    """Why nobody is told where to call: off | told_lately; None: they are, if they may be."""
    if asks not in WORDS:
        return None
    if not board.settings.text_messages:
        return "off"
    if asks is Meaning.OTHER and not rows.texts.answer(number, now, now - ANSWERED_AGAIN):
        return "told_lately"
    return None


def _words(board: Board, rows: Rows, text: TextFacts, number: str, asks: Meaning) -> str | None:
    """What is said; None: STOP and START are answered by the carrier."""
    if asks not in WORDS:
        return None
    line = board.book.dialled(text.to)
    return board.plans.texts.words(WORDS[asks], _language(rows, number, line.language), line.number)


def _language(rows: Rows, number: str, usual: str) -> str:
    """The language in which we spoke with this person, or the line's."""
    promised = rows.followups.of_number(number, limit=1)
    return promised[0].language if promised else usual
