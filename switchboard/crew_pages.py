"""Which crews are there, and by what address does a crew's phone show its visits?

No secret is stored: an address is signed with `SECRET_KEY` and names the crew and its nonce, as
the pages of 911 centres are (ADR 13). Another nonce, or none, makes the old address worthless.
"""

from dataclasses import dataclass
from datetime import timedelta

from itsdangerous import BadData, URLSafeSerializer

from config.settings import Settings
from storage import ids
from storage.store import Rows
from storage.values import Crew
from switchboard.board import Board

SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose address it is; `good` False: it was, and is ended."""

    crew: Crew
    good: bool


def add(board: Board, name: str, phone: str | None, person_id: str) -> Crew:
    """A new crew, with an address for its phone."""
    crew = Crew(ids.new(), name, phone, ids.new(), board.now(), person_id)
    with board.store.begin() as rows:
        rows.crews.add(crew)
        _note(rows, board, person_id, "crew.made", crew.id)
    return crew


def renew(board: Board, crew_id: str, person_id: str) -> Crew | None:
    """Another address; the one before stops at once. None: there is no such crew."""
    with board.store.begin() as rows:
        if not rows.crews.set_nonce(crew_id, ids.new()):
            return None
        _note(rows, board, person_id, "crew.address_made", crew_id)
        return rows.crews.get(crew_id)


def end_address(board: Board, crew_id: str, person_id: str) -> bool:
    """The address stops at once. False: there is no such crew."""
    with board.store.begin() as rows:
        if not rows.crews.set_nonce(crew_id, None):
            return False
        _note(rows, board, person_id, "crew.address_ended", crew_id)
    return True


def end(board: Board, crew_id: str, person_id: str) -> bool:
    """There is no such crew any more. False: there was none, or it has an open visit."""
    with board.store.begin() as rows:
        busy = any(crew_id in (one.crew, one.asked) for one in rows.crew_visits.open())
        if busy or not rows.crews.end(crew_id, board.now()):
            return False
        _note(rows, board, person_id, "crew.ended", crew_id)
    return True


def _note(rows: Rows, board: Board, person_id: str, action: str, crew_id: str) -> None:
    rows.audit.write(person_id, action, f"crew:{crew_id}", {}, board.now())


def address(settings: Settings, crew: Crew) -> str:
    """Where the crew's page is: whoever knows it needs no account."""
    token = _signer(settings).dumps([crew.id, crew.nonce])
    return f"{settings.public_base_url}/crew/{token}"


def holder(settings: Settings, rows: Rows, token: str) -> Holder | None:
    """Return whose address this is, or was; None: it never was one of ours."""
    try:
        crew_id, nonce = _signer(settings).loads(token)
    except (BadData, ValueError, TypeError):
        return None
    crew = rows.crews.get(str(crew_id))
    if crew is None:
        return None
    return Holder(crew, good=crew.nonce is not None and crew.nonce == nonce)


def seen(board: Board, crew: Crew) -> None:
    """Their page is open: kept to the minute, so that a desk can say when it was last."""
    if crew.seen_at is None or board.now() - crew.seen_at >= SEEN_EVERY:
        with board.store.begin() as rows:
            rows.crews.seen(crew.id, board.now())


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key.get_secret_value(), salt="crew-page")
