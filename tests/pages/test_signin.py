"""Who gets in, by which way, and for how long?"""

import base64
import hashlib
import hmac
import struct
import time
from dataclasses import replace

import pytest
from flask_security import hash_password

from console import signin

PASSWORD = "correct horse battery staple"


@pytest.fixture
def with_password(house):
    users = house.app.extensions["security"].datastore
    with house.app.test_request_context():
        user = users.find_user(id="ana")
        user.password = hash_password(PASSWORD)
        users.put(user)
        users.commit()
    return house


def sign_in(visitor, **fields):
    stranger = visitor(None)
    return stranger, stranger.post("/sign-in", email="ana@example.org", **fields)


def test_the_right_password_opens_the_desk(with_password, visitor):
    person, answer = sign_in(visitor, password=PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/")
    assert person.get("/desk").status_code == 200


def test_a_stranger_does_not_learn_who_works_here(with_password, visitor):
    _, known = sign_in(visitor, password="wrong password, long enough")
    stranger = visitor(None)
    unknown = stranger.post("/sign-in", email="nobody@example.org", password="wrong, long enough")
    words = [part for part in (known.text, unknown.text) if "Authentication failed" in part]
    assert len(words) == 2


def test_guessing_is_slowed_down_but_never_locks_forever(with_password, visitor):
    for _ in range(signin.TRIES):
        assert sign_in(visitor, password="wrong password, long enough")[1].status_code == 200
    assert sign_in(visitor, password=PASSWORD)[1].status_code == 429
    with_password.waits(minutes=6)
    assert sign_in(visitor, password=PASSWORD)[1].status_code == 302


def test_after_signing_in_nobody_is_led_elsewhere(with_password, visitor):
    _, answer = sign_in(visitor, password=PASSWORD, next="/roster")
    assert answer.location == "/roster"
    for away in ("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"):
        _, answer = sign_in(visitor, password=PASSWORD, next=away)
        assert not (answer.location or "").startswith(("http", "//", "/\\"))


def test_the_cookie_is_kept_from_scripts_and_other_sites(visitor, house):
    stranger = visitor(None)
    cookie = stranger.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_link_signs_in_once_the_person_is_active(house, visitor):
    assert visitor("ana").get("/desk").status_code == 200
    with house.store.begin() as rows:
        rows.people.update(replace(rows.people.get("ana"), active=False))
    assert visitor("ana").get("/desk").status_code == 302


def test_a_link_that_was_changed_or_is_not_wanted_signs_nobody_in(house, visitor):
    stranger = visitor(None)
    stranger.get(house.link("ana")[:-2] + "xx")
    assert stranger.get("/desk").status_code == 302


def test_who_is_deactivated_is_out_at_once(house, visitor):
    person = visitor("ana")
    with house.store.begin() as rows:
        rows.people.update(replace(rows.people.get("ana"), active=False))
    assert person.get("/desk").status_code == 302


def test_an_idle_session_ends(house, visitor):
    person = visitor("cora")
    house.waits(minutes=59)
    assert person.get("/roster").status_code == 200
    house.waits(minutes=59)
    assert person.get("/roster").status_code == 200
    house.waits(minutes=61)
    assert person.get("/roster").status_code == 302


def test_no_session_outlives_a_shift_but_no_call_is_cut(house, visitor):
    person = visitor("ana")
    for _ in range(17):
        house.waits(minutes=57)
        status = person.get("/desk").status_code
    assert status == 302
    person = visitor("ana")
    house.talking("ana")
    house.waits(hours=17)
    assert person.get("/desk").status_code == 200


def code_of(key: str, at: float) -> str:
    """RFC 6238, as an authenticator computes it."""
    raw = key.replace("-", "").replace(" ", "").upper()
    secret = base64.b32decode(raw + "=" * (-len(raw) % 8))
    digest = hmac.digest(secret, struct.pack(">Q", int(at // 30)), hashlib.sha1)
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def test_a_code_from_an_authenticator_is_asked_for_once_it_is_set_up(with_password, visitor):
    person, _ = sign_in(visitor, password=PASSWORD)
    person.get("/sign-in/code-setup")
    page = person.post("/sign-in/code-setup", setup="authenticator").text
    key = page.split("<strong>")[2].split("<")[0]
    action = page.split('action="')[2].split('"')[0]
    assert person.post(action, code=code_of(key, time.time())).status_code == 302
    again, answer = sign_in(visitor, password=PASSWORD)
    assert answer.status_code == 302
    assert again.get("/desk").status_code == 302  # the password alone opens nothing now
    again.get("/sign-in/code")
    assert again.post("/sign-in/code", code="000000").status_code == 200
    again.post("/sign-in/code", code=code_of(key, time.time() + 30))
    assert again.get("/desk").status_code == 200
