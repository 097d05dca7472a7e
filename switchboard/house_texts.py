"""Who of the house is told by text that their hours of the next two days changed?

Only who asked for it, for the number at which they asked, by day, and never after STOP. The notice
itself stands at their desk and goes by e-mail as ever (switchboard/notices.py, mail.py).
"""

from datetime import datetime, timedelta

from callbacks.reminder import by_day
from storage.store import Rows
from storage.values import Notice, Person, TextMessage
from switchboard.board import Board
from switchboard.notices import NEAR

AT_ONCE_MOST = 2
ONE_TEXT = timedelta(minutes=10)  # changes made together are one text


def write_down(board: Board) -> int:
    """Write down whom to text now, a few at a time; returns how many."""
    now = board.now()
    with board.store.read() as rows:
        fresh = rows.notices.untexted(now - NEAR)
        people = {one.id: one for one in rows.people.all()} if fresh else {}
    due = [one for one in fresh if by_day(now, people[one.person_id].zone)][:AT_ONCE_MOST]
    for notice in due:
        with board.store.begin() as rows:
            _write_down(board, rows, notice, people[notice.person_id], now)
    return len(due)


def _write_down(board: Board, rows: Rows, notice: Notice, person: Person, now: datetime) -> None:
    number = person.phone or ""
    sent = rows.texts.sent("notice", number, now - ONE_TEXT)
    text = TextMessage(  # the notice's own id: one text a notice, two clocks or not
        notice.id,
        "notice",
        number,
        board.book.default.id,
        now,
        "dropped" if sent else "owed",
        told_at=now,
        why="just_told" if sent else None,
    )
    rows.texts.write_down(text, "")


def ready(board: Board, rows: Rows, text: TextMessage, now: datetime) -> tuple[str | None, str]:
    """Return why it may not go after all, and its words."""
    known = rows.texts.number(text.number)
    person = next((one for one in rows.people.all() if one.phone == text.number), None)
    line = board.line(text.line)
    words = board.plans.texts.words("hours", line.language, line.number)
    if known is None or known.agreed_at is None or person is None:
        return "no_consent", words
    if known.opted_out_at is not None:
        return "opted_out", words
    return (None if by_day(now, person.zone) else "outside_hours"), words


def agree(board: Board, person_id: str, *, on: bool) -> bool:
    """Somebody of the house asks for texts at their own number, or for none; False: no number."""
    with board.store.begin() as rows:
        person, now = rows.people.get(person_id), board.now()
        if person is None or not person.phone:
            return False
        rows.texts.agree(person.phone, now if on else None)
        action = "texts.asked_for" if on else "texts.revoked"
        rows.audit.write(person_id, action, f"person:{person_id}", {}, now)
    return True
