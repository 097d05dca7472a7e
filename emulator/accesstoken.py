"""Is this access token one that we would have let in, and whose softphone is it?

Twilio's "Access Tokens": a JWT signed HS256 with an API key's secret, `cty` `twilio-fpa;v=1`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from typing import Any

LIFETIME_SECONDS_MAX = 24 * 3600
SECONDS_MAX = 1e11  # in some three thousand years
# Twilio's error 31105: no "control, space, delims, or unwise characters" (the words of RFC 2396).
_UNFIT = re.compile(r"""[\x00-\x20\x7f<>#%"{}|\\^\[\]`]""")


class RefusedTokenError(Exception):
    """Carries Twilio's signalling code: 31204 where no other says more."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Grant:
    identity: str
    """Empty: such a softphone may call, and nobody can call it."""
    incoming_allowed: bool
    application_sid: str
    expires_at: float
    """Seconds since 1970."""
    params: dict[str, str] = field(default_factory=dict)
    """What the token's own `outgoing.params` add to every call it makes."""


def read_token(token: str, keys: dict[str, str], account_sid: str, now: float) -> Grant:
    """Verify a token against `keys` (API key SID -> secret); raises RefusedTokenError."""
    header, claims = _open(token, keys)
    if header.get("cty") != "twilio-fpa;v=1" or claims.get("sub") != account_sid:
        raise RefusedTokenError(31204, "JWT is invalid")
    expires_at = _moment(claims, "exp", 0)
    if now >= expires_at:
        raise RefusedTokenError(31205, "JWT is expired")
    if now < _moment(claims, "nbf", 0) - 60:
        raise RefusedTokenError(31204, "JWT is invalid")
    if expires_at - _moment(claims, "iat", now) > LIFETIME_SECONDS_MAX:
        raise RefusedTokenError(31207, "JWT token expiration too long")
    return _grant(claims, expires_at)


def _grant(claims: dict[str, Any], expires_at: float) -> Grant:
    grants = _part(claims, "grants")
    voice = _part(grants, "voice")
    outgoing = _part(voice, "outgoing")
    identity = grants.get("identity", "")
    if not isinstance(identity, str):
        raise RefusedTokenError(31204, "JWT is invalid")
    if _UNFIT.search(identity):
        raise RefusedTokenError(31105, "Invalid client name")
    return Grant(
        identity=identity,
        incoming_allowed=bool(_part(voice, "incoming").get("allow")),
        application_sid=str(outgoing.get("application_sid") or ""),
        expires_at=expires_at,
        params={str(k): str(v) for k, v in _part(outgoing, "params").items()},
    )


def _moment(claims: dict[str, Any], name: str, default: float) -> float:
    """Seconds since 1970, or `default` where the token says nothing; 31204 for anything else."""
    at = claims.get(name) or default
    if not isinstance(at, int | float) or not 0 <= at < SECONDS_MAX:
        raise RefusedTokenError(31204, "JWT is invalid")
    return float(at)


def _part(whole: dict[str, Any], name: str) -> dict[str, Any]:
    part = whole.get(name) or {}
    if not isinstance(part, dict):
        raise RefusedTokenError(31204, "JWT is invalid")
    return part


def _open(token: str, keys: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        head, body, signature = token.split(".")
        header, claims = json.loads(_decode(head)), json.loads(_decode(body))
        given = _decode(signature)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise RefusedTokenError(31204, "JWT is invalid") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise RefusedTokenError(31204, "JWT is invalid")
    secret = keys.get(str(claims.get("iss")))
    if secret is None or header.get("alg") != "HS256":
        raise RefusedTokenError(31204, "JWT is invalid")
    expected = hmac.digest(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256)
    if not hmac.compare_digest(expected, given):
        raise RefusedTokenError(31202, "Signature validation failed")
    return header, claims


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
