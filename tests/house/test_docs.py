"""Do the documents still say what the code does?"""

import re

import pytest
from house.rooms import ROOMS, ROOT
from needed import missing

NAMED_FILE = re.compile(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|toml|md|css|js|html|yaml|json))`")
NAMED_FOLDER = re.compile(r"`((?:[\w.-]+/)+)`")
NAMED_SETTING = re.compile(r"^\|\s*`([A-Z][A-Z0-9_]+)`", re.MULTILINE)


def page(name: str) -> str:
    path = ROOT / "docs" / name
    if not path.exists():
        missing(f"docs/{name} is not written yet")
    return path.read_text(encoding="utf-8")


def not_there(text: str) -> list[str]:
    """Files and folders named in backticks that do not exist; `NNNN` and `<name>` are patterns."""
    names = NAMED_FILE.findall(text) + NAMED_FOLDER.findall(text)
    return sorted({name for name in names if "NNNN" not in name and not (ROOT / name).exists()})


def test_every_file_the_map_names_is_there():
    assert not_there(page("architecture.md")) == []


def test_a_file_that_went_away_would_be_missed():
    assert not_there("see `ivr/gone.py` and `gone/`, not `webhooks.py`") == ["gone/", "ivr/gone.py"]


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_the_map_says_what_each_room_is_for(room):
    name = f"`{room}/`" if (ROOT / room).is_dir() else f"`{room}.py`"
    assert name in page("architecture.md"), f"{name} is on no line of the map"


def test_every_setting_is_documented_and_every_documented_one_exists():
    from config.settings import Settings

    documented = NAMED_SETTING.findall(page("settings.md"))
    assert sorted(documented) == sorted(name.upper() for name in Settings.model_fields)


def test_the_call_flow_is_printed_from_the_table():
    from ivr import diagram

    assert page("call-flow.md") == diagram.page()
