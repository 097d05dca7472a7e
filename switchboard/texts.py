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
    answer = twiml.message(_answer(board, rows, text, number, asks, now))
    line = board.book.dialled(text.to)
    one = TextMessage(
        ids.new(), asks, number, line.id, now, "received", sid=text.sid, answer=answer
    )
    return one if rows.texts.add(one) else rows.texts.by_sid(text.sid) or one


def _answer(
    board: Board, rows: Rows, text: TextFacts, number: str, asks: Meaning, now: datetime
) -> str | None:
    """Do what the words ask for; None: nothing is said, or the carrier has said it."""
    if asks is Meaning.STOP:
        rows.texts.opt_out(number, now)
        return None
    if asks is Meaning.START:
        rows.texts.opt_in(number, now)
        return None
    if text.opt_out or not board.settings.text_messages:
        return None
    if asks is Meaning.OTHER and not rows.texts.answer(number, now, now - ANSWERED_AGAIN):
        return None
    line = board.book.dialled(text.to)
    return board.plans.texts.words(WORDS[asks], _language(rows, number, line.language), line.number)


def _language(rows: Rows, number: str, usual: str) -> str:
    """The language in which we spoke with this person, or the line's."""
    promised = rows.followups.of_number(number, limit=1)
    return promised[0].language if promised else usual
