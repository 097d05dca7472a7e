"""By what does a 911 centre prove that it is the one? Keys made and ended by an administrator.

No secret is stored: each is derived from `SECRET_KEY` and the key's own random id. A copy of the
database signs nothing; ending a key, or another `SECRET_KEY`, makes it worthless at once (ADR 13).
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from config.settings import Settings
from storage import ids
from storage.store import Rows
from storage.values import PsapKey
from switchboard.board import Board

SYSTEM, PAGE = "system", "page"
KINDS = {SYSTEM: "For its computer system", PAGE: "A page for its dispatchers"}
CLOCKS_APART = timedelta(minutes=5)  # an older signature is somebody's who kept it
STAMP_MOST = 12  # digits of a count of seconds


def make(board: Board, line_id: str, kind: str, person_id: str) -> PsapKey:
    """A new key of a line; the others stay good until they are ended, so a change has no gap."""
    key = PsapKey(ids.new(), line_id, kind, board.now(), person_id)
    with board.store.begin() as rows:
        rows.psap_keys.add(key)
        _note(rows, person_id, "psap_key.made", key, key.made_at)
    return key


def end(board: Board, key_id: str, person_id: str) -> bool:
    """It stops at once. False: there is no such key, or it was ended before."""
    with board.store.begin() as rows:
        key, now = rows.psap_keys.get(key_id), board.now()
        if key is None or not rows.psap_keys.end(key_id, now):
            return False
        _note(rows, person_id, "psap_key.ended", key, now)
    return True


def _note(rows: Rows, person_id: str, action: str, key: PsapKey, now: datetime) -> None:
    rows.audit.write(person_id, action, f"psap:{key.line}", {"key": key.id, "kind": key.kind}, now)


def secret(settings: Settings, key: PsapKey) -> str:
    """What the centre's system signs with: 64 hexadecimal digits."""
    return _hmac(settings.secret_key.get_secret_value(), f"psap-key:{key.line}:{key.id}".encode())


def signature(secret_: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 over the stamp (Unix seconds), a full stop and the body, in hexadecimal."""
    return _hmac(secret_, f"{stamp}.".encode() + body)


def _hmac(key: str, message: bytes) -> str:
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def signed_by(
    settings: Settings, key: PsapKey | None, stamp: str, given: str, body: bytes, now: datetime
) -> bool:
    """Whether this key signed this body within the last five minutes."""
    if key is None or key.kind != SYSTEM or not (stamp.isascii() and stamp.isdigit()):
        return False
    if len(stamp) > STAMP_MOST:
        return False
    expected = signature(secret(settings, key), stamp, body)
    near = abs(now.timestamp() - int(stamp)) <= CLOCKS_APART.total_seconds()
    return hmac.compare_digest(expected.encode(), given.encode()) and near


def address(settings: Settings, key: PsapKey) -> str:
    """Where the centre's page is: whoever knows it needs no account."""
    return f"{settings.public_base_url}/psap/{_signer(settings).dumps(key.id)}"


def of_page(settings: Settings, rows: Rows, token: str) -> PsapKey | None:
    """Return whose page this is, while its address is good."""
    try:
        key_id = _signer(settings).loads(token)
    except BadData:
        return None
    key = rows.psap_keys.get(str(key_id))
    return key if key is not None and key.kind == PAGE else None


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key.get_secret_value(), salt="psap-page")
