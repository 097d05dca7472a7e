"""How does a person sign in: password, one-time code, or (in the demo) a one-click link?"""

import hashlib
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from flask import Flask, abort, current_app, flash, redirect, request, session, url_for
from flask_security import Security, login_user, user_authenticated
from flask_security.forms import TwoFactorRescueForm, TwoFactorSetupForm
from flask_security.totp import Totp
from werkzeug.wrappers import Response
from wtforms import RadioField, StringField  # type: ignore[import-untyped]

from console.here import board, now
from storage.people import datastore
from switchboard import links
from switchboard.board import Board


class Settings(Protocol):
    """What signing in needs of the settings (this room does not import config)."""

    @property
    def secret_key(self) -> "Secret": ...
    @property
    def public_base_url(self) -> str: ...
    @property
    def demo(self) -> bool: ...


class Secret(Protocol):
    def get_secret_value(self) -> str: ...


TRIES, WINDOW = 10, timedelta(minutes=5)  # per address and name; never a permanent lockout (E4)
NAMES_MAX = 10_000


def install(app: Flask, house: Board) -> None:
    settings = house.settings
    secret = settings.secret_key.get_secret_value()
    app.config.update(
        SECRET_KEY=secret,
        SESSION_COOKIE_NAME="__Host-diversion" if secure(settings) else "diversion",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure(settings),
        WTF_CSRF_TIME_LIMIT=None,  # the token ends with the session: a desk stays open all night
        **security_options(secret),
    )
    tries: dict[str, deque[datetime]] = {}
    app.before_request(lambda: limit(tries))
    users = datastore(house.store)
    forms: dict[str, Any] = {"two_factor_setup_form": CodeSetup, "two_factor_rescue_form": CodeHelp}
    Doors(app, users, totp_cls=TypedTotp, **forms)
    app.teardown_appcontext(lambda _error: users.remove())
    user_authenticated.connect(begin_session, app)


def secure(settings: Settings) -> bool:
    return str(settings.public_base_url).startswith("https://")


def security_options(secret: str) -> dict[str, Any]:
    options: dict[str, Any] = {
        "PASSWORD_SALT": derived(secret, "password-salt"),
        "PASSWORD_HASH": "argon2",
        "PASSWORD_LENGTH_MIN": 12,
        "LOGIN_URL": "/sign-in",
        "LOGOUT_URL": "/sign-out",
        "VERIFY_URL": "/sign-in/again",
        "LOGIN_USER_TEMPLATE": "signin/login.html",
        "VERIFY_TEMPLATE": "signin/verify.html",
        "POST_LOGIN_VIEW": "/",
        "POST_LOGOUT_VIEW": "/sign-in",
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_SETUP_URL": "/sign-in/code-setup",
        "TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
        "TWO_FACTOR_SETUP_TEMPLATE": "signin/code_setup.html",
        "TWO_FACTOR_VERIFY_CODE_TEMPLATE": "signin/code.html",
        "TWO_FACTOR_LOGIN_VALIDITY": timedelta(0),
        "TOTP_SECRETS": {1: derived(secret, "totp")},
        "TOTP_ISSUER": "Diversion line",
        "TRACKABLE": True,
        "RETURN_GENERIC_RESPONSES": True,  # a stranger must not learn who works here
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SEND_REGISTER_EMAIL": False,
    }
    return {f"SECURITY_{name}": value for name, value in options.items()}


def derived(secret: str, purpose: str) -> str:
    """A second secret from the one that was set, so that there is only one to keep."""
    return hashlib.sha256(f"{purpose}:{secret}".encode()).hexdigest()


class TypedTotp(Totp):
    """The authenticator's key is typed in: no picture library, and nothing to photograph."""

    def generate_qrcode(self, username: str, totp: str) -> str:  # noqa: ARG002
        return ""


class CodeSetup(TwoFactorSetupForm):
    """Set up or switch off: two buttons, not the library's list of ways we do not offer."""

    setup = StringField()


class CodeHelp(TwoFactorRescueForm):
    """Nobody is mailed a code: an administrator helps. The page does not show this form."""

    help_setup = RadioField(choices=[])


class Doors(Security):
    """Flask-Security without the library that only draws QR pictures."""

    def _check_modules(self, module: str, config_name: str) -> Any:
        return module == "qrcode" or super()._check_modules(module, config_name)  # type: ignore[no-untyped-call]


def begin_session(_app: Flask, **_facts: object) -> None:
    """A new sign-in starts new clocks and a new request token (E3)."""
    session.pop("csrf_token", None)
    session["began"] = session["seen"] = now().isoformat()


def limit(tries: dict[str, deque[datetime]]) -> None:
    """Slow guessing down, by address and name together."""
    guess = request.endpoint in ("security.login", "security.two_factor_token_validation")
    if not guess or request.method != "POST":
        return
    name = f"{request.remote_addr} {request.form.get('email', '')[:200].lower()}"
    if len(tries) > NAMES_MAX:
        tries.clear()
    recent = tries.setdefault(name, deque(maxlen=TRIES))
    if len(recent) == TRIES and now() - recent[0] < WINDOW:
        abort(429)
    recent.append(now())


# -- one-click links --------------------------------------------------------------------------


def follow(token: str) -> Response:
    """GET /sign-in/link/<token>"""
    settings = board().settings
    found = links.read(settings, token, datetime.now(UTC))
    doors = current_app.extensions["security"]
    person = doors.datastore.find_user(email=found[0]) if found else None
    if found is None or person is None or not may_follow(person, found[1], demo=settings.demo):
        flash("This link no longer works. Sign in with your password.")
        return redirect(url_for("security.login"))
    session.clear()
    login_user(person, authn_via=["link"])
    doors.datastore.commit()
    return redirect(url_for("console.home"))


def may_follow(person: Any, made_at: datetime, *, demo: bool) -> bool:
    """Outside the demo a link works once, and never goes around a second factor (ASVS 6.4.3)."""
    if not person.active or demo:
        return bool(person.active)
    unused = person.current_login_at is None or person.current_login_at < made_at
    return unused and not person.tf_primary_method
