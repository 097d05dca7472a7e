"""Do the roster's addresses of data answer as the commands do, to those who are signed in?"""

import json
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from switchboard.roster import roster

PLAN = {
    "patterns": [
        {"id": "d", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana"]},
        {"id": "n", "tier": "primary", "start": "20:00", "end": "06:00", "people": ["ben"]},
    ]
}
WEEK = {"from": "2026-10-30T00:00:00Z", "to": "2026-11-06T00:00:00Z", "tier": "primary"}


def test_the_addresses_say_what_the_commands_say(house, visitor, monkeypatch):
    house.plans(PLAN)
    monkeypatch.setenv("DATABASE_URL", house.board.settings.database_url)
    asks = (
        ("who", {"at": ["2026-11-24T03:00:00Z", "2026-11-24T18:00:00Z"]}),
        ("gaps", WEEK),
        ("gaps", WEEK | {"need": "2"}),
        ("gaps", WEEK | {"skill": "es"}),
        ("hours", WEEK),
    )
    for what, asked in asks:
        pairs = [(name, each) for name, some in asked.items() for each in listed(some)]
        answer = visitor("ana").get(f"/roster/{what}.json?{urlencode(pairs)}")
        flags = [part for name, each in pairs for part in (f"--{name}", each)]
        said = json.loads(CliRunner().invoke(roster, [what, *flags, "--json"]).output)
        assert (answer.json, bool(said)) == (said, True), what


def listed(value):
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("who.json?at=soon", "at"),
        ("gaps.json?to=2026-11-06T00:00:00Z&tier=primary", "from"),
        ("gaps.json?from=2026-11-06T00:00:00Z&to=2026-11-05T00:00:00Z&tier=primary", "to"),
        ("hours.json?from=2026-01-01T00:00:00Z&to=2029-01-01T00:00:00Z&tier=primary", "to"),
        ("hours.json?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&tier=first", "tier"),
        ("gaps.json?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&tier=backup&need=0", "need"),
        (
            f"gaps.json?from={WEEK['from']}&to={WEEK['to']}&tier=backup&need={'9' * 5000}",
            "need",
        ),
    ],
)
def test_what_cannot_be_asked_is_named(house, visitor, address, place):
    answer = visitor("cora").get(f"/roster/{address}")
    assert answer.status_code == 400
    assert answer.json["error"].startswith(f"{place}: ")
