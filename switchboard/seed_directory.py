"""Where can the demo's people go? A small directory and the month's referrals, all fictional.

With dice of its own, so that the month it tells of stays the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from care import referral as rules
from care.disposition import Disposition
from care.hsds import Package, Row
from care.referral import Referral, Step
from ivr.call import Call
from storage.values import Record
from switchboard.seed_promises import Dice, History

SOURCE = "the demo's directory"
ALWAYS = ("MO,TU,WE,TH,FR,SA,SU", "00:00", "24:00")
OFFICE = ("MO,TU,WE,TH,FR", "08:30", "17:00")


@dataclass(frozen=True, slots=True)
class Told:
    """One service of the demo, before it becomes rows."""

    name: str
    organization: str
    description: str
    needs: tuple[str, ...]
    phone: str
    hours: tuple[tuple[str, str, str], ...] = (OFFICE,)  # byday, opens, closes
    languages: tuple[str, ...] = ("English",)
    eligibility: str = ""
    ages: tuple[int | None, int | None] = (18, None)
    street: str = ""
    begins: str = ""
    status: str = "active"


SERVICES = (
    Told(
        "Walk-in counseling",
        "Cedar Hill Counseling",
        "Same-day talk with a counselor; nobody is asked to pay before.",
        ("Counseling", "Crisis support"),
        "(314) 555-0189",
        hours=(("MO,TU,WE,TH,FR", "09:00", "20:00"), ("SA", "10:00", "16:00")),
        languages=("English", "Spanish"),
        street="1400 Cedar Hill Rd",
        begins="Come in, or ring before noon for a time the same day.",
    ),
    Told(
        "Outpatient therapy",
        "Cedar Hill Counseling",
        "Weekly therapy for depression, anxiety and trauma.",
        ("Counseling", "Trauma"),
        "(314) 555-0189",
        street="1400 Cedar Hill Rd",
        begins="A first talk by telephone, then a therapist within two weeks.",
    ),
    Told(
        "Detox and recovery beds",
        "Millbrook Recovery",
        "Medically supported withdrawal, then up to 28 days of recovery.",
        ("Substance use", "Detox"),
        "(314) 555-0190",
        hours=(ALWAYS,),
        eligibility="Adults who want to stop; no referral needed. Medicaid is taken.",
        street="27 Millbrook Way",
        begins="Ring first: they say whether a bed is free.",
    ),
    Told(
        "Night shelter",
        "Lantern House",
        "Beds, a meal and a caseworker; doors open in the evening.",
        ("Shelter", "Housing"),
        "(314) 555-0193",
        hours=(("MO,TU,WE,TH,FR,SA,SU", "18:00", "07:30"),),
        languages=("English", "Spanish", "Vietnamese"),
        eligibility="Adults; couples are taken together.",
        street="310 Lantern St",
    ),
    Told(
        "Families in transition",
        "Lantern House",
        "Rooms for parents with children, up to 90 days.",
        ("Shelter", "Housing", "Families"),
        "(314) 555-0193",
        eligibility="Parents with children under 18.",
        begins="A caseworker rings back the same day.",
    ),
    Told(
        "Vet to Vet",
        "Harbor Veterans Center",
        "Peers who served, groups, and help with benefits.",
        ("Peer support", "Veterans"),
        "(314) 555-0194",
        hours=(("MO,TU,WE,TH,FR", "08:00", "18:00"),),
        eligibility="Veterans of any discharge, and their families.",
        ages=(None, None),
        street="88 Harbor Ave",
    ),
    Told(
        "Youth after-school counseling",
        "Blue Door Youth",
        "Counselors for teens, with or without their parents.",
        ("Counseling", "Youth"),
        "(314) 555-0195",
        hours=(("MO,TU,WE,TH,FR", "14:00", "19:00"),),
        languages=("English", "Spanish"),
        ages=(12, 17),
        street="5 Blue Door Ln",
    ),
    Told(
        "Grief circle",
        "St. Alban Community House",
        "A group for whoever lost somebody, also by suicide.",
        ("Grief", "Peer support"),
        "(314) 555-0196",
        hours=(("WE", "18:30", "20:30"),),
        languages=("English", "Bosnian"),
        ages=(None, None),
        street="140 Alban Pl",
        begins="Just come; the door is beside the library.",
    ),
    Told(
        "Psychiatric urgent care",
        "Northside Behavioral Clinic",
        "A prescriber the same day, refills, and observation for up to 23 hours.",
        ("Psychiatry", "Medication", "Crisis support"),
        "(314) 555-0197",
        hours=(ALWAYS,),
        languages=("English", "Spanish", "Vietnamese"),
        eligibility="Anybody; insurance is not asked at the door.",
        ages=(None, None),
        street="900 Northside Pkwy",
    ),
    Told(
        "Warm line for older adults",
        "Evergreen Friends",
        "Somebody to talk to, and a weekly call if wished.",
        ("Loneliness", "Older adults"),
        "(314) 555-0198",
        hours=(("MO,TU,WE,TH,FR,SA,SU", "10:00", "22:00"),),
        ages=(60, None),
    ),
    Told(
        "Rent help fund",
        "Lantern House",
        "One month of rent in an emergency; the fund is spent for this year.",
        ("Housing", "Money"),
        "(314) 555-0193",
        status="temporarily closed",
    ),
)
AFTER_DAYS = (1, 9)  # from the referral to the appointment
TOLD_AFTER = timedelta(days=2)  # whether they went is asked by then
ENDS = ((Step.KEEP, 6), (Step.MISS, 2), (Step.DECLINE, 1))


def package() -> Package:
    """The directory, in the rows of HSDS 3."""
    made: Package = {}
    for number, told in enumerate(SERVICES, start=1):
        _service(partial(_add, made), number, told)
    return made


def _add(made: Package, table: str, **cells: str | int | None) -> str:
    """A row, once; returns its id."""
    row: Row = {name: cell for name, cell in cells.items() if cell is not None and cell != ""}
    rows = made.setdefault(table, [])
    if row["id"] not in {one["id"] for one in rows}:
        rows.append(row)
    return str(row["id"])


def _service(add: Callable[..., str], number: int, told: Told) -> None:
    organization = _key("organization", told.organization)
    add("organization", id=organization, name=told.organization, description=told.organization)
    own = add(
        "service",
        id=f"service-{number}",
        organization_id=organization,
        name=told.name,
        description=told.description,
        status=told.status,
        application_process=told.begins,
        eligibility_description=told.eligibility,
        minimum_age=told.ages[0],
        maximum_age=told.ages[1],
    )
    add("phone", id=f"phone-{number}", service_id=own, number=told.phone)
    for each, language in enumerate(told.languages):
        add("language", id=f"language-{number}-{each}", service_id=own, name=language)
    for each, (byday, opens, closes) in enumerate(told.hours):
        add(
            "schedule",
            id=f"schedule-{number}-{each}",
            service_id=own,
            freq="WEEKLY",
            byday=byday,
            opens_at=opens,
            closes_at=closes,
        )
    for each, need in enumerate(told.needs):
        term = add("taxonomy_term", id=_key("need", need), name=need, description=need)
        add(
            "attribute",
            id=f"attribute-{number}-{each}",
            link_id=own,
            link_entity="service",
            taxonomy_term_id=term,
        )
    if told.street:
        _place(add, number, own, told.street)


def _place(add: Callable[..., str], number: int, service: str, street: str) -> None:
    place = add("location", id=_key("location", street), location_type="physical", name=street)
    add(
        "address",
        id=_key("address", street),
        location_id=place,
        address_1=street,
        city="Riverton",
        state_province="MO",
        postal_code="63100",
        country="US",
        address_type="physical",
    )
    at = f"service-at-{number}"
    add("service_at_location", id=at, service_id=service, location_id=place)


def _key(kind: str, words: str) -> str:
    return f"{kind}-{words.lower().replace(' ', '-').replace('.', '')}"


# -- who was referred ---------------------------------------------------------------------------


def referrals(dice: Dice, told: History, now: datetime) -> Iterator[Referral]:
    """One for each contact of the month that was linked to services, as far as it is now."""
    calls = {call.id: call for call in told.calls}
    for record in told.records:
        if record.disposition == Disposition.LINKED_TO_SERVICES:
            yield _referral(dice, calls[record.call_id], record, now)


def _referral(dice: Dice, call: Call, record: Record, now: datetime) -> Referral:
    number = dice.randrange(len(SERVICES) - 1)
    service, at = SERVICES[number], call.ended_at or call.arrived_at
    shares = dice.often(0.7)
    one = rules.made(
        Referral(
            id=dice.id(),
            call_id=call.id,
            number=record.callback_number or call.number_shown,
            person_name=record.person_name,
            service_id=f"service-{number + 1}",
            service_name=f"{service.name}, {service.organization}",
            service_phone=service.phone,
            consent="spoken" if shares else rules.NO_CONSENT,
            consent_by="the caller" if shares else None,
            shared="Their first name and number" if shares else "",
            made_by=record.author,
            made_at=at,
        )
    )
    when = at.replace(minute=0, second=0) + timedelta(days=dice.randint(*AFTER_DAYS))
    if dice.often(0.8):
        one = rules.take(one, Step.AGREE, record.author, at, appointment_at=when)
    if when + TOLD_AFTER > now:
        return one
    step = dice.choices([each for each, _ in ENDS], [weight for _, weight in ENDS])[0]
    return rules.take(one, step, record.author, when + TOLD_AFTER)
