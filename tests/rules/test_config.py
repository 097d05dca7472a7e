"""Does broken configuration stop the start, by name, line, and what was expected?"""

import runpy
from pathlib import Path

import pytest

from config import lines, settings
from config.errors import ConfigError
from config.settings import Settings

BOOK = lines.read(Settings().line_file)
LINE_TEXT = Settings().line_file.read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)


# -- the environment --------------------------------------------------------------------------


def test_an_empty_environment_is_enough_to_look_around_but_not_for_calls():
    with pytest.raises(ConfigError, match=r"^PUBLIC_BASE_URL, SECRET_KEY, TWILIO_ACCOUNT_SID, "):
        settings.read().ready_for_calls()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("WEB_THREADS", "fast", "WEB_THREADS='fast': expected a whole number"),
        ("WEB_THREADS", "1", "WEB_THREADS='1': expected at least 20"),
        ("WEB_THREADS", "2000", "WEB_THREADS='2000': expected at most 1000"),
        ("WEB_THREADS", "64.5", "WEB_THREADS='64.5': expected a whole number"),
        ("DEMO", "perhaps", "DEMO='perhaps': expected true or false"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL='loud': expected debug, info, warning or error"),
        (
            "DATABASE_URL",
            "mysql://x",
            "DATABASE_URL='mysql://x': expected sqlite:///path or postgresql://user@host/name",
        ),
        (
            "PUBLIC_BASE_URL",
            "line.example.org",
            "PUBLIC_BASE_URL='line.example.org': expected an address such as https://line.exam",
        ),
        (
            "TWILIO_ACCOUNT_SID",
            "SK12",
            "TWILIO_ACCOUNT_SID='SK12': expected AC and 32 hexadecimal digits, as Twilio's ",
        ),
        ("SECRET_KEY", "hunter2", "SECRET_KEY: expected at least 32 random characters"),
    ],
)
def test_a_broken_setting_is_named_with_what_was_expected(monkeypatch, name, value, says):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as broken:
        settings.read()
    assert str(broken.value).startswith(says)


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "token").write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_SECONDARY", "the next one")
    assert settings.read().auth_tokens == ("from the file", "the next one")


def test_a_secret_given_twice_or_by_a_lost_file_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match=r"^SECRET_KEY_FILE='.*nowhere': expected a readable"):
        settings.read()
    monkeypatch.setenv("SECRET_KEY", "x" * 32)
    with pytest.raises(ConfigError, match="expected one of the two, both are set"):
        settings.read()


def test_a_secret_is_in_no_error_and_no_printout(monkeypatch):
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "hunter2hunter2")
    assert "hunter2" not in repr(settings.read())
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    with pytest.raises(ConfigError) as broken:
        settings.read()
    assert "hunter2" not in str(broken.value)


def test_settings_do_not_change_and_urls_are_put_in_one_form(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://line@db/line")
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://line.example.org/")
    monkeypatch.setenv("WEB_THREADS", "")  # empty means not set
    read = settings.read()
    assert read.database_url == "postgresql+psycopg://line@db/line"
    assert read.public_base_url == "https://line.example.org"
    assert read.web_threads == 64
    with pytest.raises(ValueError, match="frozen"):
        read.web_threads = 20


def test_every_setting_says_what_it_is_for():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


# -- line.toml --------------------------------------------------------------------------------


def broken_lines(tmp_path: Path, text: str) -> str:
    path = tmp_path / "line.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as broken:
        lines.read(path)
    return str(broken.value).replace(f"{path}:", "line.toml:")


def line_number(of: str) -> int:
    return LINE_TEXT[: LINE_TEXT.index(of)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            'number = "+13145550102"',
            'number = "911"',
            "lines.lakeside.number='911': expected a full",
        ),
        (
            'number = "+13145550102"',
            'number = "+13145550101"',
            "lines.lakeside.number='+13145550101': expected a number of its own, another",
        ),
        (
            "after_seconds = 60",
            'after_seconds = "soon"',
            "ladder.3.after_seconds='soon': expected a w",
        ),
        (
            'tier = "supervisor"',
            'tier = "boss"',
            "ladder.3.tier='boss': expected one of 'primary', ",
        ),
        ("start = 2", "strat = 2", "offers.strat=2: expected no such name"),
        ("ring_seconds = 20", "ring_seconds = 1", "offers.ring_seconds=1: expected at least 5"),
        ("start = 2 ", "start = ", "expected valid TOML"),
    ],
)
def test_a_broken_line_file_is_named_by_its_line(tmp_path, old, new, says):
    said = broken_lines(tmp_path, LINE_TEXT.replace(old, new, 1))
    where, _, rest = said.removeprefix("line.toml:").partition(": ")
    assert rest.startswith(says)
    assert int(where) in (line_number(old), line_number(old) + 1)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            'kind = "partner" ',
            'kind = "desks"\ntier = "backup" ',
            "the partner line as the last rung",
        ),
        ("after_seconds = 60", "after_seconds = 5", "rungs that begin at 0 seconds and climb"),
        (
            'kind = "psap"',
            'kind = "police"',
            "lines.riverton.kind='police': expected one of 'psap'",
        ),
        ('zone = "America/Chicago"', 'zone = "Mars/Base"', "a time zone such as America/Chicago"),
        ('return_number = "+13145550191" ', "# ", "expected a return_number, the PSAP's 10-digit"),
        ('languages = ["en", "es"]', 'languages = ["en", "en"]', "expected each language once"),
        (
            'languages = ["en", "es"]',
            "languages = []",
            "lines.riverton.languages: expected at least 1",
        ),
        ('public_name = "the Crisis Line"\n', "", "public_name: expected a value: it is not there"),
        ('id = "crew"', 'id = "interpreters"', "an id of its own for each of the outsiders"),
        (
            "[lines.riverton.spoken.es]",
            "[lines.riverton.spoken.vi]",
            "only in the line's languages",
        ),
    ],
)
def test_a_line_file_that_contradicts_itself_is_refused(tmp_path, old, new, says):
    assert says in broken_lines(tmp_path, LINE_TEXT.replace(old, new, 1))


def test_a_line_file_that_is_not_there_or_not_text_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"gone\.toml: expected a readable file"):
        lines.read(tmp_path / "gone.toml")
    (tmp_path / "line.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ConfigError, match=r"line\.toml: expected UTF-8 text"):
        lines.read(tmp_path / "line.toml")
    assert "lines: expected a value" in broken_lines(tmp_path, "")


def test_the_line_is_known_by_the_number_dialled_and_an_unknown_one_is_answered():
    assert BOOK.dialled("+13145550102").name == "Lakeside County 911"
    assert BOOK.dialled("+19995550100") is BOOK.lines["general"]


def test_a_line_may_have_a_ladder_of_its_own(tmp_path):
    own = '\n[[lines.general.ladder]]\nafter_seconds = 0\nkind = "partner"\n'
    (tmp_path / "line.toml").write_text(LINE_TEXT + own, encoding="utf-8")
    book = lines.read(tmp_path / "line.toml")
    assert [rung.kind for rung in book.ladder_of(book.lines["general"])] == ["partner"]
    assert book.ladder_of(book.lines["riverton"]) == BOOK.ladder


def test_the_shipped_ladder_keeps_the_promised_times():
    reached = {(rung.kind, rung.tier): rung.after_seconds for rung in BOOK.ladder}
    assert reached["desks", "primary"] == 0
    assert reached["phones", "backup"] <= 30
    assert reached["partner", None] < 120


def test_the_page_of_settings_is_printed_from_the_settings(root):
    from config.page import page

    assert (root / "docs" / "settings.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("name", ["PORT", "WEB_CONCURRENCY"])
@pytest.mark.parametrize("said", ["abc", "0", "-1", "99999", "1.5"])
def test_what_a_platform_says_wrongly_is_named(monkeypatch, name, said):
    monkeypatch.setenv(name, said)
    with pytest.raises(SystemExit, match=f"{name}={said!r}: expected a whole number"):
        runpy.run_path("config/gunicorn.py")
