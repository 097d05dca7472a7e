"""Does Flask-Security sign our people in, on our tables, without keeping a connection?"""

from datetime import UTC

import pytest
from flask import Flask
from flask_security import Security, auth_required, current_user, hash_password

from storage.people import datastore


@pytest.fixture
def ours(store, a_person):
    with store.begin() as rows:
        rows.people.add(a_person("ana", roles=("clinician", "supervisor")))
    opened = datastore(store)
    yield opened
    opened.remove()


@pytest.fixture
def app(store, ours):
    made = Flask("signin")
    made.config.update(
        SECRET_KEY="only for this test",
        SECURITY_PASSWORD_SALT="146585145368132386173505678016728509634",
        SECURITY_PASSWORD_HASH="plaintext",
        SECURITY_PASSWORD_SCHEMES=["plaintext"],
        SECURITY_TRACKABLE=True,
        WTF_CSRF_ENABLED=False,
    )
    Security(made, ours)
    made.teardown_appcontext(lambda _error: ours.remove())

    @made.get("/me")
    @auth_required("session")
    def me():
        held = store.engine.pool.checkedout()
        return {"id": current_user.id, "roles": [r.name for r in current_user.roles], "held": held}

    with made.app_context():
        ours.find_user(email="ana@example.org").password = hash_password("a long enough word")
        ours.commit()
    return made


def sign_in(app, password="a long enough word"):
    client = app.test_client()
    answer = client.post("/login", json={"email": "ana@example.org", "password": password})
    return client, answer.status_code


def test_a_person_signs_in_with_their_roles_and_holds_no_connection(app):
    client, status = sign_in(app)
    assert status == 200
    assert client.get("/me").json == {
        "id": "ana",
        "roles": ["clinician", "supervisor"],
        "held": 0,
    }


def test_a_wrong_word_signs_nobody_in(app):
    client, status = sign_in(app, "a wrong one")
    assert status == 400
    assert client.get("/me").status_code in (302, 401)


def test_the_time_of_signing_in_keeps_its_zone(app, ours):
    sign_in(app)
    with app.app_context():
        assert ours.find_user(email="ana@example.org").current_login_at.tzinfo is UTC


def test_who_left_is_signed_out_at_once(app, store):
    from dataclasses import replace

    client, _ = sign_in(app)
    with store.begin() as rows:
        rows.people.update(replace(rows.people.get("ana"), active=False))
    assert client.get("/me").status_code in (302, 401)


def test_a_user_made_by_flask_security_is_a_person_of_the_house(app, store, ours):
    with app.app_context():
        make_ben(ours)
    with store.read() as rows:
        ben = rows.people.by_email("ben@example.org")
    assert (ben.name, ben.roles, len(ben.id)) == ("Ben", ("coordinator",), 22)


def make_ben(ours):
    ours.create_user(email="ben@example.org", name="Ben", roles=["coordinator"])
    ours.commit()


def test_reading_who_asks_takes_no_write_lock(app, store, ours):
    with app.app_context(), store.begin():
        assert ours.find_user(email="ana@example.org").active
