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
    ("Nora Blake", ("en",), ("older_adults",), CLINICIANS),
)
FIRST_NUMBER = 110  # of +1 314 555 01xx
# Who is on together: each pair, or backup, for two days, and then the next.
HERS = (("Ana Lopez", "Elena Ruiz"), ("Farid Hassan", "Nora Blake"))
OTHERS = (("Grace Kim", "Ivy Nguyen"), ("Hugo Brandt", "Jonas Weber"))
BACKUPS = (("Ben Carter",), ("Grace Kim",), ("Hugo Brandt",), ("Ivy Nguyen",))  # on their free days
SUPERVISORS = (("Sam Turner",), ("Tess Morgan",))
TURN = 2 * DAY
Groups = tuple[tuple[str, ...], ...]


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

    Nobody is strained by it (routing.rest). Two holes are left for the coordinator to find: a
    short night in five days, and a day without a backup in nine.
    """
    today = wall(now, ZONE)
    hers_is_day = 8 <= today.hour < 20  # noqa: PLR2004 (o'clock)
    by_day, by_night = (HERS, OTHERS) if hers_is_day else (OTHERS, HERS)
    short, bare = today.date() + 5 * DAY, today.date() + 9 * DAY
    anchor = (today - timedelta(hours=8)).date()  # the shift on call now began there
    alone, late = _turn(by_night, anchor, short)[-1], _turn(BACKUPS, anchor, bare)[-1]
    return {
        "zone": ZONE,
        "patterns": [
            _rotation("day", "primary", ("08:00", "20:00"), anchor, by_day),
            _rotation("night", "primary", ("20:00", "08:00"), anchor, by_night) | _but(short),
            _rotation("backup", "backup", ("08:00", "08:00"), anchor, BACKUPS) | _but(bare),
            _rotation("supervisor", "supervisor", ("08:00", "08:00"), anchor, SUPERVISORS),
        ],
        "one_offs": [
            _one_off("primary", alone, short, "20:00", short + DAY, "03:00"),
            _one_off("backup", late, bare, "20:00", bare + DAY, "08:00"),
        ],
        "people": {
            name: {"languages": list(languages), "skills": list(skills)}
            for name, languages, skills, roles in STAFF
            if "clinician" in roles
        },
        "needs": [{"tier": tier, "need": 1} for tier in ("primary", "backup", "supervisor")],
    }


def _turn(groups: Groups, anchor: date, day: date) -> tuple[str, ...]:
    """Return whose turn it is on that day."""
    return groups[(day - anchor) // TURN % len(groups)]


def _rotation(
    name: str, tier: str, hours: tuple[str, str], anchor: date, groups: Groups
) -> dict[str, Any]:
    turn = {
        "groups": [list(group) for group in groups],
        "turn": "day",
        "every": TURN.days,
        "anchor": anchor.isoformat(),
    }
    return {"id": name, "tier": tier, "rotation": turn, "start": hours[0], "end": hours[1]}


def _but(day: date) -> dict[str, Any]:
    return {"except_dates": [day.isoformat()]}


def _one_off(
    tier: str, person: str, first: date, start: str, last: date, end: str
) -> dict[str, Any]:
    starts, ends = (
        instant(datetime.fromisoformat(f"{day.isoformat()}T{clock}"), ZONE).isoformat()
        for day, clock in ((first, start), (last, end))
    )
    return {"tier": tier, "person": person, "start": starts, "end": ends}
