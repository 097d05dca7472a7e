"""Does the doctor find what would go wrong, and say what to do, without an accident of its own?"""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from rosters import promised
from wire.carrier_wire import Wire, says
from wire.line_of_tests import AT, SETTINGS

from config.settings import Settings
from storage.store import Store
from storage.values import Person
from switchboard import doctor
from switchboard.board import make_board
from telephony import forms, signature
from telephony.carrier import Carrier

READY = SETTINGS.model_copy(
    update={
        "secret_key": Settings(secret_key="x" * 40).secret_key
    }  # checked, as in the environment
)


def server(tokens=("12345",), url=READY.public_base_url + doctor.SELFTEST, well=200):
    """A web process that checks signatures as ours does, under the address it believes in."""

    def fetch(_url, form, headers):
        body = urlencode(form).encode()
        header = headers["X-Twilio-Signature"]
        return well if signature.valid(url, forms.pairs(body), body, header, tokens) else 403

    return fetch


def findings(settings=READY, **given) -> dict[str, doctor.Check]:
    given.setdefault("fetch", server())
    given.setdefault("carrier", Carrier(settings, Wire(answer=says(401, 20003))))
    return {check.name: check for check in doctor.examine(settings, AT, **given)}


def test_every_trouble_says_what_to_do_and_no_health_does(sqlite_database):
    found = findings(READY.model_copy(update={"database_url": sqlite_database}))
    assert found.keys() == {
        "settings", "lines", "prompts", "time zones", "database", "clock", "roster",
        "snapshot", "public address", "carrier",
    }  # fmt: skip
    for check in found.values():
        assert bool(check.what_to_do) is not check.ok, check
        assert check.words


def test_an_empty_environment_is_told_what_is_missing(tmp_path):
    bare = Settings(database_url=f"sqlite:///{tmp_path / 'none.db'}")
    found = findings(bare)
    assert "TWILIO_ACCOUNT_SID" in found["settings"].words
    assert not found["database"].ok
    assert "clock" not in found  # noise, while there is no database
    assert "public address" not in found


def test_callers_numbers_do_not_go_in_the_clear():
    plain = READY.model_copy(update={"public_base_url": "http://line.example.org"})
    assert "in the clear" in doctor.check_settings(plain).words
    local = READY.model_copy(update={"public_base_url": "http://localhost:8000"})
    assert doctor.check_settings(local).ok


def test_broken_lines_and_prompts_are_named(tmp_path):
    (tmp_path / "line.toml").write_text("[lines", encoding="utf-8")
    broken = READY.model_copy(update={"line_file": tmp_path / "line.toml"})
    assert [(check.name, check.ok) for check in doctor.check_words(broken)] == [("lines", False)]
    elsewhere = READY.model_copy(update={"prompts_dir": tmp_path})
    _, second = doctor.check_words(elsewhere)
    assert "en.toml: expected a readable file" in second.words


def test_a_long_public_name_makes_a_long_greeting(tmp_path):
    text = READY.line_file.read_text(encoding="utf-8")
    long = text.replace("the Crisis Line", "the Greater Riverton Behavioral Health Crisis Line")
    (tmp_path / "line.toml").write_text(long, encoding="utf-8")
    _, second = doctor.check_words(READY.model_copy(update={"line_file": tmp_path / "line.toml"}))
    assert "riverton's greeting (en) takes more than 6 seconds" in second.words


def test_old_rules_of_local_time_are_noticed():
    assert doctor.check_time_zones(datetime.now(UTC)).ok
    assert not doctor.check_time_zones(datetime(2031, 1, 1, tzinfo=UTC)).ok


# -- the database, on both kinds --------------------------------------------------------------


@pytest.fixture
def store(database_url):
    opened = Store(database_url, now=lambda: AT)
    yield opened
    opened.close()


def test_a_database_with_our_tables_is_well(database_url):
    assert doctor.check_database(READY.model_copy(update={"database_url": database_url})).ok


@pytest.mark.parametrize(
    ("ago", "ok", "says"),
    [
        (None, False, "never heard"),
        (timedelta(seconds=1), True, "web-1 ticks"),
        (timedelta(minutes=5), False, "last heard 0:05:00 ago"),
        (timedelta(seconds=-30), False, "web-1 is 0:00:30 ahead"),
    ],
)
def test_a_silent_or_disagreeing_clock_is_noticed(store, ago, ok, says):
    if ago is not None:
        with store.begin() as rows:
            rows.heartbeats.beat("web-1", AT - ago, 0.01)
    check = doctor.check_clock(store, AT)
    assert (check.ok, says in check.words) == (ok, True)


ANA = Person(
    id="ana", name="Ana", email="ana@example.org", phone=None, languages=("en",), skills=(),
    zone="America/Chicago", auto_answer=False, active=True, roles=("clinician",),
)  # fmt: skip


@pytest.mark.parametrize(
    ("starts", "ends", "ok", "says"),
    [
        (None, None, False, "nobody is on call"),
        (timedelta(hours=-1), timedelta(days=20), True, "Ana now; no gap in 14 days"),
        (timedelta(hours=-1), timedelta(hours=8), False, "1 gaps in 14 days, the first 2026-03-08"),
        (timedelta(hours=1), timedelta(days=20), False, "nobody is on call"),
    ],
)
def test_a_gap_in_the_roster_is_found_before_a_caller_finds_it(store, starts, ends, ok, says):
    with store.begin() as rows:
        rows.people.add(ANA)
        if starts is not None:
            promised(rows, "ana", "primary", AT + starts, AT + ends)
    check = doctor.check_roster(store, AT)
    assert (check.ok, says in check.words) == (ok, True), check


# -- the public address -----------------------------------------------------------------------


def refuses(*_request):
    raise ConnectionRefusedError("refused")


@pytest.mark.parametrize(
    ("fetch", "ok", "says"),
    [
        (server(), True, "verifies signatures"),
        (server(url="http://line.example.org:8000/voice/selftest"), False, "signature refused"),
        (server(tokens=("other",)), False, "signature refused"),
        (server(well=301), False, "redirects (301)"),
        (server(well=502), False, "answers 502"),
        (lambda *_: 200, False, "takes a forged request (200)"),
        (refuses, False, "refused"),
    ],
)
def test_the_public_address_is_tried_as_the_carrier_would(fetch, ok, says):
    check = doctor.check_public_url(READY, fetch)
    assert (check.ok, says in check.words) == (ok, True), check


def test_each_of_two_tokens_is_tried():
    two = READY.model_copy(
        update={"twilio_auth_token_secondary": Settings(twilio_auth_token="next").twilio_auth_token}
    )
    assert doctor.check_public_url(two, server(tokens=("12345", "next"))).ok
    assert not doctor.check_public_url(two, server()).ok


def test_our_own_web_process_passes(sqlite_database):
    webhooks = pytest.importorskip("webhooks")
    settings = READY.model_copy(update={"database_url": sqlite_database})
    board = make_board(settings)
    client = webhooks.telephone(board).test_client()

    def fetch(url, form, headers):
        path = url.removeprefix(settings.public_base_url)
        return client.post(path, data=form, headers=headers).status_code

    try:
        assert doctor.check_public_url(settings, fetch).ok
    finally:
        board.store.close()


def test_nobody_at_the_public_address_is_no_accident():
    nobody = READY.model_copy(update={"public_base_url": "http://127.0.0.1:9"})
    assert not doctor.check_public_url(nobody, doctor.post).ok


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (says(401, 20003), "refuses our key"),
        (says(503), "no clear answer"),
        (ConnectionResetError(), "no clear answer"),
    ],
)
def test_a_carrier_that_refuses_our_key_is_named(answer, says):
    check = doctor.check_carrier(Carrier(READY, Wire(answer=answer)))
    assert (check.ok, says in check.words) == (False, True)


def test_a_carrier_that_answers_is_well(oracles):
    assert doctor.check_carrier(Carrier(READY, Wire(oracles))).ok
