"""Who works at the demo's line, and what is their roster?"""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from routing.wallclock import instant, wall
from storage.values import Person

ZONE = "America/Chicago"
DAY = timedelta(days=1)
CLINICIANS = ("clinician",)
# name, languages, skills, roles; the first name is the e-mail address, numbers are fictional
STAFF = (
    ("Ana Lopez", ("en", "es"), ("suicide_safety", "youth"), CLINICIANS),
    ("Ben Carter", ("en",), ("suicide_safety",), CLINICIANS),
    ("Cora Ellis", ("en",), (), ("coordinator",)),
    ("Dana Price", ("en",), (), ()),
    ("Elena Ruiz", ("en", "es"), ("substance_use",), CLINICIANS),
    ("Farid Hassan", ("en",), ("veterans",), CLINICIANS),
    ("Grace Kim", ("en",), ("youth",), CLINICIANS),
    ("Hugo Brandt", ("en",), ("suicide_safety",), CLINICIANS),
    ("Ivy Nguyen", ("en", "vi"), ("older_adults",), CLINICIANS),
    ("Jonas Weber", ("en", "es"), ("substance_use",), CLINICIANS),
    ("Sam Turner", ("en",), ("suicide_safety",), ("supervisor", "clinician")),
    ("Tess Morgan", ("en", "es"), ("youth",), ("supervisor", "clinician")),
    ("Ada Byrne", ("en",), (), ("administrator",)),
)
FIRST_NUMBER = 110  # of +1 314 555 01xx


def staff(rng: Random) -> list[Person]:
    """Return everybody, with the same e-mail addresses each time: ana@example.org and so on."""
    return [
        Person(
            id=f"{rng.getrandbits(128):032x}"[:22],
            name=name,
            email=f"{name.split()[0].lower()}@example.org",
            phone=f"+13145550{FIRST_NUMBER + place}",
            languages=languages,
            skills=skills,
            zone=ZONE,
            auto_answer=False,
            active=True,
            roles=roles,
        )
        for place, (name, languages, skills, roles) in enumerate(STAFF)
    ]


def roster(now: datetime) -> dict[str, Any]:
    """Return the exchange document: Ana has the half of the day in which the demo begins.

    Two holes are left for the coordinator to find: a short night in five days, and a day without
    a backup in nine.
    """
    today = wall(now, ZONE)
    day, night = ("08:00", "20:00"), ("20:00", "08:00")
    hers, others = (day, night) if 8 <= today.hour < 20 else (night, day)  # noqa: PLR2004 (o'clock)
    short, bare = today.date() + 5 * DAY, today.date() + 9 * DAY
    anchor = (today - timedelta(hours=8)).date().isoformat()  # the shift on call now began there
    pairs = [["Grace Kim", "Ivy Nguyen"], ["Hugo Brandt", "Jonas Weber"]]
    backups = [["Ben Carter"], ["Jonas Weber"], ["Hugo Brandt"]]
    supervisors = [["Sam Turner"], ["Tess Morgan"]]
    whole_day = ("08:00", "08:00")
    patterns = [
        {"id": "ana", "tier": "primary", "people": ["Ana Lopez"]} | _hours(hers),
        _rotation("with-ana", "primary", hers, anchor, [["Elena Ruiz"], ["Farid Hassan"]]),
        _rotation("others", "primary", others, anchor, pairs),
        _rotation("backup", "backup", whole_day, anchor, backups),
        _rotation("supervisor", "supervisor", whole_day, anchor, supervisors),
    ]
    for pattern in patterns:
        if pattern["start"] == "20:00":
            pattern["except_dates"] = [short.isoformat()]
        elif pattern["id"] == "backup":
            pattern["except_dates"] = [bare.isoformat()]
    return {
        "zone": ZONE,
        "patterns": patterns,
        "one_offs": [
            _one_off("primary", "Ivy Nguyen", short, "20:00", short + DAY, "03:00"),
            _one_off("backup", "Ben Carter", bare, "20:00", bare + DAY, "08:00"),
        ],
        "people": {
            name: {"languages": list(languages), "skills": list(skills)}
            for name, languages, skills, roles in STAFF
            if "clinician" in roles
        },
        "needs": [{"tier": tier, "need": 1} for tier in ("primary", "backup", "supervisor")],
    }


def _hours(hours: tuple[str, str]) -> dict[str, Any]:
    return {"start": hours[0], "end": hours[1]}


def _rotation(
    name: str, tier: str, hours: tuple[str, str], anchor: str, groups: list[list[str]]
) -> dict[str, Any]:
    turn = {"groups": groups, "turn": "day", "every": 2, "anchor": anchor}
    return {"id": name, "tier": tier, "rotation": turn} | _hours(hours)


def _one_off(
    tier: str, person: str, first: date, start: str, last: date, end: str
) -> dict[str, Any]:
    starts, ends = (
        instant(datetime.fromisoformat(f"{day.isoformat()}T{clock}"), ZONE).isoformat()
        for day, clock in ((first, start), (last, end))
    )
    return {"tier": tier, "person": person, "start": starts, "end": ends}
