"""What words and ways does this line have for this caller?"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ivr.call import IN_LINE, Call, Kind, Stage
from ivr.replies import HangUp, LeaveLine, Reply, Say
from routing.escalation import reached
from switchboard.board import Board
from telephony import forms, twiml

# One digit each, always the same digits (DESIGN, what a caller hears).
KEYS = {"0": "clinician", "1": "callback", "3": "partner", "9": "dispatcher"}
STAR = "*"  # an incident number follows
LANGUAGE_KEYS = "24567"  # the line's other languages, in the order of its book


def render(board: Board, call: Call, replies: Iterable[Reply], subject: str = "") -> bytes:
    """The TwiML for these replies, in the words of the call's line."""
    return twiml.render(tuple(replies), call, page(board, call.line, subject))


def render_for(board: Board, call: Call, replies: Iterable[Reply], leg: str | None) -> bytes:
    """The same for the leg that asked: who is brought in hears the line's first language."""
    if leg in ("psap", "guest"):
        call = replace(call, language=board.line(call.line).language)
    return render(board, call, replies)


def nobody(board: Board) -> Call:
    """A call that stands for none: for words to a leg whose caller is gone."""
    now = board.now()
    line = board.book.default
    return Call(
        id="none",
        kind=Kind.INBOUND,
        leg_sid="",
        line=line.id,
        number_shown=None,
        language=line.language,
        stage=Stage.ENDED,
        arrived_at=now,
        stage_since=now,
        line_since=now,
    )


def page(board: Board, line_id: str, subject: str = "") -> twiml.Page:
    """What rendering needs besides the call. `subject`: the offer a phone's leg is about."""
    settings = board.settings
    return twiml.Page(
        base_url=settings.public_base_url,
        prompts=board.prompts,
        line=board.line(line_id),
        queue=settings.queue_name,
        subject=subject,
        voice_override=settings.voice_url_override,
        status_override=settings.status_url_override,
    )


def safe(board: Board, line_id: str = "") -> bytes:
    """Words and a human's number, when all else failed (FAILURES R9)."""
    line = board.line(line_id)
    again = f"{board.settings.public_base_url}/voice/fallback"
    return twiml.safe(
        board.prompts, line.languages, (line.partner_number,), caller_id=line.number, again=again
    )


def let_go(board: Board) -> bytes:
    """End a clinician's (or a person's) leg that we cannot seat now: its caller stays with us."""
    return render(board, nobody(board), (Say("one_moment"), HangUp()))


def out_of_line(board: Board) -> bytes:
    """Lead a leg out of the waiting line, where no Dial is performed; it asks again then."""
    return render(board, nobody(board), (Say("one_moment"), LeaveLine()))


def bed_url(board: Board) -> str:
    """Where the carrier fetches the quiet bed of sound for a leg on hold."""
    settings = board.settings
    return twiml.with_override(f"{settings.public_base_url}/voice/bed", settings.voice_url_override)


def meaning(board: Board, call: Call, key: str) -> str:
    """What the line makes of a key pressed while waiting."""
    line = board.line(call.line)
    if language_of(board, call, key):
        return "language"
    means = KEYS.get(key, "nothing")
    if means == "dispatcher" and not line.return_number:
        return "nothing"
    return means


def takes_incident(board: Board, call: Call, key: str) -> bool:
    """Whether this key is the dispatcher's star: before anybody talks, on a 911 line."""
    theirs = bool(board.line(call.line).return_number) and call.kind is Kind.INBOUND
    return key == STAR and theirs and call.stage in IN_LINE


def language_of(board: Board, call: Call, key: str) -> str:
    """The language a key stands for on this line, or "" for none; 2 toggles back."""
    line = board.line(call.line)
    others = [code for code in line.languages if code != line.language]
    chosen = dict(zip(LANGUAGE_KEYS, others, strict=False)).get(key, "")
    return line.language if chosen and chosen == call.language else chosen


def screen_digit(call_id: str) -> str:
    """The digit that a flooded line asks this caller for: another for each, and not stored."""
    return str(1 + sum(call_id.encode()) % 9)


def ways(board: Board, call: Call) -> tuple[str, ...]:
    """The prompts that offer a way out of waiting, besides staying."""
    offered = ["lap_keys"]
    if board.line(call.line).return_number:
        offered.append("lap_keys_dispatcher")
    return tuple(offered)


def dialable(board: Board, call: Call) -> bool:
    """Whether the number shown could be rung, once the caller agrees: never a PSAP's own line."""
    return could_ring(board, call.number_shown)


def could_ring(board: Board, number: str | None) -> bool:
    """Whether this number may be rung at all: valid, and none of our own or our partners'."""
    return number not in board.own_numbers and forms.dialable(number)


def backup_rings(board: Board, call: Call) -> bool:
    """Whether the caller stands on a rung where the backup team's phones ring."""
    return any(rung.kind == "phones" for rung in reached(board.ladder(call.line), call.rung))


def accept_due_in(board: Board, call: Call, at: datetime) -> int | None:
    """Seconds until the 911 centre's deadline for an answer; below 0 it has passed, None: none."""
    line = board.line(call.line)
    if not line.return_number or call.answered_at or call.kind is not Kind.INBOUND:
        return None
    return int(line.accept_within_seconds - (at - call.arrived_at).total_seconds())
