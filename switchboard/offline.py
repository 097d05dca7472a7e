"""What does a caller get while the database is gone? Words, then people's phones, one by one.

Every address carries all that the next answer needs, and the carrier signs it, so nothing here
asks the database (FAILURES R5). What happened is noted on the disk and replayed later.
"""

from datetime import datetime

import structlog

from config.lines import Line
from ivr.call import Call
from ivr.events import Event, PassEnded
from storage.errors import Contended, StoreDown
from switchboard import arrivals, calls, offline_notes, snapshot, voice
from switchboard.board import Board
from telephony import forms, twiml
from telephony import offline as documents
from telephony.forms import Fields

log = structlog.get_logger()

DATABASE_AWAY = StoreDown  # what the door must catch
ONCE_MORE = Contended  # what it may try again at once
TEND_SECONDS = 2  # how soon a changed roster is on the disk, and the database's return is seen
QUIET = {"lap_stay": "person_cut_off"}  # what a person whom we rang hears instead
PHONES_MAX = 5  # in one round: the partner line rings within two minutes (DESIGN, Numbers)


def start(board: Board, fields: Fields, key: str, *, first: bool) -> bytes:
    """A caller's webhook found no database: ring people. `first`: nothing was said to them yet."""
    ours = "From" if forms.rung_by_us(fields) else "To"
    line = board.book.dialled(forms.dialled(fields.get(ours, "")))
    if forms.hung_up(fields):
        note(board, fields, key, "ended")
        return twiml.nothing()
    if not forms.pulled_out(fields):
        note(board, fields, key, "led")
    return _ring(board, line, fields, "greeting" if first else "lap_stay", turn=0, lap=0)


def rang(board: Board, fields: Fields, key: str, line_id: str, turn: int, lap: int) -> bytes:
    """A phone's ringing (or the talk) is over: the next one, unless the caller is gone."""
    line = board.line(line_id)
    bridged = fields.get("DialBridged", "true") == "true"
    talked = bridged and fields.get("DialCallStatus") in ("completed", "answered")
    if forms.hung_up(fields):
        note(board, fields, key, "passed", talked=talked)
        return twiml.nothing()
    if talked:
        note(board, fields, key, "talked", talked=True)
    words = "pass_over" if talked else "lap_reaching"
    return _ring(board, line, fields, words, turn=turn, lap=lap)


def go_on(board: Board, fields: Fields, key: str, line_id: str, lap: int) -> bytes:
    """One round is over: back into the ordinary line if the database is there, else another."""
    line = board.line(line_id)
    if not board.standby.away(board.now()):
        try:
            return calls.handle_leg(board, fields.get("CallSid", ""), key, _back_in_line)
        except StoreDown:
            board.standby.trip(board.now())
        except calls.NoSuchCall:
            log.info("this call is not replayed yet, or over")
    return _ring(board, line, fields, "lap_stay", turn=0, lap=lap)


def _back_in_line(call: Call, at: datetime) -> Event:
    """Whoever stays through a whole round wants somebody, though End was pressed meanwhile.

    Raises:
        NoSuchCall: the call is over, and people are rung on.
    """
    if call.over:
        raise calls.NoSuchCall(call.id)
    return PassEnded(at=at, talked=False, hung_up=False)


def screen(board: Board, line_id: str) -> bytes:
    """Somebody's cell phone was picked up: nothing counts before 1 is pressed (FAILURES R11)."""
    return documents.ask_for_one(voice.page(board, line_id), f"/voice/offline/pressed/{line_id}")


def pressed(board: Board, fields: Fields, line_id: str) -> bytes:
    """1 lets the carrier bridge them; anything else is a no."""
    if forms.key(fields) == "1":
        return twiml.nothing()
    return documents.declined(voice.page(board, line_id))


def ended_unknown(board: Board, fields: Fields, key: str) -> None:
    """A call that we do not know has ended; its beginning may be on the disk still, or on its way.

    It is kept either way: by a note behind those that wait to be replayed, or at once.
    """
    if forms.softphone(fields) or forms.rung_by_us(fields):
        return  # no caller's leg
    if offline_notes.left_over(board) and note(board, fields, key, "ended"):
        return
    arrivals.came_and_left(board, forms.arrival(fields), key)


def note(board: Board, fields: Fields, key: str, what: str, *, talked: bool = False) -> bool:
    """Keep a fact for the day the database is back. False: not even the disk took it."""
    facts = forms.arrival(fields)
    line = board.book.dialled(facts.to)
    told = offline_notes.Note(
        key, what, facts.call_sid, line.id, facts.number_shown, board.now(), talked
    )
    return offline_notes.append(board, told)


def _ring(board: Board, line: Line, fields: Fields, words: str, *, turn: int, lap: int) -> bytes:
    page, here = voice.page(board, line.id), f"{line.id}/{turn + 1}/{lap}"
    quiet = forms.rung_by_us(fields)  # a follow-up's person, cut off: nothing of who we are (D19)
    said = [(line.language, QUIET.get(words, "person_hold") if quiet else words)]
    phones = _round(_phones(board), lap)
    if turn < len(phones):
        return documents.ring(
            page,
            said,
            phones[turn],
            then=f"/voice/offline/next/{here}",
            screen=f"/voice/offline/screen/{line.id}",
        )
    another = f"/voice/offline/again/{line.id}/{lap + 1}"
    if quiet:  # no partner learns of them either
        return documents.again(page, said, another, bed=True)
    if turn == len(phones):
        said = [*said, (line.language, "passing_to_partner")]
        return documents.ring(page, said, line.partner_number, then=f"/voice/offline/next/{here}")
    danger = [(language, "danger") for language in line.languages]
    return documents.again(page, [*said, *danger], another)


def _round(phones: tuple[str, ...], lap: int) -> tuple[str, ...]:
    """Return the next few of a long list; the round after goes on where this one ended."""
    if len(phones) <= PHONES_MAX:
        return phones
    start = lap * PHONES_MAX % len(phones)
    return (phones[start:] + phones[:start])[:PHONES_MAX]


def _phones(board: Board) -> tuple[str, ...]:
    now, found = board.now(), board.standby.snapshot
    if found is None or not found.good(now):
        found = snapshot.read(board.settings)
    if found is None:
        return ()
    if not found.good(now):
        log.warning("the snapshot is too old to ring anybody", written_at=found.written_at)
        return ()
    return found.phones(now)


# -- meanwhile, in another thread -------------------------------------------------------------


def tend(board: Board) -> None:
    """Try a failed database again; keep the snapshot as the roster is. Raises nothing."""
    standby = board.standby
    try:
        if standby.tripped:
            board.store.probe()
            standby.close()
            log.warning("the database is back")
            board.wake()
        with board.store.read() as rows:
            standby.snapshot = snapshot.take(rows, board.now())
    except StoreDown as down:
        if standby.tripped:
            standby.trip(board.now())
        log.warning("the database does not answer", why=str(down))
        return
    try:
        snapshot.keep(board.settings, standby.snapshot)
    except OSError as error:
        log.error("the snapshot cannot be written", why=str(error))  # noqa: TRY400  (its words say all)
